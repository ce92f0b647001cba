"""Comments on tasks: written by people, read with the task. They decide nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from engine.effects.entities import TaskId, UserId
from engine.store.tables import task_comments


def comment_on(connection: Connection, task: TaskId, by: UserId, at: datetime, text: str) -> None:
    """Write a comment. Raises NotFound when there is no such task."""
    connection.execute(insert(task_comments).values(task=task, by=by, at=at, text=text))
