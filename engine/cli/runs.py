"""`tenure runs`: list and steer runs of playbooks."""

from __future__ import annotations

from typing import Any

import click

from engine.cli.options import (
    after_option,
    format_option,
    limit_option,
    reason_option,
    say_more,
    table,
    to_json,
)
from engine.cli.session import Session, with_session
from engine.effects.entities import AccountId, EnrollmentId


class ListUnlessSaid(click.Group):
    """A group that lists when no other command is named: `runs --stuck` is `runs list --stuck`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` in front of options, and where there is nothing."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group("runs", cls=ListUnlessSaid)
def runs_command() -> None:
    """List and steer runs of playbooks; without a command, list them."""


@runs_command.command("list")
@click.option("--playbook", help="Only this playbook's.")
@click.option("--account", help="Only this account's.")
@click.option(
    "--status", type=click.Choice(["active", "paused", "finished"]), help="Only those that are so."
)
@click.option("--stuck", is_flag=True, help="Only those that failed or cannot go on.")
@after_option
@limit_option
@format_option()
@with_session
def list_runs(
    session: Session,
    playbook: str | None,
    account: str | None,
    status: Any,
    stuck: bool,
    after: str | None,
    limit: int,
    form: str,
) -> int:
    """List runs, newest first."""
    if stuck:
        return _list_stuck(session, limit, form)
    from engine.store.queries import runs as queries

    with session.reading() as connection:
        rows = queries.list_runs(
            connection,
            status=status,
            playbook=playbook,
            account=AccountId(account) if account else None,
            after=after,
            limit=limit,
        )
    if form == "json":
        click.echo(to_json([row.run for row in rows]))
        say_more(rows, limit, lambda row: row.cursor)
        return 0
    shown = [
        (
            row.run.id,
            row.account_name or row.run.account,
            row.run.status,
            row.run.outcome,
            session.local(row.run.started_at),
            row.run.plan,
        )
        for row in rows
    ]
    click.echo(table(shown, ("run", "account", "status", "outcome", "began", "plan")))
    say_more(rows, limit, lambda row: row.cursor)
    return 0


def _list_stuck(session: Session, limit: int, form: str) -> int:
    from engine.services.reconciling import list_stuck

    found = list_stuck(session.database, session.runner, limit)
    if form == "json":
        click.echo(to_json(found))
    elif found:
        rows = [
            (one.enrollment, one.status, session.local(one.since), one.record, one.why)
            for one in found
        ]
        click.echo(
            table(rows, ("run", "in Temporal", f"since ({session.zone})", "our record", "why"))
        )
    else:
        click.echo("No run is stuck.")
    return 1 if found else 0


@runs_command.command("show")
@click.argument("run")
@format_option()
@with_session
def show_run(session: Session, run: str, form: str) -> None:
    """Show where a RUN stands and what it waits for."""
    standing = session.runner.state(EnrollmentId(run))
    if form == "json":
        click.echo(to_json(standing))
        return
    click.echo(f"{run}: {standing.status}" + (f", {standing.reason}" if standing.reason else ""))
    for place in standing.places:
        path = f" [{', '.join(place.path)}]" if place.path else ""
        click.echo(f"  {place.node}{path}  {place.phase}  {place.source}")
        for at, why in sorted(place.wakes.items()):
            click.echo(f"    {why} at {session.local(at)}")


@runs_command.command("pause")
@click.argument("run")
@reason_option("Why, for the timeline.")
@with_session
def pause(session: Session, run: str, reason: str) -> None:
    """Hold a RUN: nothing is sent or handed out until it is resumed."""
    from engine.services import steering

    steering.pause(session.database, session.runner, run, reason=reason)
    click.echo(f"paused {run}")


@runs_command.command("resume")
@click.argument("run")
@with_session
def resume(session: Session, run: str) -> None:
    """Let a paused RUN go on, as its playbook's `on_resume` says."""
    from engine.services import steering

    steering.resume(session.database, session.runner, run)
    click.echo(f"resumed {run}")


@runs_command.command("cancel")
@click.argument("run")
@reason_option("Why, for the timeline.")
@with_session
def cancel(session: Session, run: str, reason: str) -> None:
    """End a RUN: open tasks are withdrawn, waits dropped."""
    from engine.services import steering

    steering.cancel(session.database, session.runner, run, reason=reason)
    click.echo(f"cancelled {run}")


@runs_command.command("close")
@click.argument("run")
@reason_option("Why, for the timeline.")
@with_session
def close(session: Session, run: str, reason: str) -> None:
    """Close a RUN in our records that Temporal does not drive any more: tasks are withdrawn, what
    is queued behind it begins. A sweep does so by itself, some minutes after a run was terminated
    there."""
    from engine.services.reconciling import close_by_hand

    close_by_hand(session.database, session.context, session.runner, run, reason=reason)
    click.echo(f"closed {run}")


@runs_command.command("migrate")
@click.argument("run")
@click.option("--to", "plan", help="A plan's hash; by default the playbook's live one.")
@with_session
def migrate(session: Session, run: str, plan: str | None) -> None:
    """Move a RUN to another version of its playbook."""
    from engine.services.migrating import migrate_run

    click.echo(migrate_run(session.database, session.runner, run, plan))
