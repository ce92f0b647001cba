"""Fiscal quarters against a slow obvious count: walk day by day until the quarter changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import FiscalYear

DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))
MONTHS = st.integers(1, 12)


def months_in(year: FiscalYear) -> dict[int, int]:
    """Each month's quarter, counted on the fingers."""
    month, found = year.begins, {}
    for place in range(12):
        found[month] = place // 3 + 1
        month = 1 if month == 12 else month + 1
    return found


@given(day=DAYS, begins=MONTHS)
def test_quarter_is_found_by_walking_to_its_ends(day: date, begins: int) -> None:
    year = FiscalYear(begins)
    of = months_in(year)
    first = last = day
    while of[(first - timedelta(days=1)).month] == of[day.month]:
        first -= timedelta(days=1)
    while of[(last + timedelta(days=1)).month] == of[day.month]:
        last += timedelta(days=1)
    quarter = year.quarter_of(day)
    assert (quarter.number, quarter.first, quarter.last) == (of[day.month], first, last)
    assert quarter.day(day) + quarter.days_left(day) == (last - first).days + 1
    assert 1 <= quarter.week(day) <= 14


@given(day=DAYS, begins=MONTHS)
def test_four_quarters_have_the_name_of_one_year(day: date, begins: int) -> None:
    year = FiscalYear(begins)
    quarter = year.quarter_of(day)
    following = year.quarter_of(quarter.last + timedelta(days=1))
    expected = (quarter.year, quarter.number + 1) if quarter.number < 4 else (quarter.year + 1, 1)
    assert (following.year, following.number) == expected


@pytest.mark.parametrize(
    ("begins", "named_after", "day", "name"),
    [
        (1, "end", "2026-12-31", "Q4 FY2026"),
        (2, "end", "2026-02-01", "Q1 FY2027"),
        (10, "end", "2026-10-01", "Q1 FY2027"),
        (7, "end", "2026-06-30", "Q4 FY2026"),
        (4, "begin", "2027-01-01", "Q4 FY2026"),
    ],
)
def test_years_are_called_what_companies_call_them(
    begins: int, named_after: str, day: str, name: str
) -> None:
    year = FiscalYear(begins, "end" if named_after == "end" else "begin")
    assert year.quarter_of(date.fromisoformat(day)).name == name
