"""`tenure sweeps`: what the clock sets off, what it will, and looking now."""

from __future__ import annotations

from datetime import timedelta

import click

from engine.cli.options import format_option, limit_option, table, to_json
from engine.cli.session import Session, with_session
from engine.effects.sweeping import Swept
from engine.services.runner import SweepSchedule
from engine.services.sweeping import KINDS, look_ahead, on_time, sweep
from engine.store.sweep_failures import count_failures, list_failures
from engine.wording import counted


@click.group("sweeps")
def sweeps_command() -> None:
    """See what the clock will set off, and look for what is due."""


@sweeps_command.command("list")
@format_option()
@with_session
def list_sweeps(session: Session, form: str) -> int:
    """List how often each kind is looked for, when last and when next, in real time; and say how
    many accounts could not be done."""
    found = session.runner.sweeps()
    with session.reading() as connection:
        undone = count_failures(connection)
    if form == "json":
        click.echo(to_json(found))
    else:
        rows = [
            (one.kind, f"{one.every_s:g} s", one.last_at, one.last_ended, _next(one))
            for one in found
        ]
        headings = ("kind", "every", "last (UTC)", "ended", "next (UTC)")
        click.echo(table(rows, headings) if rows else "No worker has made them yet: `tenure up`.")
        if undone:
            what = counted(undone, "account")
            click.echo(f"\n{what} could not be done: `tenure sweeps failed`.")
    return 1 if undone or any(one.last_ended == "failed" for one in found) else 0


def _next(one: SweepSchedule) -> object:
    return "paused" if one.paused else one.next_at


@sweeps_command.command("failed")
@click.option("--kind", type=click.Choice(list(KINDS)), help="Of one kind only.")
@limit_option
@format_option()
@with_session
def failed(session: Session, kind: str | None, limit: int, form: str) -> int:
    """List the accounts that sweeps could do nothing for, why, since when, and how often they were
    tried; the oldest first. They are tried again by the next sweep (health: after an hour; a moment
    of a schedule: as long as it is the latest, and not too late). Exit code 1 when there are any.
    """
    with session.reading() as connection:
        found = list_failures(connection, kind=kind)
    if form == "json":
        click.echo(to_json(found[:limit]))
        return 1 if found else 0
    rows = [
        (
            one.kind,
            one.account,
            session.local(one.since),
            one.times,
            f"{one.what}: {one.why}" if one.what else one.why,
        )
        for one in found[:limit]
    ]
    headings = ("kind", "account", "since", "tried", "why")
    click.echo(table(rows, headings) if rows else "Every account could be done.")
    if len(found) > limit:
        click.echo(f"\n{len(found) - limit} more; see them with --limit.")
    return 1 if found else 0


@sweeps_command.command("ahead")
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 366), help="How far.")
@click.option("--playbook", help="Of one playbook only.")
@click.option("--account", help="For one account only; schedules name none.")
@limit_option
@format_option()
@with_session
def ahead(
    session: Session, days: int, playbook: str | None, account: str | None, limit: int, form: str
) -> None:
    """List the moments of date triggers to come, and when each schedule comes round next."""
    found = look_ahead(
        session.database,
        session.context,
        timedelta(days=days),
        playbook=playbook,
        account=account,
    )
    if form == "json":
        click.echo(to_json(found[:limit]))
        return
    rows = [
        (
            session.local(one.at),
            one.playbook,
            one.account or "those that match",
            one.contact,
            one.rule,
        )
        for one in found[:limit]
    ]
    headings = ("when", "playbook", "account", "contact", "because of")
    nothing = f"Nothing comes in the next {counted(days, 'day')}."
    click.echo(table(rows, headings) if rows else nothing)
    if len(found) > limit:
        click.echo(f"\n{len(found) - limit} more; see them with --limit.")


@sweeps_command.command("run")
@click.argument("kinds", nargs=-1, type=click.Choice(list(KINDS)), metavar="[KIND]...")
@format_option()
@with_session
def run(session: Session, kinds: tuple[str, ...], form: str) -> int:
    """Look now for what is due: dates, schedules, conditions, health; for runs that are over in
    Temporal without having said so; and for records to delete (retention). All when none is named.

    The worker does so every minute by itself (runs every five minutes, retention every hour); doing
    it twice sets nothing off twice.
    """
    grace = on_time(session.settings.sweep_every_s, session.database.clock)
    swept = {
        kind: sweep(
            session.database,
            session.context,
            kind,
            grace=grace,
            runner=lambda: session.runner,
        )
        for kind in kinds or KINDS
    }
    failed = [one for each in swept.values() for one in each.failed]
    if form == "json":
        click.echo(to_json({kind: _counts(one) for kind, one in swept.items()}))
    else:
        rows = [(kind, *_counts(one).values()) for kind, one in swept.items()]
        click.echo(table(rows, ("kind", "began", "did not begin", "closed", "deleted", "failed")))
        for account, why in failed:
            click.echo(f"{account}: {why}", err=True)
    return 1 if failed else 0


def _counts(swept: Swept) -> dict[str, int]:
    return {
        "began": swept.started,
        "did_not_begin": swept.refused,
        "closed": len(swept.closed),
        "deleted": swept.deleted,
        "failed": len(swept.failed),
    }
