"""What people do with tasks: complete, decide, acknowledge, reassign, snooze, withdraw.

Each is one transaction: the task changes, the run is owed its wake-up, and a fact about the step
is taken in, so that other conditions see it too. Works while Temporal is down.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from engine.effects.context import Context
from engine.effects.deliveries import Wake
from engine.effects.entities import Fact, FactId, Line, Task, TaskId, UserId
from engine.effects.handing import came_to
from engine.effects.ingesting import ingest
from engine.effects.records import Records
from engine.errors import Conflict, InputError, NotFound

DECISIONS = ("approved", "rejected")


def complete_task(
    records: Records,
    context: Context,
    task: TaskId,
    *,
    by: str,
    answers: Mapping[str, Any] | None = None,
    ticked: Collection[int] | None = None,
    decision: str | None = None,
    kind: str | None = None,
) -> Task:
    """Close an open task with its answers; an approval with a decision, an escalation acknowledged.

    `ticked` are indices of checklist items; None ticks all. `kind` is the only kind wanted. Raises
    Conflict when it is not open, InputError when it is of another kind, when there is no such item,
    or when answers are missing or do not fit what the task asks.
    """
    found = _open(records, task)
    if kind is not None and found.kind != kind:
        message = f"{task} is no {kind} but a plain task"
        if found.kind != "task":
            message = f"{task} is no {kind} but an {found.kind}"
        raise InputError(message, remedy=f"See `tenure tasks show {task}`.")
    answers = _checked_answers(found, answers or {})
    decision = _checked_decision(found, decision)
    _check_items(found, ticked or ())
    now = records.now
    checklist = tuple(
        (text, done or ticked is None or index in ticked)
        for index, (text, done) in enumerate(found.checklist)
    )
    records.change_task(
        task,
        status="done",
        answers=answers,
        decision=decision,
        checklist=checklist,
        closed_at=now,
        closed_by=by,
    )
    closed = records.task(task)
    _tell_run(records, context, closed, by, came_to(closed))
    return closed


def withdraw_by_hand(
    records: Records, context: Context, task: TaskId, *, by: str, reason: str
) -> Task:
    """Close an open task undone, for a reason; the run goes on. Raises NotFound, and Conflict when
    it is not open."""
    _open(records, task)
    records.change_task(
        task, status="withdrawn", reason=reason, closed_at=records.now, closed_by=by
    )
    closed = records.task(task)
    _tell_run(records, context, closed, by, came_to(closed), why=reason)
    return closed


def reassign_task(records: Records, task: TaskId, *, by: str, to: UserId, reason: str = "") -> Task:
    """Give an open task to another user. Raises NotFound for either, and Conflict when it is not
    open."""
    found = _open(records, task)
    if records.user(to) is None:
        raise NotFound(f"there is no user {to}", remedy="See `tenure users list`.")
    records.change_task(task, assignee=to, customer=False)
    _line(records, found, "reassigned", by=by, assignee=to, why=reason)
    return records.task(task)


def snooze_task(records: Records, task: TaskId, *, by: str, until: datetime) -> Task:
    """Hide an open task, and hold its reminders back, until an instant. Raises NotFound, Conflict
    when it is not open, and InputError for an instant that is past."""
    found = _open(records, task)
    if until <= records.now:
        raise InputError("a task can only be snoozed into the future", remedy="Give a later time.")
    records.change_task(task, snoozed_until=until)
    _line(records, found, "snoozed", by=by, until=until.isoformat())
    return records.task(task)


# --- checks -----------------------------------------------------------------------------------


def _open(records: Records, task: TaskId) -> Task:
    records.account(records.task(task).account, lock=True)
    found = records.task(task, lock=True)
    if found.status != "open":
        raise Conflict(
            f"task {task} is {found.status} already",
            remedy=f"See `tenure tasks show {task}`.",
        )
    return found


def _checked_decision(task: Task, decision: str | None) -> str | None:
    if task.kind != "approval":
        if decision is not None:
            raise InputError(f"task {task.id} asks for no decision", remedy="Leave it out.")
        return None
    if decision not in DECISIONS:
        raise InputError(
            f"task {task.id} asks for a decision",
            remedy="Say `approved` or `rejected`.",
        )
    return decision


def _check_items(task: Task, ticked: Collection[int]) -> None:
    for index in ticked:
        if not 0 <= index < len(task.checklist):
            items = f"0 to {len(task.checklist) - 1}" if task.checklist else "none at all"
            raise InputError(
                f"the checklist of task {task.id} has no item {index}",
                remedy=f"Its items are {items}: see `tenure tasks show {task.id}`.",
            )


def _checked_answers(task: Task, answers: Mapping[str, Any]) -> dict[str, Any]:
    for name in answers:
        if name not in task.ask:
            asked = ", ".join(task.ask) or "nothing"
            raise InputError(
                f"task {task.id} does not ask for {name!r}", remedy=f"It asks for: {asked}."
            )
    _check_nothing_misses(task, answers)
    return {
        name: value
        for name, spec in task.ask.items()
        if (value := fit_answer(name, spec, answers.get(name))) is not None
    }


def _check_nothing_misses(task: Task, answers: Mapping[str, Any]) -> None:
    missing = [
        name
        for name, spec in task.ask.items()
        if spec.get("required", True) and answers.get(name) in (None, "")
    ]
    if missing:
        wanted = [_wanted(task.ask[name]) for name in missing]
        if len(missing) > 1:
            wanted = [f"{name}: {text}" for name, text in zip(missing, wanted, strict=True)]
        names = " and ".join(repr(name) for name in missing)
        raise InputError(f"task {task.id} needs an answer to {names}", remedy=" ".join(wanted))


def fit_answer(name: str, spec: Mapping[str, Any], given: Any) -> Any:
    """Return an answer as it is kept, None when there is none; InputError when it does not fit.

    >>> fit_answer("seats", {"type": "number"}, "12")
    12.0
    """
    if given is None or given == "":
        return None
    choices = spec.get("one_of")
    value = _converted(spec.get("type", "text"), given)
    if value is None or (choices and value not in choices):
        raise InputError(f"the answer to {name!r} does not fit", remedy=_wanted(spec))
    return value


def _wanted(spec: Mapping[str, Any]) -> str:
    if spec.get("one_of"):
        return f"Choose one of: {', '.join(spec['one_of'])}."
    return f"Give a {spec.get('type', 'text')}."


def _converted(kind: str, given: Any) -> Any:
    match kind:
        case "number":
            try:
                number = float(given)
            except (TypeError, ValueError):
                return None
            return number if math.isfinite(number) else None
        case "bool":
            return {"true": True, "yes": True, "false": False, "no": False}.get(str(given).lower())
        case "date":
            try:
                return datetime.fromisoformat(str(given)).date().isoformat()
            except ValueError:
                return None
    return str(given)


# --- telling ----------------------------------------------------------------------------------


def _tell_run(
    records: Records,
    context: Context,
    task: Task,
    by: str,
    data: Mapping[str, Any],
    *,
    why: str = "",
) -> None:
    kind = {"escalation": "escalation.acknowledged"}.get(
        task.kind, "task.completed" if data.get("done") else "task.withdrawn"
    )
    fact = Fact(
        id=FactId(f"{task.id}:closed"),
        kind=kind,
        account=task.account,
        occurred_at=records.now,
        data={"task": task.id, "by": by, **data},
        enrollment=task.enrollment,
        node=task.node,
        path=task.path,
    )
    if (wait := records.wait_for_task(task.id)) is not None:
        records.drop_waits(wait.enrollment, [wait.id])
        records.owe(Wake(wait.enrollment, wait.id, fact.id, records.now, data=data))
    said = {"why": why} if why else {}
    _line(records, task, kind, by=by, fact=fact.id, **said, **data)
    ingest(records, context, fact)


def _line(records: Records, task: Task, what: str, **data: Any) -> None:
    key = f"{task.id}.{what}.{records.now.isoformat()}"
    line = Line(
        task.enrollment, key, records.now, task.node, task.path, what, {"task": task.id, **data}
    )
    records.put_line(line)
