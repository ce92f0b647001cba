"""The arithmetic against an oracle that is slow and obvious: it walks in ticks of five minutes.

At each tick it reads the clock on the wall, and remembers the latest it has ever shown, so that a
clock that is set back shows nothing new until it has caught up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.calendars import (
    Calendar,
    Leave,
    add_span,
    is_working,
    next_working,
    subtract_span,
    working_day,
)
from engine.plan.model import Span, Unit

pytestmark = pytest.mark.slow
TICK = timedelta(minutes=5)
# Bavaria's, as far as a case can reach.
HOLIDAYS = {date(2026, month, day) for month, day in ((4, 3), (4, 6), (5, 1), (10, 3), (11, 1))}
# Each is the day of a change of the clocks, or quiet; Lord Howe changes by half an hour, Havana at
# midnight.
PLACES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "America/Havana": (date(2026, 3, 8), date(2026, 11, 1)),
    "Asia/Kolkata": (date(2026, 4, 1), date(2026, 10, 2)),
}


@dataclass(slots=True)
class Tick:
    """Five minutes: from `at` on, with what the wall shows then and the latest it ever showed."""

    at: datetime
    wall: datetime
    shown: datetime
    work: bool


def ticks(calendar: Calendar, around: datetime, back: int, ahead: int) -> list[Tick]:
    """The time from so many days before `around` until so many after it."""
    found: list[Tick] = []
    at, shown = around - timedelta(days=back), datetime.min  # noqa: DTZ901
    while at < around + timedelta(days=ahead):
        wall = at.astimezone(ZoneInfo(calendar.zone)).replace(tzinfo=None)
        shown = max(shown, wall)
        found.append(Tick(at, wall, shown, works(calendar, shown)))
        at += TICK
    return found


def works(calendar: Calendar, shown: datetime) -> bool:
    day, clock = shown.date(), shown.time()
    windows = calendar.hours[day.weekday()]
    if any(leave.first <= day <= leave.last for leave in calendar.leave):
        return False
    if day in calendar.working_days:
        windows = windows or next(hours for hours in calendar.hours if hours)
    elif day in calendar.days_off or (calendar.country and day in HOLIDAYS):
        return False
    return any(first <= clock and (clock < last or last == time(0)) for first, last in windows)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0))


def moments(line: list[Tick]) -> Iterator[tuple[date, Tick]]:
    """Every moment in working hours, closing moments included, with the day it belongs to."""
    for earlier, now in pairwise(line):
        if earlier.work:
            yield earlier.shown.date(), now
        if now.work and not (earlier.work and earlier.shown.date() == now.shown.date()):
            yield now.shown.date(), now


def oracle_hours(line: list[Tick], start: datetime, count: int) -> datetime:
    at = next(tick.at for _, tick in moments(line) if tick.at >= start)
    worked = [tick.at + TICK for tick in line if tick.work and tick.at >= at]
    return worked[count - 1] if count else at


def oracle_hours_before(line: list[Tick], end: datetime, count: int) -> datetime:
    at = [tick.at for _, tick in moments(line) if tick.at <= end][-1]
    worked = [tick.at for tick in line if tick.work and tick.at < at]
    return worked[-count] if count else at


def oracle_days(line: list[Tick], start: datetime, count: int) -> datetime:
    day, tick = next((day, tick) for day, tick in moments(line) if tick.at >= start)
    days = sorted({found for found, _ in moments(line) if found >= day})
    clock = midnight(days[count]) + (tick.wall - midnight(day))
    target = next(other.at for other in line if other.shown >= clock)
    there = [other.at for found, other in moments(line) if found == days[count]]
    return next((at for at in there if at >= target), there[-1]) if count else tick.at


def oracle_days_before(line: list[Tick], end: datetime, count: int) -> datetime:
    day, tick = [(day, tick) for day, tick in moments(line) if tick.at <= end][-1]
    days = sorted({found for found, _ in moments(line) if found <= day}, reverse=True)
    clock = midnight(days[count]) + (tick.wall - midnight(day))
    target = next(other.at for other in line if other.shown >= clock)
    there = [other.at for found, other in moments(line) if found == days[count]]
    return [there[0], *(at for at in there if at <= target)][-1] if count else tick.at


def oracle_wall(line: list[Tick], start: datetime, step: relativedelta) -> datetime:
    there = next(tick.wall for tick in line if tick.at == start) + step
    return next(tick.at for tick in line if tick.shown >= there)


def window(start: int, length: int) -> tuple[time, time]:
    end = start + length
    return time(start // 12, start % 12 * 5), time(end // 12 % 24, end % 12 * 5)


# In ticks: one window, or two with a break; short nights at the hours of the change among them.
one = st.tuples(st.integers(0, 240), st.integers(1, 48)).map(lambda w: (window(*w),))
two = st.tuples(
    st.integers(0, 100), st.integers(6, 40), st.integers(1, 20), st.integers(6, 100)
).map(lambda w: (window(w[0], w[1]), window(w[0] + w[1] + w[2], w[3])))
office = st.just(((time(9), time(17)),))
night = st.just(((time(0), time(2, 30)), (time(2, 45), time(0))))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    zone = draw(st.sampled_from(sorted(PLACES)))
    middle = draw(st.sampled_from(PLACES[zone]))
    near = st.integers(-8, 8).map(lambda n: middle + timedelta(days=n))
    hours = draw(st.lists(st.just(()) | one | two | office | night, min_size=7, max_size=7))
    hours[draw(st.integers(0, 2))] = ((time(9), time(17)),)
    hours[draw(st.integers(3, 6))] = ((time(8), time(12)), (time(13), time(16, 5)))
    working = draw(st.frozensets(near, max_size=2))
    calendar = Calendar(
        zone,
        tuple(hours),
        *draw(st.sampled_from([(None, None), ("DE", "BY")])),
        draw(st.frozensets(near, max_size=2)) - working,
        working,
        tuple(
            Leave(d, d + timedelta(days=draw(st.integers(0, 9))))
            for d in draw(st.sets(near, max_size=1))
        ),
    )
    start = datetime.combine(middle, time(0), UTC) + draw(st.integers(-1200, 1200)) * TICK
    return calendar, start


checked = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@checked
@given(cases(), st.integers(0, 150))
def test_business_hours_after(case: tuple[Calendar, datetime], count: int) -> None:
    calendar, start = case
    expected = oracle_hours(ticks(calendar, start, 4, 28), start, count)
    assert add_span(calendar, start, Span(count / 12, "business_hour")) == expected


@checked
@given(cases(), st.integers(0, 150))
def test_business_hours_before(case: tuple[Calendar, datetime], count: int) -> None:
    calendar, end = case
    expected = oracle_hours_before(ticks(calendar, end, 28, 2), end, count)
    assert subtract_span(calendar, end, Span(count / 12, "business_hour")) == expected


@checked
@given(cases(), st.integers(0, 4))
def test_business_days_after(case: tuple[Calendar, datetime], count: int) -> None:
    calendar, start = case
    expected = oracle_days(ticks(calendar, start, 4, 28), start, count)
    assert add_span(calendar, start, Span(count, "business_day")) == expected


@checked
@given(cases(), st.integers(0, 4))
def test_business_days_before(case: tuple[Calendar, datetime], count: int) -> None:
    calendar, end = case
    expected = oracle_days_before(ticks(calendar, end, 28, 2), end, count)
    assert subtract_span(calendar, end, Span(count, "business_day")) == expected


@checked
@given(cases(), st.integers(1, 2), st.sampled_from(["d", "w", "month"]), st.sampled_from([-1, 1]))
def test_days_weeks_and_months_on_the_wall(
    case: tuple[Calendar, datetime], count: int, unit: Unit, sign: int
) -> None:
    calendar, start = case
    days, weeks, months = (sign * count * (unit == name) for name in ("d", "w", "month"))
    step = relativedelta(days=days, weeks=weeks, months=months)
    reach = 7 if unit == "d" else 64
    line = ticks(calendar, start, 5 if sign > 0 else reach, reach if sign > 0 else 1)
    move = add_span if sign > 0 else subtract_span
    assert move(calendar, start, Span(count, unit)) == oracle_wall(line, start, step)


@checked
@given(cases())
def test_each_moment_is_work_or_not(case: tuple[Calendar, datetime]) -> None:
    calendar, start = case
    line = ticks(calendar, start, 4, 4)[500:]
    assert [is_working(calendar, tick.at) for tick in line] == [tick.work for tick in line]


@checked
@given(cases())
def test_the_next_working_moment_and_day(case: tuple[Calendar, datetime]) -> None:
    calendar, start = case
    line = ticks(calendar, start, 4, 14)
    worked = {tick.shown.date() for tick in line if tick.work}
    day = start.date()
    assert next_working(calendar, start) == next(t.at for t in line if t.at >= start and t.work)
    assert working_day(calendar, day) == (day in worked)


@given(cases(), st.integers(1, 400))
def test_what_is_added_can_be_taken_away(case: tuple[Calendar, datetime], count: int) -> None:
    calendar, start = case
    begin = next_working(calendar, start)
    span = Span(count / 12, "business_hour")
    assert subtract_span(calendar, add_span(calendar, begin, span), span) == begin


@given(cases(), st.lists(st.integers(0, 1000), min_size=2, max_size=5))
def test_a_later_start_is_never_due_earlier(
    case: tuple[Calendar, datetime], later: list[int]
) -> None:
    calendar, start = case
    span = Span(3, "business_hour")
    starts = [start + n * TICK for n in sorted(later)]
    due = [add_span(calendar, at, span) for at in starts]
    assert due == sorted(due)
