"""What used to go wrong at the edges of waits, pauses and endings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine.plan.advance import advance, begin
from engine.plan.events import CommandId, Do, Done, Met, Paused, Resumed, Started, WakeAt, Woke
from engine.plan.model import After, Anchor, Condition, NodeId, Plan, Source, Span, Wait
from tests.plan.rescue import NOON

HERE = Source("p.yaml", 1)
REPLIED = Condition("email.replied", HERE, (("email.replied", "fact"),))
DAY = timedelta(days=1)


def waiting(wait: Wait) -> Plan:
    """A playbook of one wait."""
    return Plan("p", "P", HERE, {wait.id: wait}, wait.id)


def listening() -> tuple[Plan, object, CommandId, CommandId]:
    """A run that waits a day for a reply: plan, state, its watch and its timer."""
    plan = waiting(Wait(id=NodeId("w"), source=HERE, due=After(Span(1, "d")), until=REPLIED))
    state, (asked,) = advance(plan, begin("acme"), Started(NOON))
    assert isinstance(asked, Do)
    due = (NOON + DAY).isoformat()
    state, (alarm,) = advance(plan, state, Done(NOON, asked.id, {"met": False, "due": due}))
    assert isinstance(alarm, WakeAt)
    return plan, state, asked.id, alarm.id


def test_news_older_than_the_alarm_counts_although_it_comes_later() -> None:
    plan, state, watch, alarm = listening()
    state, (ask,) = advance(plan, state, Woke(NOON + DAY, alarm))  # type: ignore[arg-type]
    assert isinstance(ask, Do)
    assert (ask.verb, ask.args) == ("unwatch", {"watch": watch})
    state, commands = advance(plan, state, Done(NOON + DAY, ask.id, {"standing": False}))
    assert commands == ()
    state, _ = advance(plan, state, Met(NOON + DAY, watch, "f-1"))
    assert state.results["w"] == {"met": True, "timed_out": False}


def test_alarm_ends_a_wait_that_still_stands() -> None:
    plan, state, _, alarm = listening()
    state, (ask,) = advance(plan, state, Woke(NOON + DAY, alarm))  # type: ignore[arg-type]
    assert isinstance(ask, Do)
    state, _ = advance(plan, state, Done(NOON + DAY, ask.id, {"standing": True}))
    assert state.results["w"] == {"met": False, "timed_out": True}


def test_a_pause_does_not_move_what_hangs_on_a_date() -> None:
    renewal = Anchor("account.renewal_date", Span(60, "d"), before=True)
    plan = waiting(Wait(id=NodeId("w"), source=HERE, due=renewal))
    state, (asked,) = advance(plan, begin("acme"), Started(NOON))
    assert isinstance(asked, Do)
    due = NOON + 40 * DAY
    state, _ = advance(plan, state, Done(NOON, asked.id, {"met": False, "due": due.isoformat()}))
    state, _ = advance(plan, state, Paused(NOON + DAY, "holiday"))
    state, commands = advance(plan, state, Resumed(NOON + 31 * DAY))
    assert [one for one in commands if isinstance(one, WakeAt)] == []
    assert list(state.timers.values()) == [due]


def test_a_pause_moves_a_plain_wait() -> None:
    plan = waiting(Wait(id=NodeId("w"), source=HERE, due=After(Span(2, "d"))))
    state, _ = advance(plan, begin("acme"), Started(NOON))
    state, _ = advance(plan, state, Paused(NOON + DAY, "holiday"))
    state, _ = advance(plan, state, Resumed(NOON + 31 * DAY))
    assert list(state.timers.values()) == [NOON + 32 * DAY]


def test_the_plan_of_these_tests_ends_by_itself() -> None:
    plan = replace(waiting(Wait(id=NodeId("w"), source=HERE)), entry=None)
    state, _ = advance(plan, begin("acme"), Started(NOON))
    assert state.outcome == "completed"
