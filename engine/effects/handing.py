"""Handing out tasks, and taking them back."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.calendars import Calendar
from engine.effects.entities import Contact, EnrollmentId, Task, TaskId
from engine.effects.instants import after_due, due_for_person, instant
from engine.effects.knowing import Known
from engine.effects.people import Found
from engine.effects.texts import render_inside
from engine.effects.watching import make_wait, write
from engine.plan.codec import decode
from engine.plan.events import Do
from engine.plan.model import Json, When
from engine.plan.model import Task as TaskNode


def task_id(enrollment: EnrollmentId, command: str) -> TaskId:
    """Return the id of the task a command hands out: short, and the same at each attempt.

    >>> task_id(EnrollmentId("onboarding.acme.1"), "4")
    't-ok2674lxsb'
    """
    digest = hashlib.sha256(f"{enrollment}:{command}".encode()).digest()
    return TaskId("t-" + base64.b32encode(digest).decode().lower()[:10])


def create_task(known: Known, do: Do) -> Mapping[str, Json]:
    """Put the task into its owner's inbox, or find that it is done already."""
    node = known.plan.nodes[do.node] if do.node else None
    assert isinstance(node, TaskNode)
    if node.done_when is not None and (verdict := known.holds(node.done_when)).holds:
        values = dict(verdict.values)
        write(known, do, "task not needed", rule=node.done_when.text, values=values)
        return {"over": {"status": "done", "done": True, "late": False, "by": "data"}}
    plan = _plan_task(known, do, node)
    known.records.put_task(plan.task)
    known.records.put_wait(make_wait(known, do, do.id, "done_when", task=plan.task.id))
    _write_task(known, do, plan)
    return {
        "task": plan.task.id,
        "due": _iso(plan.task.due_at),
        "rungs": [at.isoformat() for at in plan.rungs],
        "deadline": _iso(plan.deadline),
    }


@dataclass(frozen=True, slots=True)
class _Planned:
    task: Task
    rungs: tuple[datetime, ...]
    deadline: datetime | None
    why: str


def _plan_task(known: Known, do: Do, node: TaskNode) -> _Planned:
    spec, now = node.spec, known.records.now
    found = _owner(known, spec)
    calendar = known.context.calendar_of(found.person)
    due = _due(known, spec, calendar, now)
    assert do.node is not None
    task = Task(
        id=task_id(known.enrollment.id, do.id),
        enrollment=known.enrollment.id,
        node=do.node,
        path=do.path,
        account=known.enrollment.account,
        kind="approval" if spec.get("kind") == "approval" else "task",
        title=render_inside(known, spec["title"], f"title of {do.node}"),
        description=render_inside(
            known, spec.get("description") or "", f"description of {do.node}"
        ),
        assignee=found.person.id if found.person else None,
        role=found.role,
        customer=isinstance(found.person, Contact),
        watch=do.id,
        created_at=now,
        due_at=due,
        checklist=tuple(
            (render_inside(known, text, do.node), False) for text in spec.get("checklist") or ()
        ),
        ask=spec.get("ask") or {},
        priority=spec.get("priority") or "normal",
    )
    # Without a due date the ladder counts from the moment the task is handed out.
    rungs = tuple(after_due(calendar, due or now, rung.after) for rung in node.overdue)
    deadline = instant(known, node.within, calendar, now) if node.within else None
    return _Planned(task, rungs, deadline, found.why)


def _owner(known: Known, spec: Mapping[str, Any]) -> Found:
    found = known.find(spec.get("assign") or {})
    if found.person is not None or not spec.get("fallback"):
        return found
    instead = known.find(spec["fallback"])
    return Found(instead.person, instead.role, f"{found.why}; instead: {instead.why}")


def _due(
    known: Known, spec: Mapping[str, Any], calendar: Calendar, now: datetime
) -> datetime | None:
    written = spec.get("due")
    if written is None:
        return None
    when: When = decode(When, written)
    return due_for_person(known, when, calendar, now)


def _write_task(known: Known, do: Do, plan: _Planned) -> None:
    task = plan.task
    write(
        known,
        do,
        task.kind,
        task=task.id,
        assignee=task.assignee,
        role=task.role,
        why=plan.why,
        due=_iso(task.due_at),
    )


def withdraw_task(known: Known, do: Do) -> Mapping[str, Json]:
    """Take the task back from the inbox. One that is over stays as it is, and the answer says what
    it came to: the run may not have heard of it yet."""
    assert do.node is not None
    task = known.records.task_of(known.enrollment.id, do.node, do.path)
    if task is None:
        return {"status": "skipped"}
    if task.status != "open":
        return {"status": "skipped", "over": came_to(task)}
    reason = str(do.args["reason"])
    known.records.change_task(
        task.id, status="withdrawn", reason=reason, closed_at=known.records.now
    )
    known.records.drop_waits(known.enrollment.id, [task.watch])
    write(known, do, "task withdrawn", task=task.id, why=reason)
    return {"status": "done"}


def came_to(task: Task) -> dict[str, Json]:
    """Return what a task that is over came to, as its run is told: statuses only."""
    if task.kind == "escalation" and task.status == "done":
        return {"level": task.level}
    if task.status == "withdrawn":
        return {"status": "withdrawn", "done": False, "decision": "rejected"}
    late = task.due_at is not None and task.closed_at is not None and task.closed_at > task.due_at
    decided = {"decision": task.decision} if task.decision else {}
    return {"status": "done", "done": True, "late": late, **decided}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
