"""Due dates never lie on a day the owner does not work, reminders reach nobody on leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.effects.entities import User
from tests.promises.simulated import ANN, BEGINS, MAX, begin, simulate

CHASED = """\
playbook: chased
steps:
  - task: call
    title: Call them
    assign: csm
    due: {due}
    overdue:
      - {{after: {first}, remind: csm}}
      - {{after: {second}, escalate: csm_manager}}
  - task: write
    title: Write to them
    assign: csm
    due: {due}
"""
PLACES = {"germany": "Europe/Berlin", "gulf": "Asia/Dubai", "west": "America/Los_Angeles"}
CALENDARS = """\
default: {zone: Europe/Berlin}
germany: {zone: Europe/Berlin, holidays: DE-BY, days_off: [2026-03-20]}
gulf: {zone: Asia/Dubai, hours: {mon-thu: ["08:00-12:00", "13:00-18:00"], fri: "08:00-12:00"}}
west: {zone: America/Los_Angeles, hours: {tue-sat: "10:00-16:00"}, holidays: US}
"""
HOLIDAYS = {
    "germany": {*holidays.country_holidays("DE", subdiv="BY", years=2026), date(2026, 3, 20)},
    "gulf": set[date](),
    "west": {*holidays.country_holidays("US", years=2026)},
}
WEEKDAYS = {"germany": range(5), "gulf": range(5), "west": range(1, 6)}
SPANS = st.sampled_from(
    ["1 business day", "3 business days", "6 business hours", "10 business days"]
)
LEAVE = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=3)


def works(user: User, at: datetime) -> bool:
    """Say whether a person works on the day of an instant: the slow and obvious way."""
    day = at.astimezone(ZoneInfo(PLACES[user.calendar])).date()
    away = any(first <= day <= last for first, last in user.leave)
    return (
        not away and day not in HOLIDAYS[user.calendar] and day.weekday() in WEEKDAYS[user.calendar]
    )


def person(base: User, place: str, leave: list[tuple[int, int]]) -> User:
    days = [(BEGINS.date() + timedelta(days=first), length) for first, length in leave]
    spans = tuple((first, first + timedelta(days=length)) for first, length in days)
    return replace(base, calendar=place, zone=PLACES[place], leave=spans)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ann=st.builds(person, st.just(ANN), st.sampled_from(sorted(PLACES)), LEAVE),
    max_=st.builds(person, st.just(MAX), st.sampled_from(sorted(PLACES)), LEAVE),
    due=SPANS,
    ladder=st.tuples(SPANS, SPANS),
    begins=st.integers(0, 24 * 30),
)
def test_nobody_is_due_or_chased_on_a_day_off(
    tmp_path: Path, ann: User, max_: User, due: str, ladder: tuple[str, str], begins: int
) -> None:
    simulator = simulate(
        tmp_path,
        {"chased": CHASED.format(due=due, first=ladder[0], second=ladder[1])},
        users=(ann, max_),
        begins=BEGINS + timedelta(hours=begins),
        calendars=CALENDARS,
    )
    begin(simulator, "chased")
    simulator.run(BEGINS + timedelta(days=120))
    trace = simulator.trace()
    assert trace.tasks
    for task in trace.tasks:
        assert task.due_at is not None
        assert works(ann, task.due_at), task.due_at
        assert task.due_at > task.created_at
    assert len(trace.mails) == 2
    for mail in trace.mails:
        reader = ann if mail.to[1] == ann.email else max_
        assert mail.date is not None
        assert works(reader, mail.date), (reader.id, mail.date)
