"""`tenure facts rejects`: facts that were not taken in, and what becomes of them."""

from __future__ import annotations

from typing import Any

import click

from engine.cli.options import (
    after_option,
    as_option,
    format_option,
    limit_option,
    say_more,
    table,
    to_json,
)
from engine.cli.session import Session, with_session
from engine.errors import InputError

_numbers = click.argument("numbers", nargs=-1, type=click.IntRange(min=1))
_all = click.option("--all", "every", is_flag=True, help="All that are open.")
SHOWN = 60


@click.group("rejects")
def rejects_group() -> None:
    """Facts that were rejected: look at them, take them in after a fix, or drop them."""


@rejects_group.command("list")
@click.option("--closed", is_flag=True, help="Those that are done with too.")
@after_option
@limit_option
@format_option()
@with_session
def list_rejects(session: Session, closed: bool, after: str | None, limit: int, form: str) -> None:
    """List rejected facts, oldest first."""
    from engine.services import rejects
    from engine.store.queries.paging import read_number_cursor

    first = read_number_cursor(after) if after else 0
    found = rejects.list_rejects(session.database, closed=closed, after=first, limit=limit)
    if form == "json":
        click.echo(to_json(found))
        say_more(found, limit, lambda one: one.number)
        return
    shown = [
        (
            one.number,
            session.local(one.received_at),
            one.source or "-",
            *_about(one.written),
            one.why if len(one.why) <= SHOWN else one.why[: SHOWN - 1] + "…",
            "" if one.status == "open" else one.status,
        )
        for one in found
    ]
    click.echo(table(shown, ("number", "came", "from", "fact", "account", "why", "")))
    say_more(found, limit, lambda one: one.number)


def _about(written: Any) -> tuple[str, str]:
    if not isinstance(written, dict):
        return "not readable", "-"
    return str(written.get("fact", "-"))[:40], str(written.get("account", "-"))[:40]


@rejects_group.command("show")
@click.argument("number", type=click.IntRange(min=1))
@format_option()
@with_session
def show_reject(session: Session, number: int, form: str) -> None:
    """Show one rejected fact: what was sent, and why it was not taken in."""
    from engine.services import rejects

    found = rejects.show_reject(session.database, number)
    if form == "json":
        click.echo(to_json(found))
        return
    click.echo(f"reject {found.number}, {found.status}")
    click.echo(f"came {session.local(found.received_at)} from {found.source or 'nobody named'}")
    click.echo(f"why: {found.why}")
    if found.closed_at is not None:
        click.echo(f"{found.status} {session.local(found.closed_at)} by {found.closed_by}")
    click.echo(f"\n{to_json(found.written)}")


@rejects_group.command("replay")
@_numbers
@_all
@as_option
@format_option()
@with_session
def replay_rejects(
    session: Session, numbers: tuple[int, ...], every: bool, by: str, form: str
) -> int:
    """Take rejected facts in again, after what was wrong has been mended.

    One that still does not fit stays open, with the new reason. Twice is harmless.
    """
    from engine.services import rejects

    named = _named(numbers, every)
    done = []
    for one in rejects.replay(session.database, session.contexts.current, named, by=by):
        done.append(one)
        if form != "json":
            why = f": {one.answer.why}" if one.answer.why else ""
            click.echo(f"{one.number} {one.answer.status}{why}")
    if form == "json":
        click.echo(to_json(done))
    failed = sum(one.answer.status == "rejected" for one in done)
    if form != "json":
        click.echo(f"{len(done) - failed} taken in, {failed} still rejected")
    return 1 if failed else 0


@rejects_group.command("drop")
@_numbers
@_all
@as_option
@with_session
def drop_rejects(session: Session, numbers: tuple[int, ...], every: bool, by: str) -> None:
    """Close rejected facts that nobody wants any more."""
    from engine.services import rejects

    dropped = rejects.drop(session.database, _named(numbers, every), by=by)
    click.echo(f"{len(dropped)} dropped")


def _named(numbers: tuple[int, ...], every: bool) -> tuple[int, ...] | None:
    if bool(numbers) == every:
        raise InputError(
            "say which rejects", remedy="Give their numbers, or --all for all that are open."
        )
    return None if every else numbers
