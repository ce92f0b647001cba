"""`tenure apply`, `import`, `playbooks`, `accounts`, `users`: bring in and switch on."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.options import (
    after_option,
    as_option,
    format_option,
    limit_option,
    say_more,
    table,
    to_json,
    workspace_option,
)
from engine.cli.session import Session, with_session
from engine.effects.entities import Account, AccountId, UserId
from engine.services.applying import Meaning, apply, computes_otherwise, what_apply_means
from engine.services.authoring import check_workspace
from engine.wording import counted

if TYPE_CHECKING:
    from engine.store.queries.overview import PlanRow


@click.command("apply")
@workspace_option
@click.option("--dry-run", is_flag=True, help="Only say what it would mean.")
@as_option
@with_session
def apply_command(session: Session, workspace: Path, dry_run: bool, by: str) -> int:
    """Make the workspace live; runs under way keep the version they began with."""
    from engine.cli.authoring import show_problems

    checkup = check_workspace(workspace)
    if checkup.problems:
        show_problems(checkup)
    if checkup.errors:
        click.echo("\nNothing was applied.", err=True)
        return 1
    found = checkup.workspace()
    anew = computes_otherwise(session.database, found)
    if dry_run:
        meanings = what_apply_means(session.database, found, checkup.plans)
    else:
        meanings = apply(session.database, found, checkup.plans, by=by)
    drafts = {name for name, one in checkup.plans.items() if one.enroll.get("mode") == "draft"}
    rows = [(one.playbook, _change(one, drafts), one.plan, _running(one)) for one in meanings]
    click.echo(table(rows, ("playbook", "change", "plan", "runs under way")))
    for one in meanings:
        if one.matching:
            click.echo(f"\n{_match_already(one)}")
    if anew:
        click.echo("\nHealth models or bands have changed: every account is assessed anew.")
    click.echo("\nNothing was written." if dry_run else "\nApplied.")
    return 0


def _change(meaning: Meaning, drafts: Collection[str]) -> str:
    return f"{meaning.change}, a draft" if meaning.playbook in drafts else meaning.change


def _match_already(meaning: Meaning) -> str:
    who = f"{meaning.matching} {'matches' if meaning.matching == 1 else 'match'}"
    return f"{meaning.playbook}: {who} a condition of its triggers already; no run starts for that."


def _running(meaning: Meaning) -> str:
    kept = sum(count for plan, count in meaning.running.items() if plan != meaning.plan)
    same = meaning.running.get(meaning.plan, 0) if meaning.plan else 0
    parts = [f"{same} on this version"] if same else []
    if kept:
        parts.append(f"{kept} keep their older version")
    return ", ".join(parts) or "none"


@click.command("import")
@click.argument("kind", type=click.Choice(["users", "accounts", "contacts"]))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="YAML that says which column is which field.",
)
@click.option(
    "--quiet",
    is_flag=True,
    help="Start no playbook, whatever is new: for customers you have had for long.",
)
@format_option()
@with_session
def import_command(
    session: Session, kind: Any, file: Path, mapping: Path | None, quiet: bool, form: str
) -> int:
    """Import users, accounts or contacts from a CSV file; bad rows are reported, good ones kept.

    What is new or changed becomes facts, which start playbooks as any other fact does.
    """
    from engine.services.importing import bring_in
    from engine.store.importing import read_mapping

    columns = read_mapping(mapping, kind) if mapping else None
    report = bring_in(session.database, session.context, kind, file, columns, quiet=quiet)
    if form == "json":
        click.echo(to_json(report))
    else:
        for line in report.lines():
            click.echo(line)
        for warning in report.warnings:
            click.echo(f"note: {warning}")
        click.echo(
            f"{kind}: {report.imported} imported, {report.unchanged} unchanged, "
            f"{report.rejected_rows} rejected"
            + (f"; {counted(len(report.started), 'run')} started" if report.started else "")
        )
    return 1 if report.rejected else 0


@click.group("playbooks")
def playbooks_command() -> None:
    """See what is live."""


@playbooks_command.command("list")
@click.option("--all", "every", is_flag=True, help="Older versions too.")
@format_option()
@with_session
def list_playbooks(session: Session, every: bool, form: str) -> None:
    """List the live version of each playbook, with its runs."""
    from engine.store.queries.overview import list_plans

    with session.reading() as connection:
        rows = [row for row in list_plans(connection) if row.live or every]
    if form == "json":
        click.echo(to_json(rows))
        return
    shown = [(row.playbook, row.hash, _mode(row), row.under_way, row.finished) for row in rows]
    click.echo(table(shown, ("playbook", "plan", "", "under way", "finished")))


def _mode(row: PlanRow) -> str:
    if not row.live:
        return ""
    return "draft" if row.draft else "live"


@click.group("accounts")
def accounts_command() -> None:
    """See accounts."""


@accounts_command.command("list")
@click.option("--csm", help="Only those of this CSM.")
@click.option("--band", help="Only those in this band of health.")
@after_option
@limit_option
@format_option()
@with_session
def list_accounts(
    session: Session,
    csm: str | None,
    band: str | None,
    after: str | None,
    limit: int,
    form: str,
) -> None:
    """List accounts with their health, runs and open tasks."""
    from engine.store.queries import accounts as queries

    with session.reading() as connection:
        rows = queries.list_accounts(
            connection,
            csm=UserId(csm) if csm else None,
            band=band,
            after=AccountId(after) if after else None,
            limit=limit,
        )
    if form == "json":
        click.echo(to_json(rows))
        say_more(rows, limit, lambda row: row.account.id)
        return
    shown = [
        (
            row.account.id,
            row.account.fields.get("name"),
            row.account.fields.get("lifecycle"),
            row.account.fields.get("csm"),
            row.account.score,
            row.account.band,
            row.runs,
            row.open_tasks,
        )
        for row in rows
    ]
    headings = ("account", "name", "lifecycle", "csm", "health", "band", "runs", "open tasks")
    click.echo(table(shown, headings))
    say_more(rows, limit, lambda row: row.account.id)


@accounts_command.command("show")
@click.argument("account")
@format_option()
@with_session
def show_account(session: Session, account: str, form: str) -> None:
    """Show one ACCOUNT: fields, contacts, health, runs."""
    from engine.store.queries import accounts as queries

    with session.reading() as connection:
        page = queries.show_account(connection, AccountId(account))
    if form == "json":
        click.echo(to_json(page))
        return
    click.echo(table(sorted(page.account.fields.items()), ("field", "value")))
    click.echo(f"\nhealth: {_health(session, page.account)}")
    contacts = [(one.id, one.role, one.fields.get("first_name")) for one in page.contacts]
    click.echo("\n" + table(contacts, ("contact", "role", "first name")))
    runs = [(run.id, run.status, run.outcome, session.local(run.started_at)) for run in page.runs]
    click.echo("\n" + table(runs, ("run", "status", "outcome", "began")))


def _health(session: Session, account: Account) -> str:
    if account.score is None or account.band_since is None:
        return "no score is known yet"
    return f"{account.score:g}, {account.band} since {session.local(account.band_since)}"


@click.group("users")
def users_command() -> None:
    """See users."""


@users_command.command("list")
@format_option()
@with_session
def list_users(session: Session, form: str) -> None:
    """List users with calendar, manager and leave."""
    from engine.store.queries.people import list_users as query

    with session.reading() as connection:
        rows = query(connection)
    if form == "json":
        click.echo(to_json(rows))
        return
    shown = [(one.id, one.name, one.calendar, one.zone, one.manager, _leave(one)) for one in rows]
    click.echo(table(shown, ("user", "name", "calendar", "zone", "manager", "leave")))


def _leave(user: Any) -> str:
    return "; ".join(f"{first}..{last}" for first, last in user.leave)
