"""Branches that are taken out of a run, and late ladders: nothing hangs, nothing floods."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from engine.plan.advance import advance, begin
from engine.plan.events import (
    Command,
    CommandId,
    Do,
    Done,
    Event,
    Met,
    Paused,
    Resumed,
    Started,
    WakeAt,
    Woke,
)
from engine.plan.model import (
    After,
    Escalate,
    ForEach,
    Fork,
    Node,
    NodeId,
    Plan,
    Repeat,
    Rung,
    Span,
    Task,
    Wait,
)
from engine.plan.state import State
from tests.plan.rescue import NOON, at

N = NodeId
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def plan(entry: str, *nodes: Node) -> Plan:
    """A plan of some nodes."""
    return Plan("p", "P", at(1), {node.id: node for node in nodes}, N(entry))


class Played:
    """A run, one event after the other; `said` are the commands of the last event."""

    def __init__(self, of: Plan) -> None:
        self.plan = of
        self.state: State = begin("acme")
        self.said: tuple[Command, ...] = ()
        self.now = NOON

    def take(self, event: Event) -> None:
        """Apply an event."""
        self.now = event.at
        self.state, self.said = advance(self.plan, self.state, event)

    def asked(self, verb: str) -> list[Do]:
        """The last event's questions of one kind."""
        return [one for one in self.said if isinstance(one, Do) and one.verb == verb]

    def answer(self, do: Do, **result: Any) -> None:
        """Answer a question."""
        self.take(Done(self.now, do.id, result))

    def wakes(self) -> list[datetime]:
        """The alarms the last event set."""
        return [one.at for one in self.said if isinstance(one, WakeAt)]

    def wake(self) -> None:
        """Let the next alarm ring at its time."""
        timer = min(self.state.timers, key=lambda one: self.state.timers[one])
        self.take(Woke(self.state.timers[timer], timer))


TASK = {"title": "Do it", "assign": {"role": "csm"}}


def fork(*branches: tuple[str, str]) -> Fork:
    """A fork whose first branch to end is the last."""
    return Fork(
        id=N("race"),
        source=at(1),
        branches=tuple((name, N(node)) for name, node in branches),
        join="first",
    )


def nap(id: str, days: float = 1, next: str | None = None) -> Wait:
    """A wait of some days."""
    return Wait(id=N(id), source=at(2), due=After(Span(days, "d")), next=N(next) if next else None)


def test_an_alarm_put_off_to_the_morning_does_not_hold_up_a_run_that_goes_on_without_it() -> None:
    alarm = Escalate(
        id=N("alarm"),
        source=at(3),
        spec={"title": "Alarm"},
        chain=("csm",),
        every=Span(1, "d"),
    )
    run = Played(plan("race", fork(("a", "alarm"), ("b", "nap")), alarm, nap("nap")))
    run.take(Started(NOON))
    (asked,) = run.asked("escalate")
    run.answer(asked, later=(NOON + 9 * DAY).isoformat())
    run.wake()
    assert run.asked("finish"), run.state.branches


def test_an_optional_task_of_a_branch_that_lost_is_withdrawn_and_the_winners_is_not() -> None:
    def optional(id: str, next: str) -> Task:
        return Task(id=N(id), source=at(3), spec=TASK, required=False, next=N(next))

    nodes = (optional("mine", "nap"), optional("theirs", "long"), nap("nap"), nap("long", 9))
    run = Played(plan("race", fork(("a", "theirs"), ("b", "mine")), *nodes))
    run.take(Started(NOON))
    for asked in run.asked("create_task"):
        run.answer(asked, task="t", due=None, rungs=[], deadline=None)
    run.wake()
    assert [one.node for one in run.asked("withdraw_task")] == ["theirs"]
    (closing,) = run.asked("finish")
    assert closing.args["leaves_tasks"] is True


def test_a_task_twice_superseded_while_it_is_handed_out_is_withdrawn_when_it_exists() -> None:
    task = Task(id=N("check"), source=at(3), spec=TASK, required=False)
    weekly = Repeat(id=N("weekly"), source=at(2), body=N("check"), at_most=3)
    run = Played(plan("weekly", weekly, task))
    run.take(Started(NOON))
    (first,) = run.asked("create_task")
    run.wake()
    run.wake()
    run.answer(first, task="t", due=None, rungs=[], deadline=None)
    assert [one.path for one in run.asked("withdraw_task")] == [("weekly#1",)]


def test_items_whose_ids_look_like_places_of_a_run_stay_apart() -> None:
    each = ForEach(id=N("each"), source=at(2), spec={"contacts": "all"}, body=N("weekly"))
    weekly = Repeat(id=N("weekly"), source=at(3), body=N("nap"), at_most=1)
    run = Played(plan("each", each, weekly, nap("nap")))
    run.take(Started(NOON))
    (asked,) = run.asked("list_items")
    run.answer(asked, items=["c", "c.1"])
    assert len(run.wakes()) == 2
    standing = {one.path for one in run.state.branches.values() if one.node == "nap"}
    assert standing == {("each=c", "weekly#1"), ("each=c.1", "weekly#1")}


# --- ladders ----------------------------------------------------------------------------------


def ladder() -> Played:
    """A task that is out, with three rungs 4 hours, 1 day and 3 days after now."""
    rungs = tuple(Rung(Span(1, "d"), "remind", "csm") for _ in range(3))
    run = Played(plan("call", Task(id=N("call"), source=at(2), spec=TASK, overdue=rungs)))
    run.take(Started(NOON))
    (asked,) = run.asked("create_task")
    ahead = [(NOON + after).isoformat() for after in (4 * HOUR, DAY, 3 * DAY)]
    run.answer(asked, task="t", due=NOON.isoformat(), rungs=ahead, deadline=None)
    return run


def climbed(run: Played, rungs: int) -> list[datetime]:
    """When each of the next rungs is climbed."""
    found = []
    for _ in range(rungs):
        run.wake()
        found.append(run.now)
        (asked,) = run.asked("remind")
        run.answer(asked, status="accepted")
    return found


def test_rungs_are_climbed_at_their_instants() -> None:
    run = ladder()
    assert climbed(run, 3) == [NOON + 4 * HOUR, NOON + DAY, NOON + 3 * DAY]


def test_after_a_pause_the_rungs_keep_their_distance() -> None:
    run = ladder()
    run.take(Paused(NOON, "holiday"))
    run.take(Resumed(NOON + 30 * DAY))
    back = NOON + 30 * DAY
    assert climbed(run, 3) == [back + 4 * HOUR, back + DAY, back + 3 * DAY]


def test_a_rung_held_back_by_a_snooze_does_not_bring_the_others_with_it() -> None:
    run = ladder()
    run.wake()
    (asked,) = run.asked("remind")
    run.answer(asked, later=(NOON + 9 * DAY).isoformat())
    assert climbed(run, 3) == [
        NOON + 9 * DAY,
        NOON + 9 * DAY + 20 * HOUR,
        NOON + 12 * DAY - 4 * HOUR,
    ]


# --- answers that come with the deadline --------------------------------------------------------


def test_a_decision_made_before_the_deadline_counts_though_the_run_hears_of_it_after() -> None:
    """Temporal was away: the alarm rings before the news of the decision comes."""
    gate = Task(
        id=N("gate"),
        source=at(2),
        spec=TASK,
        within=After(Span(1, "d")),
        next=N("nap"),
        routes={"timeout": None},
    )
    run = Played(plan("gate", gate, nap("nap")))
    run.take(Started(NOON))
    (asked,) = run.asked("create_task")
    run.answer(asked, task="t", due=None, rungs=[], deadline=(NOON + DAY).isoformat())
    run.wake()
    (withdraw,) = run.asked("withdraw_task")
    run.take(Met(run.now, CommandId(asked.id), "f", {"status": "done", "decision": "approved"}))
    over = {"status": "done", "done": True, "late": False, "decision": "approved"}
    run.answer(withdraw, status="skipped", over=over)
    assert run.state.results["gate"] == over
    assert [one.node for one in run.state.branches.values()] == ["nap"]
