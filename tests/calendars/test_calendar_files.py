"""Calendars as authors write them, and what they hear when one is wrong."""

import pickle
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import BadCalendar, Calendar, Leave, holiday_name, why_off
from engine.errors import InputError

FULL = {
    "zone": "Europe/Berlin",
    "hours": {"mon-thu": "09:00-12:00, 13:00-17:00", "sat": "10:00-24:00"},
    "holidays": "DE-BY",
    "days_off": ["2026-12-24"],
    "working_days": ["2026-12-27"],
    "leave": [{"first": "2026-08-03", "last": "2026-08-21"}],
}


def test_a_calendar_survives_its_json() -> None:
    assert Calendar.from_json(FULL).to_json() == FULL


def test_an_empty_calendar_is_the_office_week() -> None:
    assert Calendar.from_json({}) == Calendar()


@pytest.mark.parametrize(
    ("holidays", "place"),
    [
        ("DE-BY", ("DE", "BY")),
        ("DE", ("DE", None)),
        ({"country": "DE", "region": "BY"}, ("DE", "BY")),
        ({"country": "NO"}, ("NO", None)),
        ("none", (None, None)),
        (None, (None, None)),
    ],
)
def test_holidays_are_written_in_several_ways(holidays: Any, place: tuple[str, str]) -> None:
    calendar = Calendar.from_json({"holidays": holidays})
    assert (calendar.country, calendar.region) == place


@pytest.mark.parametrize(
    ("hours", "same"),
    [
        ({"mon-fri": ["9:00-12:00", "13:00-17:00"]}, {"mon-fri": "09:00-12:00, 13:00-17:00"}),
        ({"Monday": "09:00 – 17:00", "tue": "off"}, {"mon": "09:00-17:00"}),
        ({"mon, wed": "09:00-17:00"}, {"mon": "09:00-17:00", "wed": "09:00-17:00"}),
        ({"sun-thu": "09:00-17:00"}, {"mon-thu": "09:00-17:00", "sun": "09:00-17:00"}),
        ({"mon": "13:00-17:00, 09:00-13:00", "tue": []}, {"mon": "09:00-17:00"}),
    ],
)
def test_hours_are_written_in_several_ways(hours: Any, same: dict[str, str]) -> None:
    assert Calendar.from_json({"hours": hours}).to_json()["hours"] == same


@pytest.mark.parametrize(
    ("written", "path", "says"),
    [
        ({"zone": "Europe/Berlim"}, ("zone",), "Did you mean Europe/Berlin?"),
        ({"zone": "New York"}, ("zone",), "Did you mean America/New_York?"),
        ({"zone": "../etc/passwd"}, ("zone",), "there is no zone"),
        ({"zone": "localtime"}, ("zone",), "there is no zone"),
        ({"zone": "Europe"}, ("zone",), "there is no zone"),
        ({"zone": ""}, ("zone",), "there is no zone"),
        ({"zone": None}, ("zone",), "there is no zone"),
        ({"holidays": "Germany"}, ("holidays",), "Did you mean DE?"),
        ({"holidays": "DEU"}, ("holidays",), "Did you mean DE?"),
        ({"holidays": "DE-Bayer"}, ("holidays",), "Did you mean BY? Regions of DE: BB,"),
        ({"holidays": "AX-Q"}, ("holidays",), 'Write "AX" alone'),
        ({"holidays": False}, ("holidays",), 'with quotes around "NO"'),
        ({"holidays": {"land": "DE"}}, ("holidays",), "names no country"),
        ({"hours": {"mon-frii": "09:00-17:00"}}, ("hours", "mon-frii"), 'Did you mean "fri"?'),
        ({"hours": {"mon": "9-17"}}, ("hours", "mon"), 'Write "09:00-17:00"'),
        ({"hours": {"mon": "09:00-25:00"}}, ("hours", "mon"), "no such time of day"),
        ({"hours": {"mon": "22:00-06:00"}}, ("hours", "mon"), "Split hours that pass midnight"),
        ({"hours": {"mon": "22:00-00:00"}}, ("hours", "mon"), "22:00-24:00 on one day"),
        ({"hours": {"mon": "09:00-09:00"}}, ("hours", "mon"), "no time at all"),
        ({"hours": {"mon": "09:00-12:00, 11:00-17:00"}}, ("hours", "mon"), "overlap"),
        ({"hours": {"mon-wed": "09:00-17:00", "tue": "off"}}, ("hours", "tue"), "named twice"),
        ({"hours": {"mon": 9}}, ("hours", "mon"), "is not working hours"),
        ({"hours": {}}, ("hours",), "no day has working hours"),
        ({"hours": "09:00-17:00"}, ("hours",), 'Write hours: {mon-fri: "09:00-17:00"}'),
        ({"day_off": []}, ("day_off",), 'Did you mean "days_off"?'),
        ({"days_off": ["24.12.2026"]}, ("days_off",), "Write 2026-12-24"),
        ({"days_off": "2026-12-24"}, ("days_off",), "is not a list"),
        ({"leave": [{"first": "2026-08-03"}]}, ("leave",), "first and last are needed"),
        (
            {"leave": [{"first": "2026-08-03", "last": "2026-08-01"}]},
            ("leave",),
            "Swap the two dates",
        ),
        (
            {"days_off": ["2026-12-24"], "working_days": ["2026-12-24"]},
            ("working_days",),
            "2026-12-24 is a day off too",
        ),
        ([], (), "is not a mapping"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(
    written: Any, path: tuple[str, ...], says: str
) -> None:
    with pytest.raises(BadCalendar) as refused:
        Calendar.from_json(written)
    assert (refused.value.path, says in str(refused.value)) == (path, True), str(refused.value)


def test_a_refusal_is_an_input_error_that_survives_pickling() -> None:
    refusal = BadCalendar("no", remedy="yes", path=("zone",))
    copied = pickle.loads(pickle.dumps(refusal))
    assert (str(copied), copied.path, isinstance(copied, InputError)) == (
        "calendar, zone: no\n  yes",
        ("zone",),
        True,
    )


def test_a_calendar_made_in_code_with_an_unknown_place_says_so_when_used() -> None:
    with pytest.raises(BadCalendar, match="Did you mean DE"):
        holiday_name(Calendar(country="Germany"), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 8, 3), "on leave"),
        (date(2026, 12, 24), "day off"),
        (date(2026, 6, 4), "public holiday: Corpus Christi"),
        (date(2026, 6, 5), "no working hours on Friday"),
        (date(2026, 12, 27), None),
        (date(2026, 6, 3), None),
    ],
)
def test_a_day_off_is_explained(day: date, reason: str | None) -> None:
    assert why_off(Calendar.from_json(FULL), day) == reason


def test_a_leave_of_one_day_may_be_a_date() -> None:
    day = date(2026, 8, 3)
    assert Calendar.from_json({"leave": [day]}).leave == (Leave(day, day),)


dates = st.dates(date(2020, 1, 1), date(2030, 1, 1))
days = st.lists(st.integers(0, 1440), max_size=6, unique=True).map(
    lambda ends: tuple(
        (time(a // 60, a % 60), time(b // 60 % 24, b % 60))
        for a, b in zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False)
    )
)


@given(
    st.builds(
        Calendar,
        zone=st.sampled_from(["UTC", "Asia/Tokyo"]),
        hours=st.lists(days, min_size=7, max_size=7).map(tuple).filter(any),
        country=st.sampled_from([None, "DE", "FR"]),
        days_off=st.frozensets(dates.filter(lambda day: day.day % 2 == 0), max_size=3),
        working_days=st.frozensets(dates.filter(lambda day: day.day % 2 == 1), max_size=3),
        leave=st.lists(st.builds(Leave, dates, st.just(date(2031, 1, 1)))).map(tuple),
    )
)
def test_any_calendar_survives_its_json(calendar: Calendar) -> None:
    assert Calendar.from_json(calendar.to_json()) == calendar
