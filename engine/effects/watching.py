"""Watches: a run begins to listen for a condition, an instant or an answer, and looks at once.

Registering and looking happen in one transaction, so no fact falls between. What a watch hangs on
is written down by name; `waking` looks again when a fact touches one of the names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.effects.entities import CLOCK, EnrollmentId, Line, Wait
from engine.effects.instants import instant, next_of
from engine.effects.knowing import Known
from engine.effects.step_names import on_one_way
from engine.enrolling.clocks import reads_time
from engine.plan.events import CommandId, Do
from engine.plan.model import (
    Anchor,
    Condition,
    Effect,
    Escalate,
    Json,
    NodeId,
    Plan,
    Repeat,
    Task,
    When,
)
from engine.plan.model import Wait as WaitNode


def condition_at(plan: Plan, node: NodeId | None, slot: str | None) -> Condition | None:
    """Return the condition a slot names: `goal`, `exit.0`, `milestone.x`, `until`, `done_when`;
    None when the plan has none there. A wait may have been left by the plan before it."""
    if slot is None:
        return None
    if node is None:
        return _condition_of_run(plan, slot)
    found = plan.nodes.get(node)
    match found:
        case Task():
            return found.done_when
        case WaitNode() | Repeat() | Escalate():
            return found.until
    return None


def _condition_of_run(plan: Plan, slot: str) -> Condition | None:
    head, _, rest = slot.partition(".")
    match head:
        case "goal":
            return plan.goal
        case "exit":
            return next((one.when for at, one in enumerate(plan.exits) if f"{at}" == rest), None)
        case "milestone":
            return next((mark.when for mark in plan.milestones if mark.name == rest), None)
    return None


def make_wait(known: Known, do: Do, watch: CommandId, slot: str | None, **more: Any) -> Wait:
    """Return the row of a watch: the names its condition reads, the dates its instant hangs on."""
    condition = condition_at(known.plan, do.node, slot)
    return Wait(
        enrollment=known.enrollment.id,
        id=watch,
        account=known.enrollment.account,
        node=do.node,
        path=do.path,
        slot=slot if condition else None,
        since=do.since,
        names=wake_keys(condition) if condition else (),
        results=do.results,
        **more,
    )


def wake_keys(condition: Condition) -> tuple[str, ...]:
    """Return what a condition hangs on, as facts touch it: `health`, `contacts`, `account.arr`, a
    fact kind, a step's name; `clock.passed` when the clock alone can make it true.

    >>> from engine.plan.model import Source
    >>> refs = (("health.score", "number"), ("account.arr", "number"), ("meeting.held", "fact"))
    >>> wake_keys(Condition("…", Source("p.yaml", 1), refs))
    ('account.arr', 'health', 'meeting.held')
    """
    keys = {_wake_key(name, kind) for name, kind in condition.refs}
    return tuple(sorted(keys | {CLOCK} if is_timed(condition) else keys))


def is_timed(condition: Condition | None) -> bool:
    """Tell whether the clock alone can change what comes of a condition.

    >>> from engine.plan.model import Source
    >>> is_timed(Condition("…", Source("p.yaml", 1), (("fiscal.quarter", "number"),)))
    True
    """
    return condition is not None and any(reads_time(name) for name, _ in condition.refs)


def is_clocked(plan: Plan) -> bool:
    """Tell whether a run of a plan may wait for what only the clock brings about."""
    ends = [plan.goal, *(one.when for one in plan.exits), *(one.when for one in plan.milestones)]
    slots = [condition_at(plan, node, "until") for node in plan.nodes]
    return any(map(is_timed, (*ends, *slots)))


def _wake_key(name: str, kind: str) -> str:
    head = name.partition(".")[0]
    if kind == "fact" or head == "account":
        return name
    return "contacts" if head in ("contact", "contacts", "item") else head


def begin(known: Known, do: Do) -> Mapping[str, Json]:
    """Watch the goal, the exits and the milestones for the whole run."""
    met = []
    for slot, watch in do.args["watches"].items():
        condition = condition_at(known.plan, None, slot)
        assert condition is not None
        verdict = known.holds(condition)
        if verdict.holds:
            met.append(watch)
            write(known, do, f"{slot} met", values=dict(verdict.values), key=f"{do.id}.{slot}")
        else:
            known.records.put_wait(make_wait(known, do, CommandId(watch), slot))
    return {"met": met}


def watch(known: Known, do: Do) -> Mapping[str, Json]:
    """Begin a wait: met already, or until when, by which calendar."""
    node = known.plan.nodes[do.node] if do.node else None
    assert isinstance(node, WaitNode | Repeat)
    if (met := _met_already(known, node, do)) is not None:
        return met
    due = _due(known, node, datetime.fromisoformat(do.args["start"]))
    known.records.put_wait(_registered(known, do, node))
    past = due is not None and due <= known.records.now
    shown = due.isoformat() if due else None
    until = node.until.text if node.until else None
    write(known, do, "waits", until=until, due=shown, past=past)
    return {"met": False, "due": shown, "past": past}


def unwatch(known: Known, do: Do) -> Mapping[str, Json]:
    """End a watch whose time is up. A fact may have been faster: then its row is gone, and the news
    is on its way to the run, however long that takes."""
    watch = CommandId(do.args["watch"])
    standing = known.records.has_wait(known.enrollment.id, watch)
    known.records.drop_waits(known.enrollment.id, [watch])
    return {"status": "done", "standing": standing}


def _met_already(known: Known, node: WaitNode | Repeat, do: Do) -> Mapping[str, Json] | None:
    if node.until is not None:
        verdict = known.holds(node.until)
        if verdict.holds:
            write(known, do, "wait over", rule=node.until.text, values=dict(verdict.values))
            return {"met": True}
    if isinstance(node, WaitNode) and node.watch_for and (fact := _answer_about(known, node)):
        write(known, do, "wait over", fact=fact)
        return {"met": True, "data": {"answered": True}}
    return None


def _answer_about(known: Known, node: WaitNode) -> str | None:
    assert node.watch_for is not None
    facts = known.records.facts_since(known.enrollment.account, [node.watch_for], known.since)
    mine = [
        one
        for one in facts
        if one.enrollment == known.enrollment.id and on_one_way(one.path, known.path)
    ]
    return next((one.id for one in mine if node.about in (None, one.node)), None)


def _due(known: Known, node: WaitNode | Repeat, start: datetime) -> datetime | None:
    calendar = known.context.calendar_of(known.records.account(known.enrollment.account))
    if isinstance(node, Repeat):
        return next_of(known, node.every, calendar, start) if node.every else start
    return instant(known, node.due, calendar, start) if node.due else None


def _registered(known: Known, do: Do, node: WaitNode | Repeat) -> Wait:
    more: dict[str, Any] = {}
    if isinstance(node, WaitNode):
        more = {"anchors": anchors(node.due), "fact_kind": node.watch_for, "about": node.about}
    return make_wait(known, do, do.id, "until", **more)


def anchors(when: When | None) -> tuple[str, ...]:
    """Return the account's dates an instant hangs on.

    >>> from engine.plan.model import Span
    >>> anchors(Anchor("account.renewal_date", Span(60, "d"), True))
    ('account.renewal_date',)
    """
    return (when.field,) if isinstance(when, Anchor) else ()


def write(known: Known, do: Do, what: str, *, key: str | None = None, **data: Any) -> None:
    """Write the line of a command into the timeline."""
    enrollment: EnrollmentId = known.enrollment.id
    line = Line(enrollment, key or do.id, known.records.now, do.node, do.path, what, data)
    known.records.put_line(line)


def spec_of(known: Known, do: Do) -> Mapping[str, Json]:
    """Return what the step of an effect says."""
    node = known.plan.nodes[do.node] if do.node else None
    assert isinstance(node, Effect)
    return node.spec
