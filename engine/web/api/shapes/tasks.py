"""What the API takes and gives of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from engine.effects.entities import TaskKind, TaskStatus
from engine.web.api.shapes.kinds import Acting, Prose, Shown, Word


class Completion(Acting):
    """What a task's doer answers. `ticked` are checklist items, by number; all by default."""

    answers: dict[str, Any] = Field(default_factory=dict)
    ticked: list[int] | None = None
    decision: Literal["approved", "rejected"] | None = None


class Snooze(Acting):
    """Until when a task is hidden; a time without a zone is UTC."""

    until: datetime


class Reassignment(Acting):
    """Whom a task goes to."""

    to: Word
    reason: Prose = ""


class Withdrawal(Acting):
    """Why a task need not be done."""

    reason: Annotated[Prose, StringConstraints(min_length=1)]


class GivenComment(Acting):
    """A comment on a task."""

    text: Annotated[Prose, StringConstraints(min_length=1)]


class ShownTask(Shown):
    """A task, an approval or an escalation."""

    id: str
    enrollment: str
    step: str = Field(validation_alias="node")
    account: str
    kind: TaskKind
    title: str
    description: str
    assignee: str | None
    role: str
    status: TaskStatus
    created_at: datetime
    due_at: datetime | None
    snoozed_until: datetime | None
    checklist: list[tuple[str, bool]]
    ask: Mapping[str, Any]
    answers: Mapping[str, Any]
    decision: str | None
    priority: str
    level: int
    closed_at: datetime | None
    closed_by: str | None
    reason: str


class ShownComment(Shown):
    """A comment on a task."""

    by: str
    at: datetime
    text: str


class TaskInFull(ShownTask):
    """A task with its comments, oldest first."""

    comments: list[ShownComment]


class TaskList(Shown):
    """A page of tasks by due date; `next` continues it."""

    tasks: list[ShownTask]
    next: str | None
