"""`tenure sends`: what left the house, and whether it arrived nobody knows, or was refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from engine.cli.options import as_option, format_option, limit_option, table, to_json
from engine.cli.session import Session, with_session


@click.group("sends")
def sends_command() -> None:
    """See to sends that need a person: unclear or refused."""


@sends_command.command("list")
@limit_option
@format_option()
@with_session
def list_sends(session: Session, limit: int, form: str) -> int:
    """List sends that may or may not have arrived, and refused ones."""
    from engine.store.queries import runs as queries

    stale = session.database.now - timedelta(minutes=15)
    with session.reading() as connection:
        found = queries.unclear_sends(connection, stale_before=stale, limit=limit)
    if form == "json":
        click.echo(to_json(list(found)))
        return 0
    rows = [
        (one.key, one.status, one.verb, one.recipient, session.local(one.at), one.reason)
        for one in found
    ]
    click.echo(
        table(rows, ("send", "status", "verb", "to", "at", "why"))
        if rows
        else "No send is unclear."
    )
    return 0


@sends_command.command("settle")
@click.argument("send")
@click.argument("verdict", type=click.Choice(["arrived", "never-arrived"]))
@click.option("--reason", default="", help="How you know.")
@as_option
@with_session
def settle(session: Session, send: str, verdict: Any, reason: str, by: str) -> None:
    """Write down what became of an unclear SEND."""
    from engine.services.sends import settle as settle_send

    found = settle_send(session.database, send, by=by, verdict=verdict, reason=reason)
    click.echo(f"{found.key}: {found.status}")
