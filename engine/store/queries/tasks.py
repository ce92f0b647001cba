"""Tasks as people see them: inbox pages ordered by due date, one task with its comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select
from sqlalchemy import literal_column as literal

from engine.effects.entities import AccountId, Task, TaskId, TaskStatus
from engine.errors import NotFound
from engine.store.queries.paging import cursor_at, page_size, read_instant_cursor
from engine.store.rows import TASKS
from engine.store.tables import DUE, accounts, enrollments, task_comments, tasks


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with what is shown beside it. `cursor` continues a list after it."""

    task: Task
    account_name: str | None
    playbook: str

    @property
    def cursor(self) -> str:
        return cursor_at(self.task.due_at, self.task.id)


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote about a task; `by` is a user's id."""

    by: str
    at: datetime
    text: str


_ROWS = (
    select(*TASKS.columns, accounts.c.name, enrollments.c.playbook)
    .join_from(tasks, accounts, accounts.c.id == tasks.c.account)
    .join(enrollments, enrollments.c.id == tasks.c.enrollment)
)
_STATUS: dict[TaskStatus, ColumnElement[bool]] = {
    # Written out, so that the planner sees that the index of open tasks serves.
    "open": tasks.c.status == literal("'open'"),
    "done": tasks.c.status == literal("'done'"),
    "withdrawn": tasks.c.status == literal("'withdrawn'"),
}


def list_tasks(
    connection: Connection,
    *,
    assignee: str | None = None,
    status: TaskStatus | None = "open",
    account: AccountId | None = None,
    overdue_at: datetime | None = None,
    snoozed_at: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[TaskRow]:
    """Return a page of tasks by due date, those without one last.

    `overdue_at` keeps those due before that instant; `snoozed_at` leaves out those still snoozed
    then. `after` is the cursor of the last row of the page before.
    """
    wanted: list[ColumnElement[bool]] = []
    if status is not None:
        wanted.append(_STATUS[status])
    if assignee is not None:
        wanted.append(tasks.c.assignee == assignee)
    if account is not None:
        wanted.append(tasks.c.account == account)
    if overdue_at is not None:
        wanted.append(overdue_at > DUE)
    if snoozed_at is not None:
        wanted.append(or_(tasks.c.snoozed_until.is_(None), tasks.c.snoozed_until <= snoozed_at))
    if after is not None:
        wanted.append(_after(after))
    page = _ROWS.where(*wanted).order_by(DUE, tasks.c.id).limit(page_size(limit))
    return [_row(row) for row in connection.execute(page)]


def show_task(connection: Connection, task: TaskId) -> tuple[TaskRow, Sequence[Comment]]:
    """Return a task with its comments, oldest first. Raises NotFound."""
    row = connection.execute(_ROWS.where(tasks.c.id == task)).first()
    if row is None:
        raise NotFound(f"there is no task {task}", remedy="`tenure tasks list` shows the ids.")
    written = connection.execute(
        select(task_comments.c.by, task_comments.c.at, task_comments.c.text)
        .where(task_comments.c.task == task)
        .order_by(task_comments.c.number)
    )
    return _row(row), [Comment(*comment) for comment in written]


def _row(row: Any) -> TaskRow:
    *task, account_name, playbook = row
    return TaskRow(TASKS.read(task), account_name, playbook)


def _after(cursor: str) -> ColumnElement[bool]:
    """Return what comes after a row. The first half alone lets the index find the place."""
    due, id = read_instant_cursor(cursor)
    at: Any = literal("'infinity'::timestamptz") if due is None else due
    return and_(at <= DUE, or_(at < DUE, tasks.c.id > id))
