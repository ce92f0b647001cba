"""A workflow task that is done again: the same commands, and no news is lost by its order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.plan.advance import advance, begin
from engine.plan.events import (
    Cancelled,
    Command,
    CommandId,
    Do,
    Done,
    Event,
    Finish,
    Met,
    Moved,
    Paused,
    Resumed,
    Started,
    WakeAt,
    Woke,
)
from engine.plan.model import After, Effect, NodeId, Plan, Source, Span, Task, Wait
from engine.plan.run import ASKED_AT_MOST, EARLY_AT_MOST
from engine.plan.state import State
from tests.plan.rescue import NOON

HERE = Source("p.yaml", 1)
PLAN = Plan(
    playbook="p",
    title="P",
    source=HERE,
    entry=NodeId("rest"),
    nodes={
        NodeId("rest"): Wait(
            id=NodeId("rest"), source=HERE, next=NodeId("call"), due=After(Span(2, "d"))
        ),
        NodeId("call"): Task(id=NodeId("call"), source=HERE, next=NodeId("bye"), spec={}),
        NodeId("bye"): Effect(id=NodeId("bye"), source=HERE, verb="set_field", spec={}),
    },
)
CALL = CommandId("call:create_task.1")


def after(*events: Event) -> tuple[State, list[Command]]:
    """Where a run stands after some events, and all it asked for."""
    state, said = begin("acme"), list[Command]()
    for event in (Started(NOON), *events):
        state, commands = advance(PLAN, state, event)
        said.extend(commands)
    return state, said


def rings(at: datetime = NOON + timedelta(days=2)) -> Woke:
    return Woke(at, CommandId("rest:due.1"))


def verbs(said: list[Command]) -> list[str]:
    return [one.verb for one in said if isinstance(one, Do)]


def test_commands_are_named_by_what_they_ask_where() -> None:
    _, said = after(rings())
    assert [one.id for one in said if isinstance(one, Do)] == [CALL]
    assert [one.id for one in said if isinstance(one, WakeAt)] == [CommandId("rest:due.1")]


def test_what_comes_first_changes_no_name() -> None:
    _, plain = after(rings())
    _, paused = after(Paused(NOON, "p"), Resumed(NOON), rings())
    assert [one.id for one in paused if isinstance(one, Do)] == [
        one.id for one in plain if isinstance(one, Do)
    ]


@pytest.mark.parametrize("pause", [False, True])
def test_news_of_a_task_that_comes_before_its_alarm_is_taken_with_it(pause: bool) -> None:
    done = Met(NOON, CALL, "f-1", {"status": "done"})
    news: list[Event] = [Paused(NOON, "p"), done, Resumed(NOON)] if pause else [done]
    state, said = after(*news, rings())
    assert verbs(said) == ["create_task", "set_field"]
    assert state.branches
    assert state.early == ()
    state, commands = advance(PLAN, state, Done(NOON, CALL, {"rungs": []}))
    assert commands == ()


def test_of_early_news_the_latest_is_kept() -> None:
    news = [Met(NOON, CommandId(f"x:watch.{n}"), "f") for n in range(EARLY_AT_MOST + 3)]
    state, _ = after(*news)
    assert state.early == tuple(news[3:])


def test_a_run_that_the_store_has_closed_ends_as_it_was_closed() -> None:
    state, _ = after(rings())
    state, commands = advance(PLAN, state, Done(NOON, CALL, {"run_over": "won"}))
    (end,) = [one for one in commands if isinstance(one, Do)]
    assert end.verb == "finish"
    state, commands = advance(PLAN, state, Done(NOON, end.id, {"status": "done"}))
    assert [one for one in commands if isinstance(one, Finish)] == [
        Finish("won", "the run was over already")
    ]


def test_the_outcome_that_was_written_counts() -> None:
    state, _ = after(Cancelled(NOON, "enough", "stopped"))
    answer = Done(NOON, CommandId("finish.1"), {"status": "done", "outcome": "achieved"})
    state, _ = advance(PLAN, state, answer)
    assert (state.status, state.outcome) == ("finished", "achieved")


def test_what_was_asked_where_the_run_no_longer_stands_is_forgotten_when_it_is_much() -> None:
    state, _ = after(rings())
    left = {f"weekly/r#{n}:create_task": 1 for n in range(ASKED_AT_MOST)}
    grown = replace(state, asked={**left, **state.asked})
    after_it, _ = advance(PLAN, grown, Done(NOON, CALL, {"rungs": []}))
    assert after_it.asked == {"call:create_task": 1}


def test_the_end_of_a_watch_is_named_after_the_watch() -> None:
    """What came of the end of one is never read as what came of the end of another."""
    ear = Wait(id=NodeId("ear"), source=HERE, watch_for="reply", due=After(Span(2, "d")))
    plan = replace(PLAN, entry=ear.id, nodes={ear.id: ear})
    due = {"met": False, "due": (NOON + timedelta(days=2)).isoformat()}

    def ending(*events: Event) -> CommandId:
        state = begin("acme")
        for event in (Started(NOON), *events):
            state, commands = advance(plan, state, event)
        return next(one.id for one in commands if isinstance(one, Do))

    first, second = CommandId("ear:watch.1"), CommandId("ear:watch.2")
    plain = [Done(NOON, first, due), Woke(NOON, CommandId("ear:due.1"))]
    moved = [
        Done(NOON, first, due),
        Moved(NOON, first),
        Done(NOON, second, due),
        Woke(NOON, CommandId("ear:due.2")),
    ]
    assert (ending(*plain), ending(*moved)) == ("ear:unwatch.1.1", "ear:unwatch.2.1")
