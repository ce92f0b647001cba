"""Comparing two tellings of one story: every line alike, instants within a few minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.effects.entities import Line
from tests.differential.telling import story_of

APART_S = 240.0
"""How far one instant may lie from its twin: the shell's latencies add up over a run."""


def differences(simulated: Sequence[Line], durable: Sequence[Line]) -> list[str]:
    """Return where two timelines differ; empty when they tell the same story."""
    one, other = _told(simulated), _told(durable)
    found = [
        f"{number}: {left} | {right}"
        for number, (left, right) in enumerate(zip(one, other, strict=False))
        if not _alike(left, right)
    ]
    if len(one) != len(other):
        found.append(f"{len(one)} lines simulated, {len(other)} durable")
        found += [f"  only there: {line}" for line in (one[len(other) :] or other[len(one) :])]
    return found


def _told(lines: Sequence[Line]) -> list[Any]:
    return story_of(sorted(lines, key=_place))


def _place(line: Line) -> tuple[str, datetime]:
    """Lines of one moment may be written in another order by branches that move at once. So each
    kind of line is compared in its order, and its instants say where in the story it belongs."""
    return str((line.node, line.path, line.what)), line.at


def _alike(left: Any, right: Any) -> bool:
    match left, right:
        case str(), str() if left != right:
            return _near(left, right)
        case dict(), dict():
            same = left.keys() == right.keys()
            return same and all(_alike(left[name], right[name]) for name in left)
        case ((list() | tuple()), (list() | tuple())):
            return len(left) == len(right) and all(map(_alike, left, right))
    return bool(left == right)


def _near(left: str, right: str) -> bool:
    try:
        apart = datetime.fromisoformat(left) - datetime.fromisoformat(right)
    except (ValueError, TypeError):
        return False
    return abs(apart.total_seconds()) <= APART_S
