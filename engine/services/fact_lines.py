"""Lines of a file of facts, read at a glance: a year has millions, and nearly all are plain.

What is not plain is read as any other fact, by `services.facts`. Knows no files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from engine.simulation.backtest.past import Glimpse

_PLAIN = frozenset(["id", "fact", "account", "at", "data", "contact"])
_WORDS = ("id", "account", "contact")


def is_plain(written: Mapping[str, Any]) -> bool:
    """Tell whether a fact of a known kind has nothing about it that would have to be looked at.

    >>> is_plain({"id": "f-1", "fact": "a.b", "account": "acme", "at": "2025-01-01", "data": {}})
    True
    """
    if not _PLAIN.issuperset(written) or type(written.get("data")) is not dict:
        return False
    for name in _WORDS:
        word = written.get(name, "-" if name == "contact" else None)
        if type(word) is not str or not 0 < len(word) <= 200 or word != word.strip():
            return False
    return True


_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def read_line(line: bytes) -> dict[str, Any]:
    """Read a line; the usual one, an object and nothing around it, without detours. Raises
    ValueError, TypeError or StopIteration: see `complaint_of`."""
    text = line.strip().decode()
    found, end = _scan(text, 0)
    if end != len(text):
        raise ValueError("there is more than one JSON object in it")
    if not isinstance(found, dict):
        raise TypeError("it is not a JSON object")
    return found


def complaint_of(error: Exception) -> str:
    """Say what is wrong with a line, by the error that reading it raised."""
    if isinstance(error, StopIteration):
        return "it is not JSON"
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)


def read_at(text: str) -> datetime:
    """Read an instant; one without an offset is UTC. Raises ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is UTC:
        return at
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def glimpse_of(written: Mapping[str, Any], known_at: datetime) -> Glimpse:
    """Return a first look at a fact as it is written."""
    data = written.get("data")
    return Glimpse(
        known_at,
        read_at(written["at"]) if "known_at" in written else known_at,
        written["fact"],
        written["account"],
        written.get("contact"),
        data if isinstance(data, dict) else {},
    )
