"""`tenure tasks`: the inbox, and everything one does with a task."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from engine.calendars import add_span, parse_span
from engine.cli.options import (
    after_option,
    as_user_option,
    format_option,
    limit_option,
    pairs,
    reason_option,
    say_more,
    table,
    to_json,
)
from engine.cli.session import Session, with_session
from engine.effects.entities import AccountId, Task, UserId
from engine.services import tasks


@click.group("tasks")
def tasks_command() -> None:
    """List, show and close tasks, approvals and escalations."""


@tasks_command.command("list")
@click.option("--user", help="Only this user's.")
@click.option("--account", help="Only this account's.")
@click.option("--overdue", is_flag=True, help="Only those past their due date.")
@click.option("--closed", is_flag=True, help="Those that are done with too.")
@after_option
@limit_option
@format_option()
@with_session
def list_tasks(
    session: Session,
    user: str | None,
    account: str | None,
    overdue: bool,
    closed: bool,
    after: str | None,
    limit: int,
    form: str,
) -> None:
    """List tasks by due date."""
    from engine.store.queries import tasks as queries

    now = session.database.now
    with session.reading() as connection:
        rows = queries.list_tasks(
            connection,
            assignee=UserId(user) if user else None,
            status=None if closed else "open",
            account=AccountId(account) if account else None,
            overdue_at=now if overdue else None,
            after=after,
            limit=limit,
        )
    if form == "json":
        click.echo(to_json([{**_plain(row.task), "cursor": row.cursor} for row in rows]))
        say_more(rows, limit, lambda row: row.cursor)
        return
    shown = [
        (
            row.task.id,
            row.task.kind,
            row.task.title,
            row.account_name or row.task.account,
            row.task.assignee,
            session.local(row.task.due_at),
            _status(row.task, now),
        )
        for row in rows
    ]
    click.echo(table(shown, ("task", "kind", "title", "account", "owner", "due", "status")))
    say_more(rows, limit, lambda row: row.cursor)


def _status(task: Task, now: datetime) -> str:
    if task.status != "open":
        return f"{task.status}{f' ({task.decision})' if task.decision else ''}"
    if task.snoozed_until and task.snoozed_until > now:
        return "snoozed"
    return "overdue" if task.due_at and task.due_at < now else "open"


def _plain(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in Task.__dataclass_fields__}


@tasks_command.command("show")
@click.argument("task")
@format_option()
@with_session
def show_task(session: Session, task: str, form: str) -> None:
    """Show one task: what to do, what it asks, comments."""
    from engine.effects.entities import TaskId
    from engine.store.queries import tasks as queries

    with session.reading() as connection:
        page, comments = queries.show_task(connection, TaskId(task))
    if form == "json":
        click.echo(to_json({**_plain(page.task), "comments": comments}))
        return
    found = page.task
    click.echo(click.style(found.title, bold=True))
    click.echo(f"  {found.kind} {found.id}, {_status(found, session.database.now)}")
    click.echo(f"  account   {page.account_name or found.account} ({found.account})")
    click.echo(f"  owner     {found.assignee or 'nobody'} as {found.role}")
    click.echo(f"  due       {session.local(found.due_at)}")
    if found.closed_at is not None:
        why = ": ".join(filter(None, (found.closed_by or "by itself", found.reason)))
        click.echo(f"  closed    {session.local(found.closed_at)}, {why}")
    click.echo(f"  from      {page.playbook}, step {found.node} ({found.enrollment})")
    if found.description:
        click.echo(f"\n{found.description}")
    for index, (text, ticked) in enumerate(found.checklist):
        click.echo(f"  [{'x' if ticked else ' '}] {index} {text}")
    for name, spec in found.ask.items():
        click.echo(f"  asks {name}: {_asked(spec)}{_given(found, name)}")
    for comment in comments:
        click.echo(f"\n{comment.by}, {session.local(comment.at)}:\n  {comment.text}")


def _asked(spec: Any) -> str:
    choices = " | ".join(spec["one_of"]) if spec.get("one_of") else spec.get("type", "text")
    return choices if spec.get("required", True) else f"{choices} (optional)"


def _given(task: Task, name: str) -> str:
    return f" = {task.answers[name]}" if name in task.answers else ""


@tasks_command.command("complete")
@click.argument("task")
@click.option("--set", "answers", multiple=True, metavar="NAME=VALUE", help="An answer it asks.")
@click.option("--tick", type=int, multiple=True, help="Tick only these checklist items.")
@as_user_option
@with_session
def complete(
    session: Session, task: str, answers: tuple[str, ...], tick: tuple[int, ...], by: str
) -> None:
    """Close a task as done."""
    given = pairs(answers, "--set risk_reason=budget")
    done = tasks.complete(
        session.database, session.context, task, by=by, answers=given, ticked=tick or None
    )
    click.echo(f"done: {done.title}")


@tasks_command.command("approve")
@click.argument("task")
@as_user_option
@with_session
def approve(session: Session, task: str, by: str) -> None:
    """Approve what waits for approval."""
    done = _decide(session, task, by, "approved")
    click.echo(f"approved: {done.title}")


@tasks_command.command("reject")
@click.argument("task")
@as_user_option
@with_session
def reject(session: Session, task: str, by: str) -> None:
    """Reject what waits for approval."""
    done = _decide(session, task, by, "rejected")
    click.echo(f"rejected: {done.title}")


def _decide(session: Session, task: str, by: str, decision: str) -> Task:
    return tasks.complete(
        session.database, session.context, task, by=by, decision=decision, kind="approval"
    )


@tasks_command.command("ack")
@click.argument("task")
@as_user_option
@with_session
def acknowledge(session: Session, task: str, by: str) -> None:
    """Acknowledge an escalation: it goes no further up the chain."""
    done = tasks.complete(session.database, session.context, task, by=by, kind="escalation")
    click.echo(f"acknowledged: {done.title}")


@tasks_command.command("withdraw")
@click.argument("task")
@reason_option("Why it need not be done.")
@as_user_option
@with_session
def withdraw(session: Session, task: str, reason: str, by: str) -> None:
    """Close a task undone; its run goes on."""
    done = tasks.withdraw(session.database, session.context, task, by=by, reason=reason)
    click.echo(f"withdrawn: {done.title}")


@tasks_command.command("reassign")
@click.argument("task")
@click.argument("user")
@click.option("--reason", default="", help="Why, for the timeline.")
@as_user_option
@with_session
def reassign(session: Session, task: str, user: str, reason: str, by: str) -> None:
    """Give a task to another USER."""
    done = tasks.reassign(session.database, task, by=by, to=user, reason=reason)
    click.echo(f"{done.title}: now {done.assignee}'s")


@tasks_command.command("snooze")
@click.argument("task")
@click.argument("until")
@as_user_option
@with_session
def snooze(session: Session, task: str, until: str, by: str) -> None:
    """Hide a task UNTIL a date (2026-12-01) or for a while (3d, 2 business days)."""
    at = _moment(session, until)
    done = tasks.snooze(session.database, task, by=by, until=at)
    click.echo(f"{done.title}: hidden until {session.local(done.snoozed_until)}")


def _moment(session: Session, written: str) -> datetime:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        calendar = session.context.calendar_of(None)
        return add_span(calendar, session.database.now, parse_span(written))
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(session.context.workspace.zone))


@tasks_command.command("comment")
@click.argument("task")
@click.argument("text")
@as_user_option
@with_session
def comment(session: Session, task: str, text: str, by: str) -> None:
    """Write a comment on a task."""
    tasks.comment(session.database, task, by=by, text=text)
    click.echo("written.")
