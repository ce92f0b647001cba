"""Adding a span to a moment, and taking one from it, by a calendar.

- `s`, `min`, `h` are elapsed time.
- `d`, `w`, `month` keep the time on the wall in the calendar's zone; a month that is too short
  ends on its last day. They take no notice of working hours.
- `business_hour` counts working time only.
- `business_day` keeps the time on the wall, that many working days on. A start outside working
  hours counts from the next working moment, and on the day it reaches the time is moved into that
  day's hours: to the opening when it is earlier, to the end of a break when it is in one, to the
  closing when it is later.

The closing moment of a window counts as within it: work from Friday 09:00 that takes eight
business hours is due Friday 17:00, and one business day from Friday 17:00 is Monday 17:00. So
results in business units always lie in working hours, closing moments included. Taking away is the
mirror image: an end outside working hours counts from the working moment before it, and a time in
a break moves to its start.

Must not know what the time is for, nor what time it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from engine.calendars.calendar import Calendar
from engine.calendars.places import zone_named
from engine.calendars.spans import check_span
from engine.calendars.worktime import (
    Opening,
    moment_of,
    openings_after,
    openings_before,
    openings_on,
    utc,
)
from engine.plan.model import Span


def add_span(calendar: Calendar, start: datetime, span: Span) -> datetime:
    """The moment `span` after `start`, in UTC.

    Raises `InputError` for a naive start or a span out of bounds, `RunError` for a calendar without
    working time.

    >>> friday = datetime.fromisoformat("2026-01-02T15:00+00:00")
    >>> add_span(Calendar(), friday, Span(4, "business_hour")).isoformat()
    '2026-01-05T11:00:00+00:00'
    """
    return _moved(calendar, start, span, back=False)


def subtract_span(calendar: Calendar, end: datetime, span: Span) -> datetime:
    """The moment `span` before `end`, in UTC; otherwise as `add_span`.

    >>> monday = datetime.fromisoformat("2026-01-05T11:00+00:00")
    >>> subtract_span(Calendar(), monday, Span(1, "business_day")).isoformat()
    '2026-01-02T11:00:00+00:00'
    """
    return _moved(calendar, end, span, back=True)


def _moved(calendar: Calendar, start: datetime, span: Span, *, back: bool) -> datetime:
    check_span(span)
    at = utc(start)
    match span.unit:
        case "business_hour":
            along = _hours_before if back else _hours_after
            return along(calendar, at, timedelta(hours=span.amount))
        case "business_day":
            days_on = _days_before if back else _days_after
            return days_on(calendar, at, int(span.amount))
        case "d" | "w" | "month":
            return _on_the_wall(calendar, at, span, -1 if back else 1)
        case "s" | "min" | "h":
            seconds = timedelta(seconds=span.seconds or 0)
            return at - seconds if back else at + seconds


def _on_the_wall(calendar: Calendar, at: datetime, span: Span, sign: int) -> datetime:
    count = sign * int(span.amount)
    if count == 0:
        return at
    step = {
        "d": relativedelta(days=count),
        "w": relativedelta(weeks=count),
        "month": relativedelta(months=count),
    }[span.unit]
    zone = zone_named(calendar.zone)
    return moment_of(at.astimezone(zone).replace(tzinfo=None) + step, zone)


def _hours_after(calendar: Calendar, at: datetime, length: timedelta) -> datetime:
    openings = openings_after(calendar, at)
    while True:
        opening = next(openings)
        start = max(opening.start, at)
        if length <= opening.end - start:
            return start + length
        length -= opening.end - start


def _hours_before(calendar: Calendar, at: datetime, length: timedelta) -> datetime:
    openings = openings_before(calendar, at)
    while True:
        opening = next(openings)
        end = min(opening.end, at)
        if length <= end - opening.start:
            return end - length
        length -= end - opening.start


def _days_after(calendar: Calendar, at: datetime, count: int) -> datetime:
    openings = openings_after(calendar, at)
    first = next(openings)
    at = max(first.start, at)
    if count == 0:
        return at
    day = _nth_day(openings, first.day, count)
    target = _same_clock(calendar, at, first.day, day)
    windows = openings_on(calendar, day)
    for opening in windows:
        if target <= opening.end:
            return max(opening.start, target)
    return windows[-1].end


def _days_before(calendar: Calendar, at: datetime, count: int) -> datetime:
    openings = openings_before(calendar, at)
    first = next(openings)
    at = min(first.end, at)
    if count == 0:
        return at
    day = _nth_day(openings, first.day, count)
    target = _same_clock(calendar, at, first.day, day)
    windows = openings_on(calendar, day)
    for opening in reversed(windows):
        if target >= opening.start:
            return min(opening.end, target)
    return windows[0].start


def _nth_day(openings: Iterator[Opening], day: date, count: int) -> date:
    """The `count`-th date with work after `day`, along `openings`."""
    while count:
        found = next(openings).day
        if found != day:
            day, count = found, count - 1
    return day


def _same_clock(calendar: Calendar, at: datetime, day: date, other: date) -> datetime:
    """The moment on `other` when the wall shows what it shows at `at` on `day` (24:00 too)."""
    zone = zone_named(calendar.zone)
    since_midnight = at.astimezone(zone).replace(tzinfo=None) - datetime.combine(day, time(0))
    return moment_of(datetime.combine(other, time(0)) + since_midnight, zone)
