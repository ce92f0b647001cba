"""Adding and taking away spans, each rule as one story. Walls are Berlin's unless said."""

from datetime import UTC, date, datetime
from timeit import repeat
from zoneinfo import ZoneInfo

import pytest

from engine.calendars import (
    Calendar,
    Leave,
    add_span,
    is_working,
    next_working,
    parse_span,
    subtract_span,
    working_day,
)
from engine.errors import InputError, RunError
from engine.plan.model import Span

BERLIN = Calendar("Europe/Berlin", country="DE", region="BE")
LUNCH = Calendar.from_json(
    {"zone": "Europe/Berlin", "hours": {"mon-thu": "9:00-12:00, 13:00-17:00", "fri": "9:00-14:00"}}
)
ALWAYS = Calendar.from_json({"zone": "Europe/Berlin", "hours": {"mon-sun": "00:00-24:00"}})


def wall(text: str, zone: str = "Europe/Berlin", fold: int = 0) -> datetime:
    """In UTC: two moments of different zones are never equal while one of them comes twice."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def after(calendar: Calendar, start: str, span: str) -> str:
    """What the calendar's own wall shows at the end."""
    found = add_span(calendar, wall(start, calendar.zone), parse_span(span))
    return f"{found.astimezone(ZoneInfo(calendar.zone)):%a %Y-%m-%d %H:%M}"


def before(calendar: Calendar, end: str, span: str) -> str:
    found = subtract_span(calendar, wall(end, calendar.zone), parse_span(span))
    return f"{found.astimezone(ZoneInfo(calendar.zone)):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        ("2026-02-27 10:30", "1 business day", "Mon 2026-03-02 10:30"),  # over a weekend
        ("2026-02-28 10:30", "1 business day", "Tue 2026-03-03 09:00"),  # Saturday is Monday 9:00
        ("2026-03-02 08:00", "1 business day", "Tue 2026-03-03 09:00"),  # too early is 9:00
        ("2026-03-02 17:00", "1 business day", "Tue 2026-03-03 17:00"),  # closing is that day
        ("2026-03-02 17:01", "1 business day", "Wed 2026-03-04 09:00"),  # a minute later is not
        ("2026-04-30 10:00", "1 business day", "Mon 2026-05-04 10:00"),  # over Labour Day
        ("2026-12-23 10:00", "2 business days", "Mon 2026-12-28 10:00"),  # Christmas on Fri and Sat
        ("2026-02-28 10:30", "0 business days", "Mon 2026-03-02 09:00"),
        ("2026-03-02 10:30", "0 business days", "Mon 2026-03-02 10:30"),
        ("2026-03-02 09:00", "8 business hours", "Mon 2026-03-02 17:00"),
        ("2026-02-27 16:30", "1 business hour", "Mon 2026-03-02 09:30"),
        ("2026-02-27 17:00", "1 business hour", "Mon 2026-03-02 10:00"),
        ("2026-02-28 12:00", "4 business hours", "Mon 2026-03-02 13:00"),
        ("2026-02-28 12:00", "0 business hours", "Mon 2026-03-02 09:00"),
        ("2026-03-02 10:00", "0.5 business hours", "Mon 2026-03-02 10:30"),
        ("2026-02-27 17:00", "90 min", "Fri 2026-02-27 18:30"),
        ("2026-02-27 17:00", "2d", "Sun 2026-03-01 17:00"),
        ("2026-02-27 17:00", "2w", "Fri 2026-03-13 17:00"),
        ("2026-01-31 08:00", "1 month", "Sat 2026-02-28 08:00"),
        ("2028-01-31 08:00", "1 month", "Tue 2028-02-29 08:00"),
        ("2026-01-31 08:00", "12 months", "Sun 2027-01-31 08:00"),
    ],
)
def test_a_span_ends(start: str, span: str, due: str) -> None:
    assert after(BERLIN, start, span) == due


@pytest.mark.parametrize(
    ("end", "span", "start"),
    [
        ("2026-03-02 10:30", "1 business day", "Fri 2026-02-27 10:30"),
        ("2026-03-01 10:30", "1 business day", "Thu 2026-02-26 17:00"),  # Sunday is Friday 17:00
        ("2026-03-02 09:00", "1 business day", "Fri 2026-02-27 09:00"),  # opening is that day
        ("2026-03-02 08:59", "1 business day", "Thu 2026-02-26 17:00"),  # a minute before is not
        ("2026-03-02 10:00", "2 business hours", "Fri 2026-02-27 16:00"),
        ("2026-03-01 10:00", "0 business hours", "Fri 2026-02-27 17:00"),
        ("2026-03-31 08:00", "1 month", "Sat 2026-02-28 08:00"),
        ("2026-03-31 08:00", "60d", "Fri 2026-01-30 08:00"),
        ("2026-03-02 08:00", "1.5h", "Mon 2026-03-02 06:30"),
    ],
)
def test_a_span_begins(end: str, span: str, start: str) -> None:
    assert before(BERLIN, end, span) == start


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        ("2026-03-02 11:30", "1 business hour", "Mon 2026-03-02 13:30"),
        ("2026-03-02 11:00", "1 business hour", "Mon 2026-03-02 12:00"),
        (
            "2026-03-02 12:20",
            "1 business day",
            "Tue 2026-03-03 13:00",
        ),  # a break counts from its end
        ("2026-03-02 12:00", "1 business day", "Tue 2026-03-03 12:00"),
        ("2026-03-05 16:00", "1 business day", "Fri 2026-03-06 14:00"),  # Friday closes early
        ("2026-03-06 12:30", "1 business day", "Mon 2026-03-09 13:00"),  # Friday has no break
        ("2026-03-05 16:00", "3 business hours", "Fri 2026-03-06 11:00"),
    ],
)
def test_a_break_is_not_work(start: str, span: str, due: str) -> None:
    assert after(LUNCH, start, span) == due


def test_a_time_in_the_break_moves_to_its_start_backwards() -> None:
    assert before(LUNCH, "2026-03-06 12:30", "1 business day") == "Thu 2026-03-05 12:00"


def test_public_holidays_depend_on_the_region() -> None:
    due = {
        region: after(Calendar("Europe/Berlin", country="DE", region=region), *epiphany)
        for epiphany in [("2026-01-05 10:00", "1 business day")]
        for region in ("BY", "BE")
    }
    assert due == {"BY": "Wed 2026-01-07 10:00", "BE": "Tue 2026-01-06 10:00"}


def test_a_holiday_observed_in_the_year_before_is_off() -> None:
    new_york = Calendar("America/New_York", country="US")
    assert after(new_york, "2021-12-30 10:00", "1 business day") == "Mon 2022-01-03 10:00"


def test_leave_of_three_weeks_moves_the_due_date_behind_it() -> None:
    away = Calendar("Europe/Berlin", leave=(Leave(date(2026, 8, 3), date(2026, 8, 21)),))
    assert after(away, "2026-07-31 15:00", "1 business day") == "Mon 2026-08-24 15:00"


def test_nobody_on_leave_is_called_in_by_an_extra_working_day() -> None:
    saturday = date(2026, 8, 8)
    away = Calendar(leave=(Leave(saturday, saturday),), working_days=frozenset({saturday}))
    assert not working_day(away, saturday)


def test_an_extra_working_day_beats_holiday_and_weekend() -> None:
    busy = Calendar(
        country="DE", working_days=frozenset({date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 3)})
    )
    assert after(busy, "2026-04-30 10:00", "3 business days") == "Sun 2026-05-03 10:00"


def test_an_extra_day_off_is_skipped() -> None:
    eve = Calendar(days_off=frozenset({date(2026, 12, 24)}))
    assert after(eve, "2026-12-23 10:00", "1 business day") == "Fri 2026-12-25 10:00"


def test_a_day_keeps_the_time_on_the_wall_through_the_change_to_summer() -> None:
    assert add_span(BERLIN, wall("2026-03-28 09:00"), Span(1, "d")) == wall("2026-03-29 09:00")


def test_twenty_four_hours_do_not() -> None:
    assert after(BERLIN, "2026-03-28 09:00", "24h") == "Sun 2026-03-29 10:00"


def test_a_time_the_clocks_skip_is_the_moment_of_the_change() -> None:
    assert after(BERLIN, "2026-03-28 02:30", "1d") == "Sun 2026-03-29 03:00"


def test_a_time_that_comes_twice_is_the_first_of_the_two() -> None:
    found = add_span(BERLIN, wall("2026-10-24 02:30"), Span(1, "d"))
    assert found == wall("2026-10-25 02:30", fold=0)


def test_no_days_at_all_leave_the_second_of_two_where_it_is() -> None:
    second = wall("2026-10-25 02:30", fold=1)
    assert add_span(BERLIN, second, Span(0, "d")) == second


@pytest.mark.parametrize(
    ("day", "length", "next_day"),
    [("2026-03-29", 23, "Mon 2026-03-30"), ("2026-10-25", 25, "Mon 2026-10-26")],
)
def test_the_day_of_a_change_has_its_own_number_of_hours(
    day: str, length: int, next_day: str
) -> None:
    assert after(ALWAYS, f"{day} 00:00", f"{length} business hours") == f"{next_day} 00:00"


def test_a_window_the_clocks_skip_is_no_work() -> None:
    night = Calendar.from_json({"zone": "Europe/Berlin", "hours": {"sun": "02:00-02:45"}})
    assert not working_day(night, date(2026, 3, 29))


def test_a_window_that_comes_twice_is_worked_once() -> None:
    night = Calendar.from_json({"zone": "Europe/Berlin", "hours": {"sun": "02:00-02:45"}})
    assert not is_working(night, wall("2026-10-25 02:30", fold=1))


def test_a_date_that_never_was_is_no_working_day() -> None:
    samoa = Calendar("Pacific/Apia")
    assert after(samoa, "2011-12-29 10:00", "1 business day") == "Mon 2012-01-02 10:00"


def test_midnight_at_the_end_belongs_to_the_day_before() -> None:
    late = Calendar.from_json({"hours": {"mon-fri": "16:00-24:00"}})
    assert after(late, "2026-03-07 00:00", "1 business day") == "Tue 2026-03-10 00:00"


def test_the_owner_s_zone_decides_what_a_day_is() -> None:
    tokyo = Calendar("Asia/Tokyo")
    friday_night_in_utc = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # Monday 08:30 in Tokyo
    assert next_working(tokyo, friday_night_in_utc) == datetime(2026, 3, 2, 0, tzinfo=UTC)


def test_results_are_in_utc() -> None:
    start = wall("2026-03-02 10:00").astimezone(ZoneInfo("Asia/Tokyo"))
    due = add_span(BERLIN, start, Span(1, "business_day"))
    assert due.tzinfo is UTC


def test_work_begins_at_the_opening_and_is_over_at_the_closing() -> None:
    moments = ("08:59", "09:00", "16:59", "17:00")
    working = [is_working(BERLIN, wall(f"2026-03-02 {moment}")) for moment in moments]
    assert working == [False, True, True, False]


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2026-03-06 17:00", "2026-03-09 09:00"), ("2026-03-06 16:59", "2026-03-06 16:59")],
)
def test_the_next_working_moment(at: str, expected: str) -> None:
    assert next_working(BERLIN, wall(at)) == wall(expected)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="2026-03-02T10:00:00 has no time zone"):
        add_span(BERLIN, datetime.fromisoformat("2026-03-02T10:00"), Span(1, "d"))


@pytest.mark.parametrize("year", [1899, 2201])
def test_a_moment_far_from_now_is_refused(year: int) -> None:
    with pytest.raises(InputError, match="out of range"):
        next_working(BERLIN, datetime(year, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "span", [Span(-1, "d"), Span(float("nan"), "h"), Span(0.5, "month"), Span(3654, "d")]
)
def test_a_span_out_of_bounds_is_refused(span: Span) -> None:
    with pytest.raises(InputError):
        add_span(BERLIN, wall("2026-03-02 10:00"), span)


@pytest.mark.parametrize("move", [add_span, subtract_span])
@pytest.mark.parametrize("unit", ["business_day", "business_hour"])
def test_leave_without_end_is_refused_not_searched(move: object, unit: str) -> None:
    gone = Calendar(leave=(Leave(date(1990, 1, 1), date(2090, 1, 1)),))
    with pytest.raises(RunError, match="no working time for two years"):
        move(gone, wall("2026-03-02 10:00"), Span(1, unit))  # type: ignore[operator, arg-type]


def test_leave_of_almost_two_years_is_waited_for() -> None:
    gone = Calendar(leave=(Leave(date(2026, 3, 2), date(2028, 2, 27)),))
    assert after(gone, "2026-03-02 10:00", "0 business days") == "Mon 2028-02-28 09:00"


def test_a_week_of_one_hour_cannot_hold_ten_years_of_work() -> None:
    rare = Calendar.from_json({"hours": {"mon": "09:00-10:00"}})
    with pytest.raises(RunError, match="too few working hours"):
        after(rare, "2026-03-02 10:00", "20000 business hours")


def test_a_business_day_is_added_in_no_time() -> None:
    start = wall("2026-03-02 10:00")
    best = min(repeat(lambda: add_span(BERLIN, start, Span(1, "business_day")), number=50))
    assert best / 50 < 100e-6


def test_a_later_or_earlier_time_moves_into_the_hours_of_a_day_with_a_break() -> None:
    hours = {"mon": "06:00-20:00", "tue": "09:00-12:00, 13:00-17:00", "wed": "06:00-20:00"}
    shifts = Calendar.from_json({"hours": hours})
    moved = (
        after(shifts, "2026-03-02 19:00", "1 business day"),
        before(shifts, "2026-03-04 07:00", "1 business day"),
    )
    assert moved == ("Tue 2026-03-03 17:00", "Tue 2026-03-03 09:00")
