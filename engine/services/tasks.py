"""What people do with tasks, each in one transaction. Works while Temporal is down."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from engine.effects import answering
from engine.effects.context import Context
from engine.effects.entities import Task, TaskId, UserId
from engine.errors import InputError
from engine.services.rolling_up import moving
from engine.services.transacting import transact
from engine.store.comments import comment_on
from engine.store.database import Database


def complete(
    database: Database,
    context: Context,
    task: str,
    *,
    by: str,
    answers: Mapping[str, Any] | None = None,
    ticked: Collection[int] | None = None,
    decision: str | None = None,
    kind: str | None = None,
) -> Task:
    """Close a task with its answers (see `answering.complete_task`)."""
    return moving(
        database,
        context,
        lambda records: answering.complete_task(
            records,
            context,
            TaskId(task),
            by=by,
            answers=answers,
            ticked=ticked,
            decision=decision,
            kind=kind,
        ),
    )


def withdraw(database: Database, context: Context, task: str, *, by: str, reason: str) -> Task:
    """Close a task undone. Raises NotFound, and Conflict when it is not open."""
    return transact(
        database,
        lambda records: answering.withdraw_by_hand(
            records, context, TaskId(task), by=by, reason=reason
        ),
    )


def reassign(database: Database, task: str, *, by: str, to: str, reason: str = "") -> Task:
    """Give a task to another user. Raises NotFound for either, and Conflict when it is not open."""
    return transact(
        database,
        lambda records: answering.reassign_task(
            records, TaskId(task), by=by, to=UserId(to), reason=reason
        ),
    )


def snooze(database: Database, task: str, *, by: str, until: datetime) -> Task:
    """Hide a task and hold its reminders back until an instant. Raises NotFound, Conflict when it
    is not open, and InputError for an instant that is past."""
    return transact(
        database, lambda records: answering.snooze_task(records, TaskId(task), by=by, until=until)
    )


def comment(database: Database, task: str, *, by: str, text: str) -> None:
    """Write a comment on a task. Raises InputError for one without words."""
    if not text.strip():
        raise InputError("a comment needs words", remedy="Write what there is to say.")
    with database.begin() as connection:
        comment_on(connection, TaskId(task), UserId(by), database.now, text)
