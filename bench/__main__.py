"""`python -m bench [figure …]`: measure, and print one JSON line for each figure asked for."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from importlib import import_module

from bench.lines import AIMS, Line
from engine.errors import TenureError
from engine.services.leaving import leave_cleanly

CONTEST = (
    *("throughput_vs_naive", "throughput_vs_tuned", "history_events_vs_naive"),
    *("history_bytes_vs_naive", "worker_cpu_vs_tuned"),
)
MEASURES: tuple[tuple[tuple[str, ...], str], ...] = (
    (CONTEST, "bench.contest:measure_contest"),
    (("check_20_playbooks_s",), "bench.checking:measure_check"),
    (("simulate_runs_per_s",), "bench.simulating:measure_simulator"),
    (("backtest_10k_accounts_year_s",), "bench.backtesting:measure_backtest"),
    (("facts_bulk_per_s",), "bench.taking_in:measure_bulk"),
    (("facts_bulk_health_per_s",), "bench.taking_in:measure_bulk_health"),
    (("fact_to_effect_p50_ms", "fact_to_effect_p99_ms"), "bench.first_effect:measure_first_effect"),
)
"""What measures which figures; it returns their line or lines."""


def measure(wanted: Collection[str]) -> Iterator[Line]:
    """Yield the lines of the figures asked for, as they become known."""
    for figures, way in MEASURES:
        if set(wanted).isdisjoint(figures):
            continue
        module, _, name = way.partition(":")
        found: Line | Iterable[Line] = getattr(import_module(module), name)()
        lines = [found] if isinstance(found, Line) else found
        yield from (line for line in lines if line.figure in wanted)


def main(asked: list[str]) -> int:
    """Measure the figures named, or all. 2 when one is not known, 1 when it cannot be measured."""
    unknown = sorted(set(asked) - set(AIMS))
    if unknown:
        print(f"no figure {', '.join(unknown)}; there are: {', '.join(AIMS)}", file=sys.stderr)
        return 2
    try:
        for line in measure(asked or list(AIMS)):
            print(line.to_json(), flush=True)
    except TenureError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    leave_cleanly(main(sys.argv[1:]))
