"""Where working hours lie in real time: a calendar's windows as instants, in order.

Owns the one rule that joins wall clocks and instants: **a wall time stands for the first moment at
which the clock on the wall shows it, or anything later**. So a time that the change to summer time
skips is the moment of the change, and one that happens twice in autumn is the first of the two. A
window runs from the moment of its start to the moment of its end, once a day. It must not know
spans: counting along the windows is the business of `arithmetic`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.calendars.calendar import Calendar, windows_on
from engine.calendars.hours import Window
from engine.calendars.places import zone_named
from engine.errors import InputError, RunError

DAY = timedelta(days=1)
IDLE_DAYS = 731
"""How many days without any work are searched: two years."""
REACH_DAYS = 40 * 366
"""How far from its start a count may lead: ten years of spans, at a quarter of the hours."""


class Opening(NamedTuple):
    """One window of work in real time, of the calendar date it belongs to."""

    day: date
    start: datetime
    end: datetime


def utc(at: datetime) -> datetime:
    """The same moment in UTC. Raises `InputError` when `at` is naive or out of 1900 to 2200.

    >>> utc(datetime(2026, 1, 5, 9))
    Traceback (most recent call last):
    engine.errors.InputError: 2026-01-05T09:00:00 has no time zone
      Give the moment with its offset, such as 2026-01-05T09:00:00+00:00
    """
    if at.tzinfo is None or at.utcoffset() is None:
        raise InputError(
            f"{at.isoformat()} has no time zone",
            remedy="Give the moment with its offset, such as 2026-01-05T09:00:00+00:00",
        )
    if not 1900 <= at.year <= 2200:
        raise InputError(
            f"{at.isoformat()} is out of range", remedy="Use a moment from 1900 to 2200"
        )
    return at.astimezone(UTC)


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which the clock in `zone` shows `wall` (naive) or later, in UTC.

    >>> moment_of(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T01:00:00+00:00'
    """
    at = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    shows = at.astimezone(zone).replace(tzinfo=None)
    return at if shows == wall else _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment the clock jumped over `wall`, by bisection: changes fall on whole seconds."""
    low = wall.replace(tzinfo=zone, fold=1, microsecond=0).astimezone(UTC)
    high = wall.replace(tzinfo=zone, fold=0, microsecond=0).astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


@lru_cache(maxsize=16_384)
def _openings(zone: str, day: date, windows: tuple[Window, ...]) -> tuple[Opening, ...]:
    """Shared by all calendars with the same zone and hours; windows inside a gap vanish."""
    place = zone_named(zone)
    found = []
    for first, last in windows:
        start = moment_of(datetime.combine(day, first), place)
        ends_on = day if last > time(0) else day + DAY
        end = moment_of(datetime.combine(ends_on, last), place)
        if start < end:
            found.append(Opening(day, start, end))
    return tuple(found)


def openings_on(calendar: Calendar, day: date) -> tuple[Opening, ...]:
    """The windows of one calendar date, in order; none on a day off.

    >>> [o.start.hour for o in openings_on(Calendar("Europe/Berlin"), date(2026, 7, 1))]
    [7]
    """
    windows = windows_on(calendar, day)
    return _openings(calendar.zone, day, windows) if windows else ()


def openings_after(calendar: Calendar, at: datetime) -> Iterator[Opening]:
    """The windows that end at or after `at`, onwards without end. Raises `RunError` when there is
    no work for two years, or the count leads too far."""
    for opening in _along(calendar, local_date(calendar, at) - DAY, DAY):
        if opening.end >= at:
            yield opening


def openings_before(calendar: Calendar, at: datetime) -> Iterator[Opening]:
    """The windows that start at or before `at`, backwards; otherwise as `openings_after`."""
    for opening in _along(calendar, local_date(calendar, at) + DAY, -DAY):
        if opening.start <= at:
            yield opening


def _along(calendar: Calendar, day: date, step: timedelta) -> Iterator[Opening]:
    idle = 0
    for _ in range(REACH_DAYS):
        openings = openings_on(calendar, day)
        yield from openings if step > timedelta(0) else reversed(openings)
        idle = 0 if openings else idle + 1
        if idle > IDLE_DAYS + 1:
            raise RunError(
                f"the calendar has no working time for two years up to {day}",
                remedy="Give it working hours, or shorten the leave and the days off",
            )
        day += step
    raise RunError(
        f"the calendar has too few working hours: counting led as far as {day}",
        remedy="Give it more working hours, or wait for a shorter time",
    )


def local_date(calendar: Calendar, at: datetime) -> date:
    """The date on the wall at a moment.

    >>> local_date(Calendar("Asia/Tokyo"), datetime(2026, 1, 1, 20, tzinfo=UTC)).isoformat()
    '2026-01-02'
    """
    return at.astimezone(zone_named(calendar.zone)).date()


def working_day(calendar: Calendar, day: date) -> bool:
    """Say whether there is any working time on a date.

    >>> working_day(Calendar(), date(2026, 1, 2)), working_day(Calendar(), date(2026, 1, 3))
    (True, False)
    """
    return bool(openings_on(calendar, day))


def is_working(calendar: Calendar, at: datetime) -> bool:
    """Say whether `at` is in working hours: the opening moment is, the closing moment is not.

    >>> [is_working(Calendar(), datetime(2026, 1, 5, h, tzinfo=UTC)) for h in (8, 9, 17)]
    [False, True, False]
    """
    moment = utc(at)
    today = local_date(calendar, moment)
    return any(
        opening.start <= moment < opening.end
        for day in (today - DAY, today, today + DAY)
        for opening in openings_on(calendar, day)
    )


def next_working(calendar: Calendar, at: datetime) -> datetime:
    """The first moment from `at` on that is in working hours, in UTC.

    >>> next_working(Calendar(), datetime(2026, 1, 2, 17, tzinfo=UTC)).isoformat()
    '2026-01-05T09:00:00+00:00'
    """
    moment = utc(at)
    found = next(opening for opening in openings_after(calendar, moment) if opening.end > moment)
    return max(found.start, moment)
