"""A number for the business: what it is, how it came about, and the rows behind it. Pure.

Every figure carries its definition with its source, and its drill-down list: summing or counting
the rows by hand gives the number. Knows no store and no way of showing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

Unit = Literal["share", "points", "score", "days", "count", "money"]
Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. A `share` is from 0 to 1; `points` are differences of shares, times 100, or the
    NPS. `value` is None where there is nothing to count; `part` and `whole` are what a share is of;
    `low` and `high` a 95 % interval; `unknown` how many could not be counted."""

    key: str
    title: str
    value: float | None
    unit: Unit
    definition: str
    rows: tuple[Row, ...] = ()
    part: float | None = None
    whole: float | None = None
    low: float | None = None
    high: float | None = None
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together."""

    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant up to another, which is not included."""

    first: datetime
    end: datetime

    def holds(self, at: datetime | None) -> bool:
        """Tell whether an instant lies in the period.

        >>> year = Period(datetime(2026, 1, 1), datetime(2027, 1, 1))
        >>> year.holds(datetime(2026, 1, 1)), year.holds(datetime(2027, 1, 1)), year.holds(None)
        (True, False, False)
        """
        return at is not None and self.first <= at < self.end


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a period."""

    period: Period
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()

    def figure(self, key: str) -> Figure | None:
        """Return a figure by its key."""
        return next((one for one in self.figures if one.key == key), None)

    @property
    def figures(self) -> Sequence[Figure]:
        """All figures, in order."""
        return [figure for section in self.sections for figure in section.figures]


def share(
    key: str,
    title: str,
    part: float,
    whole: float,
    definition: str,
    rows: Iterable[Row] = (),
    *,
    unknown: int = 0,
) -> Figure:
    """Return a share; without a whole it has no value.

    >>> share("x", "X", 1, 4, "").value, share("x", "X", 0, 0, "").value
    (0.25, None)
    """
    value = part / whole if whole else None
    kept = tuple(rows)
    return Figure(key, title, value, "share", definition, kept, part, whole, unknown=unknown)


def count(key: str, title: str, definition: str, rows: Iterable[Row]) -> Figure:
    """Return how many rows there are."""
    kept = tuple(rows)
    return Figure(key, title, len(kept), "count", definition, kept)
