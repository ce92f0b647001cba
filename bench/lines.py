"""The figures: their names, units and aims, and the JSON line of each. Knows no measurement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

AIMS: Mapping[str, str | None] = {
    "throughput_vs_naive": ">= 3",
    "throughput_vs_tuned": ">= 0.9",
    "history_events_vs_naive": "<= 0.5",
    "history_bytes_vs_naive": None,
    "worker_cpu_vs_tuned": None,
    "check_20_playbooks_s": "< 0.5",
    "simulate_runs_per_s": None,
    "backtest_10k_accounts_year_s": "< 20",
    "facts_bulk_per_s": ">= 5000",
    "facts_bulk_health_per_s": ">= 5000",
    "fact_to_effect_p50_ms": "< 150",
    "fact_to_effect_p99_ms": "< 1000",
}
"""Every figure, with its aim in the design (null: none is stated there)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. A ratio is `ours` divided by `peer`; `context` is what helps to read it."""

    figure: str
    value: float
    unit: str
    ours: float
    peer: float | None = None
    context: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the line as it is printed.

        >>> Line("simulate_runs_per_s", 812.34567, "runs/s", 812.34567).to_json()
        '{"figure": "simulate_runs_per_s", "value": 812.3, "unit": "runs/s", "ours": 812.3, \
"peer": null, "aim": null}'
        """
        shown = {
            "figure": self.figure,
            "value": rounded(self.value),
            "unit": self.unit,
            "ours": rounded(self.ours),
            "peer": rounded(self.peer),
            "aim": AIMS[self.figure],
            **self.context,
        }
        return json.dumps(shown)


def ratio(figure: str, ours: float, peer: float, **context: Any) -> Line:
    """Return the line of a figure that compares us with a peer.

    >>> ratio("throughput_vs_tuned", 9.0, 10.0).value
    0.9
    """
    return Line(figure, ours / peer, "ratio", ours, peer, context)


def rounded(number: float | None) -> float | None:
    """Return four significant digits: more would be noise.

    >>> rounded(0.123456), rounded(12345.6), rounded(None)
    (0.1235, 12350.0, None)
    """
    return None if number is None else float(f"{number:.4g}")
