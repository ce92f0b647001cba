"""Moving a run to another plan: the pure part."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.plan.advance import advance, begin
from engine.plan.events import Done, Event, Paused, Started
from engine.plan.migrate import FollowUp, follow_up, migrate
from engine.plan.model import Exit, NodeId, Plan, Rung, Span, Task
from engine.plan.state import State
from tests.workflows.shell_plans import (
    EVERYTHING,
    WAIT_AND_TASK,
    WEEKLY,
    at,
    condition,
    effect,
    listen,
    plan,
    task,
    wait,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def after(of: Plan, *events: Event) -> State:
    """The state of a run of a plan that has seen some events."""
    state = begin("acme")
    for event in (Started(NOON), *events):
        state, _ = advance(of, state, event)
    return state


def done(command: str, **result: Any) -> Done:
    return Done(NOON, command, result)  # type: ignore[arg-type]


def changed(old: Plan, **nodes: Any) -> Plan:
    return replace(old, nodes={**old.nodes, **{NodeId(name): node for name, node in nodes.items()}})


LISTENING = plan(listen("ear", "bye"), effect("bye"))
ONE_TASK = plan(
    Task(
        id=NodeId("call"), source=at(4), spec={}, overdue=(Rung(Span(1, "d"), "remind", "csm"),) * 2
    )
)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (WAIT_AND_TASK, replace(WAIT_AND_TASK, subject="contact"), "the run is for one account"),
        (WAIT_AND_TASK, plan(task("call")), "the step pause the run stands at is gone"),
        (
            WAIT_AND_TASK,
            plan(task("pause")),
            "the step pause the run stands at was a wait and is now a task",
        ),
        (
            WEEKLY,
            changed(plan(effect("check", "weekly")), weekly=WEEKLY.nodes[NodeId("bye")]),
            "the step check the run stands at has moved into or out of a body",
        ),
        (ONE_TASK, plan(task("call")), "longer overdue ladder"),
    ],
)
def test_what_cannot_be_moved_is_said_in_words(old: Plan, new: Plan, problem: str) -> None:
    state = after(old)
    assert migrate(state, old, new)[0] is state
    assert any(problem in said for said in migrate(state, old, new)[1])


def test_a_finished_run_does_not_move() -> None:
    of = plan(effect("hello"))
    state = after(of, done("hello:set_field.1"), done("finish.1"))
    assert migrate(state, of, of)[1] == ("the run is over",)


def test_a_held_choice_is_not_read_by_another_plan() -> None:
    choice = EVERYTHING.nodes[NodeId("which")]
    old = replace(EVERYTHING, entry=NodeId("which"), goal=None, exits=())
    new = changed(old, which=replace(choice, cases=()))  # type: ignore[call-arg]
    state = after(old, Paused(NOON, ""), done("which:evaluate.1", taken=0))
    assert migrate(state, old, new)[1] == (
        "the run was paused in the middle of the choice which; resume it first",
    )
    assert migrate(state, old, old)[1] == ()


def test_a_changed_wait_is_worked_out_again() -> None:
    state = after(LISTENING, done("ear:watch.1", met=False))
    new = changed(LISTENING, ear=replace(LISTENING.nodes[NodeId("ear")], until=condition("true")))  # type: ignore[call-arg]
    moved, problems = migrate(state, LISTENING, new)
    assert problems == ()
    assert follow_up(state, moved, LISTENING, new) == FollowUp({}, (), ("ear:watch.1",))  # type: ignore[arg-type]
    assert follow_up(state, moved, LISTENING, LISTENING).moved == ()


def test_only_what_changed_of_the_conditions_of_the_run_is_watched_afresh() -> None:
    old = replace(EVERYTHING, entry=NodeId("listen"))
    state = after(old, done("begin.1", met=[]))
    new = replace(old, goal=condition("true"), exits=(*old.exits, Exit(condition("false"), "x")))
    moved, problems = migrate(state, old, new)
    assert problems == ()
    todo = follow_up(state, moved, old, new)
    (goal,) = [watch for watch, slot in state.watches.items() if slot == "goal"]
    assert (set(todo.watches), todo.dropped) == ({"goal", "exit.1"}, (goal,))
    assert set(todo.watches.values()).isdisjoint(state.watches)


def test_a_wait_without_a_watch_keeps_its_instant() -> None:
    state = after(WAIT_AND_TASK)
    new = changed(WAIT_AND_TASK, pause=wait("pause", "call", days=9))
    moved, _ = migrate(state, WAIT_AND_TASK, new)
    assert moved.timers == state.timers
