"""Numbers to points, and the rounding that a person can do by hand. Pure."""

from __future__ import annotations

from math import floor

from engine.health.model import Scale


def points(scale: Scale | None, value: float) -> float:
    """Return the points of a number, 0 to 100, to one decimal. Without a scale, the number itself.

    >>> line = Scale("curve", ((0, 0), (50, 60), (80, 100)))
    >>> points(line, 25), points(line, 65), points(line, 99)
    (30.0, 80.0, 100.0)
    >>> few = Scale("at_most", ((0, 100), (2, 50)), otherwise=10)
    >>> points(few, 0), points(few, 1.5), points(few, 3)
    (100, 50, 10)
    """
    if scale is None:
        return rounded(min(max(value, 0.0), 100.0))
    match scale.kind:
        case "curve":
            return rounded(_on_curve(scale.steps, value))
        case "at_least":
            reached = [given for start, given in scale.steps if value >= start]
            return reached[-1] if reached else scale.otherwise
        case "at_most":
            return next((given for end, given in scale.steps if value <= end), scale.otherwise)


def _on_curve(steps: tuple[tuple[float, float], ...], value: float) -> float:
    before, at = steps[0]
    if value <= before:
        return at
    for after, then in steps[1:]:
        if value <= after:
            return at + (then - at) * (value - before) / (after - before)
        before, at = after, then
    return at


def rounded(value: float) -> float:
    """Round to one decimal, halves up, as people do.

    >>> rounded(62.25), rounded(62.24), rounded(-0.04)
    (62.3, 62.2, 0.0)
    """
    return floor(value * 10 + 0.5 + 1e-9) / 10 + 0.0
