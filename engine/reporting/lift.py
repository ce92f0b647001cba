"""How much more often a goal is reached than by those left alone, with its 95 % interval. Pure.

The interval is Newcombe's for a difference of two independent proportions, from Wilson's scores
(Newcombe, Statistics in Medicine 17, 1998, pp. 873-890, method 10): it stays honest with few runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Lift:
    """A difference of two shares, from -1 to 1, between its bounds."""

    difference: float
    low: float
    high: float


def lift(reached: int, treated: int, reached_alone: int, alone: int) -> Lift | None:
    """Return how much the treated are ahead of those left alone; None when a group is empty.

    >>> found = lift(56, 70, 48, 80)
    >>> round(found.difference, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    >>> lift(1, 2, 0, 0) is None
    True
    """
    if not treated or not alone:
        return None
    one, other = reached / treated, reached_alone / alone
    one_low, one_high = wilson(reached, treated)
    other_low, other_high = wilson(reached_alone, alone)
    below = sqrt((one - one_low) ** 2 + (other_high - other) ** 2)
    above = sqrt((one_high - one) ** 2 + (other - other_low) ** 2)
    return Lift(one - other, one - other - below, one - other + above)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share (JASA 22, 1927, pp. 209-212).

    >>> [round(bound, 3) for bound in wilson(0, 10)]
    [0.0, 0.278]
    """
    square = Z95 * Z95
    middle = (part + square / 2) / (whole + square)
    half = Z95 / (whole + square) * sqrt(part * (whole - part) / whole + square / 4)
    return max(0.0, middle - half), min(1.0, middle + half)
