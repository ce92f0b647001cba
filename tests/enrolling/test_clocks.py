"""When triggers by the clock come round, against a slow obvious reckoning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import Calendar, add_span, subtract_span
from engine.enrolling.clocks import (
    LONGEST_LATENESS,
    USUAL_LATENESS,
    Dated,
    Scheduled,
    dated,
    next_tick,
    scheduled,
    watched,
)
from engine.plan.codec import encode
from engine.plan.model import Anchor, Condition, Source, Span, Unit

MINUTE = timedelta(minutes=1)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(hour: int, minute: int, zone: str) -> Scheduled:
    return Scheduled(f"{minute} {hour} * * *", zone, None)


def walls(hour: int, minute: int, zone: str, now: datetime) -> Iterator[datetime]:
    """The times of a daily schedule around now: each day's wall time, or, in an hour that the
    clocks leave out, when they go on."""
    local = ZoneInfo(zone)
    for days in range(-3, 3):
        day = (now.astimezone(local) + timedelta(days=days)).date()
        wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=local)
        while wall.astimezone(UTC).astimezone(local).replace(fold=0) != wall:
            wall += MINUTE
        yield wall.astimezone(UTC)


AROUND_CHANGES = st.sampled_from(
    [at("2026-03-29T01:00"), at("2026-10-25T01:00")]
) | st.sampled_from([at("2026-03-08T07:00"), at("2026-11-01T06:00"), at("2026-04-04T15:00")])


@given(
    AROUND_CHANGES,
    st.integers(-3000, 3000),
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(ZONES),
)
def test_a_daily_schedule_comes_round_once_a_day_whatever_the_clocks_do(
    change: datetime, minutes: int, hour: int, minute: int, zone: str
) -> None:
    now = change + minutes * MINUTE
    times = sorted(walls(hour, minute, zone, now))
    schedule = daily(hour, minute, zone)
    assert schedule.latest(now) == max(one for one in times if one <= now)
    assert schedule.following(now) == min(one for one in times if one > now)


def test_a_schedule_within_an_hour_goes_on_when_the_clocks_change() -> None:
    quarters = Scheduled("*/15 * * * *", "Europe/Berlin", None)
    assert quarters.latest(at("2026-10-25T01:20")) == at("2026-10-25T01:15")
    assert quarters.following(at("2026-03-29T00:59")) == at("2026-03-29T01:00")


def test_a_schedule_may_come_round_right_now() -> None:
    assert daily(9, 0, "UTC").latest(at("2026-03-02T09:00")) == at("2026-03-02T09:00")
    assert daily(9, 0, "UTC").following(at("2026-03-02T09:00")) == at("2026-03-03T09:00")


@given(
    st.dates(date(2024, 1, 1), date(2028, 1, 1)),
    st.integers(0, 120),
    st.sampled_from(["d", "w", "month", "business_day", "business_hour", "h"]),
    st.booleans(),
    st.sampled_from(ZONES),
    st.integers(0, 30 * 24),
)
def test_days_hold_every_date_whose_moment_is_due(
    day: date, amount: int, unit: Unit, before: bool, zone: str, ago_h: int
) -> None:
    """The moment of a date is worked out by the account's calendar, the days by the workspace's."""
    span = Span(amount, unit)
    trigger = Dated(Anchor("account.renewal_date", span, before), timedelta(days=30))
    local = datetime.combine(day, time(9), ZoneInfo(zone))
    move = subtract_span if before else add_span
    now = move(Calendar(zone=zone), local, span) + timedelta(hours=ago_h)
    over = before and now > local + timedelta(days=1)
    first, last = trigger.due_days(Calendar(zone="Europe/Berlin"), now, timedelta())
    assert over or first <= day <= last


@pytest.mark.parametrize(
    ("if_late", "lateness"),
    [
        ({}, USUAL_LATENESS),
        ({"if_late": "run"}, LONGEST_LATENESS),
        ({"if_late": "skip"}, None),
        ({"if_late": encode(Span(3, "d"))}, timedelta(days=3)),
    ],
)
def test_if_late_is_read(if_late: dict[str, Any], lateness: timedelta | None) -> None:
    when = encode(Anchor("account.renewal_date", Span(90, "d"), before=True))
    enroll = {
        "on": [
            {"trigger": "date", "when": when, **if_late},
            {"trigger": "schedule", "cron": "0 9 * * mon", "zone": None, **if_late},
        ]
    }
    assert [one.lateness for one in dated(enroll)] == [lateness]
    assert [(one.zone, one.lateness) for one in scheduled(enroll, "Asia/Tokyo")] == [
        ("Asia/Tokyo", lateness)
    ]


def test_on_time_is_never_too_late() -> None:
    grace = timedelta(minutes=15)
    anchor = Anchor("account.renewal_date", None, before=False)
    assert Dated(anchor, None).window(grace) == grace
    assert Dated(anchor, timedelta(days=1)).window(grace) == timedelta(days=1)


def test_a_condition_both_ways_is_followed_once() -> None:
    big = encode(Condition("account.arr >  10", Source("p.yaml", 1), (("account.arr", "number"),)))
    same = encode(Condition("account.arr > 10", Source("p.yaml", 9), (("account.arr", "number"),)))
    enroll = {
        "on": [{"trigger": "matches", "when": big}, {"trigger": "stops_matching", "when": same}]
    }
    (only,) = watched("p", enroll)
    assert (only.comes, only.stops, only.reads_time) == (True, True, False)
    assert [one.key for one in watched("other", enroll)] != [only.key]


def test_ticks_are_when_something_changes() -> None:
    now = at("2026-03-02T09:30")
    scored = [at("2026-02-20T10:00"), at("2026-03-01T08:00")]

    def tick(*names: str) -> datetime | None:
        return next_tick(names, now, "UTC", at("2026-02-27T12:00"), scored)

    assert tick("now") == at("2026-03-02T10:00")
    assert tick("today") == tick("fiscal.quarter") == at("2026-03-03T00:00")
    assert tick("health.days_in_band") == at("2026-03-02T12:00")
    assert tick("health.change_14d") == at("2026-03-06T10:00")
    assert tick("health.change_7d") == at("2026-03-08T08:00")
    assert tick("account.arr") is None
    assert tick("today", "now") == at("2026-03-02T10:00")
