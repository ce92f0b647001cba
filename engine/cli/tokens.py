"""`tenure tokens`: who may use the HTTP API, and for what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from engine.cli.instants import read_instant
from engine.cli.options import as_option, format_option, table, to_json
from engine.cli.session import Session, with_session
from engine.errors import InputError

NEVER = "never"


@click.group("tokens")
def tokens_command() -> None:
    """Make, list and revoke the tokens of the HTTP API."""


@tokens_command.command("create")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="What it may do; may be repeated."
)
@click.option(
    "--expires",
    default="90d",
    show_default=True,
    help="After how long (90d), when (2027-01-31), or never.",
)
@as_option
@format_option()
@with_session
def create(
    session: Session, name: str, scopes: tuple[str, ...], expires: str, by: str, form: str
) -> None:
    """Make a token called NAME, and show it once."""
    from engine.services import tokens

    until = _end(session.database.real_time, expires)
    token, written = tokens.create(session.database, name, scopes, by=by, expires_at=until)
    if form == "json":
        click.echo(to_json({**_plain(token), "token": written}))
        return
    click.echo(written)
    ends = f"until {token.expires_at:%Y-%m-%d %H:%M} UTC" if token.expires_at else "for ever"
    click.echo(f"{token.id} {name}: {', '.join(token.scopes)}, {ends}.", err=True)
    click.echo("Keep it safe now: it is not shown again.", err=True)


@tokens_command.command("list")
@format_option()
@with_session
def list_tokens(session: Session, form: str) -> None:
    """List tokens, the newest first; never the tokens themselves."""
    from engine.services import tokens

    found = tokens.list_all(session.database)
    if form == "json":
        click.echo(to_json([_plain(one) for one in found]))
        return
    now = session.database.real_time
    rows = [
        (
            one.id,
            one.name,
            "good" if one.is_good(now) else "revoked" if one.revoked_at else "expired",
            " ".join(one.scopes),
            one.expires_at,
            one.used_at,
            one.created_by,
        )
        for one in found
    ]
    headings = ("token", "name", "is", "scopes", "expires (UTC)", "last used (UTC)", "made by")
    click.echo(table(rows, headings) if rows else "There is no token.")


@tokens_command.command("revoke")
@click.argument("token")
@with_session
def revoke(session: Session, token: str) -> None:
    """End a TOKEN (its id) at once."""
    from engine.services import tokens

    ended = tokens.revoke(session.database, token)
    click.echo(f"revoked {ended.id} {ended.name}")


def _end(now: datetime, written: str) -> datetime | None:
    if written == NEVER:
        return None
    try:
        return read_instant(written, "UTC", now=now)
    except InputError as error:
        remedy = "Write --expires 90d, --expires 2027-01-31, or --expires never."
        raise InputError(error.message, remedy=remedy) from None


def _plain(token: Any) -> dict[str, Any]:
    return {name: getattr(token, name) for name in type(token).__dataclass_fields__}
