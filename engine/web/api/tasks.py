"""Tasks over the API."""

from __future__ import annotations

from datetime import UTC

from fastapi import APIRouter

from engine.effects.entities import AccountId, TaskId, TaskStatus, UserId
from engine.services import tasks as services
from engine.store.queries import tasks as queries
from engine.web.api.access import Guarded, asks
from engine.web.api.house import Caller, House, InHouse, Limit, acting
from engine.web.api.shapes.tasks import (
    Completion,
    GivenComment,
    Reassignment,
    ShownComment,
    ShownTask,
    Snooze,
    TaskInFull,
    TaskList,
    Withdrawal,
)

routes = APIRouter(route_class=Guarded, tags=["tasks"])
_READ = asks("tasks:read")
_WRITE = asks("tasks:write")


@routes.get("/tasks", openapi_extra=_READ)
def list_tasks(
    house: InHouse,
    assignee: str | None = None,
    account: str | None = None,
    status: TaskStatus = "open",
    overdue: bool = False,
    after: str | None = None,
    limit: Limit = 50,
) -> TaskList:
    """List tasks by due date, those without one last."""
    with house.database.begin() as connection:
        rows = queries.list_tasks(
            connection,
            assignee=UserId(assignee) if assignee else None,
            account=AccountId(account) if account else None,
            status=status,
            overdue_at=house.database.now if overdue else None,
            after=after,
            limit=limit,
        )
    found = [ShownTask.model_validate(row.task) for row in rows]
    return TaskList(tasks=found, next=rows[-1].cursor if len(rows) == limit else None)


@routes.get("/tasks/{id}", openapi_extra=_READ)
def show_task(house: InHouse, id: str) -> TaskInFull:
    """Show a task with its comments."""
    return _in_full(house, id)


@routes.post("/tasks/{id}/complete", openapi_extra=_WRITE)
def complete_task(house: InHouse, token: Caller, id: str, given: Completion) -> ShownTask:
    """Close a task with its answers; an approval with a decision; acknowledge an escalation."""
    done = services.complete(
        house.database,
        house.context(),
        id,
        by=acting(house, token, given.by),
        answers=given.answers,
        ticked=given.ticked,
        decision=given.decision,
    )
    return ShownTask.model_validate(done)


@routes.post("/tasks/{id}/withdraw", openapi_extra=_WRITE)
def withdraw_task(house: InHouse, token: Caller, id: str, given: Withdrawal) -> ShownTask:
    """Close a task undone; its run goes on."""
    by, reason = acting(house, token, given.by), given.reason
    done = services.withdraw(house.database, house.context(), id, by=by, reason=reason)
    return ShownTask.model_validate(done)


@routes.post("/tasks/{id}/snooze", openapi_extra=_WRITE)
def snooze_task(house: InHouse, token: Caller, id: str, given: Snooze) -> ShownTask:
    """Hide a task, and hold its reminders back, until an instant."""
    until = given.until if given.until.tzinfo else given.until.replace(tzinfo=UTC)
    done = services.snooze(house.database, id, by=acting(house, token, given.by), until=until)
    return ShownTask.model_validate(done)


@routes.post("/tasks/{id}/reassign", openapi_extra=_WRITE)
def reassign_task(house: InHouse, token: Caller, id: str, given: Reassignment) -> ShownTask:
    """Give a task to another user."""
    by = acting(house, token, given.by)
    done = services.reassign(house.database, id, by=by, to=given.to, reason=given.reason)
    return ShownTask.model_validate(done)


@routes.post("/tasks/{id}/comment", status_code=201, openapi_extra=_WRITE)
def comment_on_task(house: InHouse, token: Caller, id: str, given: GivenComment) -> TaskInFull:
    """Write a comment on a task."""
    services.comment(house.database, id, by=acting(house, token, given.by), text=given.text)
    return _in_full(house, id)


def _in_full(house: House, id: str) -> TaskInFull:
    with house.database.begin() as connection:
        row, comments = queries.show_task(connection, TaskId(id))
    return TaskInFull(
        **ShownTask.model_validate(row.task).model_dump(by_alias=False),
        comments=[ShownComment.model_validate(one) for one in comments],
    )
