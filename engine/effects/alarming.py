"""Reminders and escalations: the rungs of an overdue ladder, and the alarms of an escalate step.

A rung acts in the working time of the one it goes to, not while the task is snoozed, and not at all
when the task is over. An escalation carries the story so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.calendars import add_span, is_working, next_working
from engine.effects.entities import Contact, Task, User, UserId
from engine.effects.handing import came_to, task_id
from engine.effects.knowing import Known
from engine.effects.letters import Letter, Nothing, part_of
from engine.effects.own_mails import internal
from engine.effects.people import Found
from engine.effects.story import moment, tell_story
from engine.effects.texts import render_inside
from engine.effects.watching import make_wait, write
from engine.plan.events import Do
from engine.plan.model import Escalate, Json, Rung
from engine.plan.model import Task as TaskNode


def write_reminder(known: Known, do: Do) -> tuple[Letter, ...] | Nothing:
    """Write the reminder of a rung to whom it names; for the task's own role, to its owner now."""
    return _rung(known, do, "reminder")


def write_alarm(known: Known, do: Do) -> tuple[Letter, ...] | Nothing:
    """Write the escalation of a task's rung, or of a level of an escalate step."""
    return _level(known, do) if "level" in do.args else _rung(known, do, "escalation")


# --- the ladder of a task ---------------------------------------------------------------------


def _rung(known: Known, do: Do, template: str) -> tuple[Letter, ...] | Nothing:
    assert do.node is not None
    task = known.records.task_of(known.enrollment.id, do.node, do.path)
    if task is None or task.status != "open":
        return Nothing(why="the task is over")
    node = known.plan.nodes[do.node]
    assert isinstance(node, TaskNode)
    rung = node.overdue[do.args["rung"]]
    found = _whom(known, rung, task)
    if found.person is None:
        return Nothing(why=found.why)
    if (later := _held_back(known, task, found.person)) is not None:
        return Nothing(why=_why_later(known, found.person), later=later)
    why = f"the task was due {_due(known, task, found.person)} and nobody has done it"
    more = _about(known, task, found.person, why, acknowledge=False)
    return (internal(known, do, found.person, template, more, part_of(do)),)


def _whom(known: Known, rung: Rung, task: Task) -> Found:
    if rung.to == task.role and task.assignee and not task.customer:
        owner = known.records.user(UserId(task.assignee))
        return Found(owner, rung.to, "the task's owner")
    return known.find({"role": rung.to})


def _why_later(known: Known, person: User | Contact | None) -> str:
    if isinstance(person, User) and not is_working(
        known.context.calendar_of(person), known.records.now
    ):
        return f"{person.id} does not work then"
    return "the task is snoozed"


def _held_back(known: Known, task: Task, person: User | Contact) -> datetime | None:
    """Return when to ask again: after a snooze, or when the person next works."""
    now = known.records.now
    at = max(now, task.snoozed_until) if task.snoozed_until else now
    if isinstance(person, User) and not is_working(known.context.calendar_of(person), at):
        at = next_working(known.context.calendar_of(person), at)
    return at if at > now else None


def _due(known: Known, task: Task, reader: User | Contact) -> str:
    zone = known.context.calendar_of(reader).zone
    return moment(task.due_at or task.created_at, zone)


def _about(
    known: Known, task: Task, reader: User | Contact, why: str, *, acknowledge: bool
) -> dict[str, Any]:
    lines = known.records.lines(known.enrollment.id)
    return {
        "task": {
            "id": task.id,
            "title": task.title,
            "due": _due(known, task, reader),
            "owner": task.assignee or "nobody",
        },
        "why": why,
        "message": task.description,
        "acknowledge": acknowledge,
        "story": tell_story(lines, known.context.calendar_of(reader).zone),
    }


# --- an escalate step -------------------------------------------------------------------------


def _level(known: Known, do: Do) -> tuple[Letter, ...] | Nothing:
    assert do.node is not None
    node = known.plan.nodes[do.node]
    assert isinstance(node, Escalate)
    level = int(do.args["level"])
    if level == 0 and node.until is not None and (met := known.holds(node.until)).holds:
        values = dict(met.values)
        _line(known, do, "not needed", rule=node.until.text, values=values)
        _close_half_raised(known, do, node.until.text)
        return Nothing(result={"over": {"by": "data"}})
    found = known.find({"role": node.chain[level]})
    if (later := _outside_hours(known, found)) is not None:
        return Nothing(why=_why_later(known, found.person), later=later)
    task = _raised(known, do, node, found, level)
    if task.status != "open":
        return Nothing(result={"over": came_to(task)} if do.args.get("open") else {"next": None})
    if found.person is None:
        _line(known, do, "not sent", verb="escalate", why=found.why, recipient=node.chain[level])
        return Nothing(result=_next(known, node, level, None))
    why = f"level {level + 1} of {len(node.chain)}"
    more = _about(known, task, found.person, why, acknowledge=True)
    return (internal(known, do, found.person, "escalation", more, part_of(do)),)


def _close_half_raised(known: Known, do: Do, why: str) -> None:
    assert do.node is not None
    task = known.records.task_of(known.enrollment.id, do.node, do.path)
    if task is not None and task.status == "open":
        at = known.records.now
        known.records.change_task(
            task.id, status="done", closed_by="data", closed_at=at, reason=why
        )


def _outside_hours(known: Known, found: Found) -> datetime | None:
    if not isinstance(found.person, User):
        return None
    calendar = known.context.calendar_of(found.person)
    if is_working(calendar, known.records.now):
        return None
    return next_working(calendar, known.records.now)


def _raised(known: Known, do: Do, node: Escalate, found: Found, level: int) -> Task:
    """Put the escalation into the inbox of this level, taking it from the one below."""
    assert do.node is not None
    to = found.person.id if found.person else None
    before = known.records.task_of(known.enrollment.id, do.node, do.path)
    if before is not None:
        if before.status == "open":
            known.records.change_task(before.id, assignee=to, level=level, role=found.role)
            _listen_again(known, do, before)
            _line(known, do, "escalation", task=before.id, recipient=to, level=level)
        return known.records.task(before.id)
    task = Task(
        id=task_id(known.enrollment.id, do.id),
        enrollment=known.enrollment.id,
        node=do.node,
        path=do.path,
        account=known.enrollment.account,
        kind="escalation",
        title=render_inside(known, node.spec["title"], f"title of {do.node}"),
        description=render_inside(known, node.spec.get("message") or "", f"message of {do.node}"),
        assignee=to,
        role=found.role,
        watch=do.id,
        created_at=known.records.now,
        priority="high",
        level=level,
    )
    known.records.put_task(task)
    known.records.put_wait(make_wait(known, do, do.id, "until", task=task.id))
    _line(known, do, "escalation", task=task.id, recipient=to, level=level)
    return task


def _listen_again(known: Known, do: Do, task: Task) -> None:
    """The alarm was half raised and put off: the command that raises it now listens for it."""
    if do.args.get("open") and task.watch != do.id:
        known.records.change_task(task.id, watch=do.id)
        known.records.put_wait(make_wait(known, do, do.id, "until", task=task.id))


def next_rung(known: Known, do: Do) -> Mapping[str, Json]:
    """Answer an escalate step's level: the instant of the next, or of giving up after the last."""
    assert do.node is not None
    node = known.plan.nodes[do.node]
    assert isinstance(node, Escalate)
    task = known.records.task_of(known.enrollment.id, do.node, do.path)
    holder = known.records.user(UserId(task.assignee)) if task and task.assignee else None
    return _next(known, node, int(do.args["level"]), holder)


def _next(known: Known, node: Escalate, level: int, person: User | None) -> Mapping[str, Json]:
    last = level + 1 >= len(node.chain)
    span = node.give_up if last else node.every
    if span is None:
        return {"next": None}
    calendar = known.context.calendar_of(person)
    return {"next": add_span(calendar, known.records.now, span).isoformat()}


def _line(known: Known, do: Do, what: str, **data: Any) -> None:
    """Write one of the lines that a command may write several of, each under its own key."""
    write(known, do, what, key=f"{do.id}.{what}", **data)
