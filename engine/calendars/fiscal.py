"""Fiscal years and quarters: which one a day lies in, and how much of it is left.

Owns the counting alone. Which day it is, and in whose zone, is the business of who asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Month = Literal[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
MONTHS: tuple[Month, ...] = get_args(Month)


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A company's year of twelve months: the month it begins with (1 to 12), and whether it is
    called after the calendar year it ends in (the usual way in the United States and India) or
    begins in (the usual way in Japan)."""

    begins: int = 1
    named_after: Literal["end", "begin"] = "end"

    def quarter_of(self, day: date) -> Quarter:
        """Return the quarter a day lies in.

        >>> quarter = FiscalYear(begins=2).quarter_of(date(2027, 1, 31))
        >>> quarter.name, str(quarter.first), str(quarter.last)
        ('Q4 FY2027', '2026-11-01', '2027-01-31')
        >>> FiscalYear(begins=4, named_after="begin").quarter_of(date(2027, 3, 31)).name
        'Q4 FY2026'
        """
        passed = (day.month - self.begins) % 12
        number = passed // 3 + 1
        months = day.year * 12 + day.month - 1
        first = _month(months - passed % 3)
        opening = _month(months - passed)
        closing = _month(months - passed + 11)
        year = closing.year if self.named_after == "end" else opening.year
        return Quarter(year, number, first, _month(months - passed % 3 + 3) - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter: the fiscal year it belongs to, its number, its first and last day."""

    year: int
    number: int
    first: date
    last: date

    @property
    def name(self) -> str:
        """What people call it: `Q2 FY2027`."""
        return f"Q{self.number} FY{self.year}"

    def day(self, today: date) -> int:
        """Return how many days of it have begun: 1 on its first.

        >>> FiscalYear().quarter_of(date(2026, 4, 1)).day(date(2026, 4, 1))
        1
        """
        return (today - self.first).days + 1

    def week(self, today: date) -> int:
        """Return how many weeks of it have begun, in sevens from its first day: 1 to 14.

        >>> FiscalYear().quarter_of(date(2026, 4, 8)).week(date(2026, 4, 8))
        2
        """
        return (today - self.first).days // 7 + 1

    def days_left(self, today: date) -> int:
        """Return how many days of it are still to come: 0 on its last.

        >>> FiscalYear().quarter_of(date(2026, 6, 30)).days_left(date(2026, 6, 30))
        0
        """
        return (self.last - today).days


def _month(counted: int) -> date:
    """Return the first day of a month counted from the year 0."""
    return date(counted // 12, counted % 12 + 1, 1)
