"""A plan with a step of every kind, and the run of it that tests look at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.plan.advance import advance, begin
from engine.plan.events import Command, CommandId, Do, Done, Event, Met, Started, WakeAt, Woke
from engine.plan.model import (
    After,
    Anchor,
    Arm,
    Cadence,
    Case,
    Choose,
    Condition,
    Effect,
    End,
    Escalate,
    Exit,
    ForEach,
    Fork,
    Milestone,
    NodeId,
    Plan,
    Repeat,
    Rung,
    Source,
    Span,
    Split,
    Task,
    Wait,
)
from engine.plan.state import State

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(line: int) -> Source:
    """A place in the plan's file."""
    return Source("rescue.yaml", line, 3)


def condition(text: str, *refs: tuple[str, str]) -> Condition:
    """A condition of the plan."""
    return Condition(text, at(1), refs)


RED = condition("health.score < 40", ("health.score", "number"))
HELD = condition("meeting.held", ("meeting.held", "fact"))
N = NodeId

RESCUE = Plan(
    playbook="rescue",
    title="Rescue",
    source=at(1),
    entry=N("triage"),
    goal=condition('health.band == "green"', ("health.band", "text")),
    exits=(Exit(condition("account.arr < 1", ("account.arr", "number")), "lost"),),
    milestones=(Milestone("met", HELD, Span(10, "business_day")),),
    nodes={
        N("triage"): Task(
            id=N("triage"),
            source=at(4),
            next=N("which"),
            spec={"title": "Triage", "assign": {"role": "csm"}},
            overdue=(Rung(Span(4, "business_hour"), "remind", "csm"),),
        ),
        N("which"): Choose(
            id=N("which"),
            source=at(6),
            next=N("both"),
            cases=(Case(RED, N("mail")),),
            otherwise=N("tone"),
            reads=(N("triage"),),
        ),
        N("mail"): Effect(
            id=N("mail"), source=at(7), next=N("both"), verb="send_email", spec={"template": "we"}
        ),
        N("tone"): Split(
            id=N("tone"),
            source=at(8),
            next=N("both"),
            arms=(Arm("warm", 1, N("mail")), Arm("none", 1, None, holdout=True)),
        ),
        N("both"): Fork(
            id=N("both"),
            source=at(9),
            next=N("save"),
            branches=(("slow", N("rest")), ("often", N("weekly")), ("people", N("each"))),
        ),
        N("rest"): Wait(
            id=N("rest"),
            source=at(10),
            due=Anchor("account.renewal_date", Span(60, "d"), True, "skip"),
            until=HELD,
        ),
        N("weekly"): Repeat(
            id=N("weekly"),
            source=at(11),
            body=N("check-in"),
            every=Cadence(((RED, Span(1, "w")), (None, Span(1, "month")))),
            at_most=6,
            until=HELD,
        ),
        N("check-in"): Task(
            id=N("check-in"), source=at(12), spec={"title": "Check in"}, required=False
        ),
        N("each"): ForEach(
            id=N("each"), source=at(13), spec={"contacts": ["champion"]}, body=N("nap")
        ),
        N("nap"): Wait(id=N("nap"), source=at(14), due=After(Span(2, "d"))),
        N("save"): Escalate(
            id=N("save"),
            source=at(15),
            next=N("over"),
            spec={"title": "Decide", "message": ""},
            chain=("csm_manager", "vp_cs"),
            every=Span(4, "business_hour"),
        ),
        N("over"): End(id=N("over"), source=at(16), outcome="saved"),
    },
)


def answered(command: Do, now: datetime) -> Done:
    """What a world in which all goes well answers."""
    later = (now + timedelta(days=1)).isoformat()
    results = {
        "begin": {"met": []},
        "create_task": {"task": "t-1", "due": later, "rungs": [later], "deadline": None},
        "evaluate": {"taken": 0},
        "watch": {"met": False, "due": later, "past": False},
        "unwatch": {"standing": True},
        "list_items": {"items": ["c-1", "c-2"]},
        "escalate": {"next": later},
    }
    return Done(now, command.id, results.get(command.verb, {"status": "done"}))


def play(plan: Plan, steps: int) -> tuple[State, list[Command]]:
    """Drive a plan for some events in that world; timers fire when nothing else is
    to do, and what is still watched for then happens."""
    state, said = begin("acme"), list[Command]()
    ahead: list[Event] = [Started(NOON)]
    timers: dict[CommandId, datetime] = {}
    now = NOON
    for _ in range(steps):
        if not ahead:
            if timers:
                timer = min(timers, key=lambda one: timers[one])
                now = max(now, timers.pop(timer))
                ahead.append(Woke(now, timer))
            elif watches := [one.watch for one in state.branches.values() if one.watch]:
                ahead.append(Met(now, watches[0], "f-1", {"level": 1}))
            else:
                break
        state, commands = advance(plan, state, ahead.pop(0))
        said += commands
        ahead += [answered(command, now) for command in commands if isinstance(command, Do)]
        timers |= {one.id: one.at for one in commands if isinstance(one, WakeAt)}
    return state, said
