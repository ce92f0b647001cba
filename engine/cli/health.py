"""`tenure health`: scores and how they come about, overrides, and what another model would give."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from engine.cli.instants import read_instant
from engine.cli.options import (
    after_option,
    as_user_option,
    format_option,
    limit_option,
    reason_option,
    say_more,
    table,
    to_json,
)
from engine.cli.recomputing import recompute_command
from engine.cli.session import Session, with_session
from engine.effects.entities import Account, AccountId
from engine.effects.ingesting import Ingested
from engine.health.recording import is_forced, is_stale


@click.group("health")
def health_command() -> None:
    """See how health scores come about, and override them."""


@health_command.command("list")
@click.option("--band", help="Only accounts in this band.")
@click.option("--stale", is_flag=True, help="Only those with a measure that is stale.")
@click.option("--forced", is_flag=True, help="Only those whose band is forced.")
@after_option
@limit_option
@format_option()
@with_session
def list_health(
    session: Session,
    band: str | None,
    stale: bool,
    forced: bool,
    after: str | None,
    limit: int,
    form: str,
) -> None:
    """List accounts by score, the lowest first."""
    from engine.store.queries import health as queries

    with session.reading() as connection:
        found = queries.list_health(
            connection,
            band=band,
            stale=stale,
            forced=forced,
            after=AccountId(after) if after else None,
            limit=limit,
        )
    if form == "json":
        click.echo(to_json([_as_row(one) for one in found]))
        say_more(found, limit, lambda one: one.id)
        return
    rows = [
        (
            one.id,
            one.fields.get("name"),
            one.score,
            one.band,
            session.local(one.band_since),
            (one.assessment or {}).get("model") or "from outside",
            " ".join(_flags(one)),
        )
        for one in found
    ]
    click.echo(table(rows, ("account", "name", "score", "band", "since", "model", "")))
    say_more(found, limit, lambda one: one.id)


def _flags(one: Account) -> list[str]:
    forced = ["forced"] if is_forced(one.assessment) else []
    return [*forced, *(["stale"] if is_stale(one.assessment) else [])]


def _as_row(one: Account) -> dict[str, Any]:
    return {
        "account": one.id,
        "name": one.fields.get("name"),
        "score": one.score,
        "band": one.band,
        "band_since": one.band_since,
        "model": (one.assessment or {}).get("model"),
        "flags": _flags(one),
    }


@health_command.command("explain")
@click.argument("account")
@click.option("--at", "when", help="As it was known then: 2026-03-31, or 2026-03-31T14:00.")
@format_option()
@with_session
def explain_health(session: Session, account: str, when: str | None, form: str) -> None:
    """Print the sum behind an ACCOUNT's score, for a person to check by hand."""
    from engine.health.explaining import explain as lines_of
    from engine.services.health import explain

    at = read_instant(when, session.zone) if when else None
    found = explain(session.database, session.context, account, at)
    if form == "json":
        click.echo(
            to_json(
                {
                    "account": found.account.id,
                    "at": found.at,
                    "score": found.score,
                    "band": found.band,
                    "model": found.model,
                    "inputs": found.kept,
                }
            )
        )
        return
    name = found.account.fields.get("name") or found.account.id
    by = f"model {found.model}" if found.model else "score from outside"
    click.echo(click.style(f"{name} ({found.account.id})", bold=True))
    if found.score is None and found.kept is None:
        click.echo("No score is known yet, and no health model has this account.")
        return
    click.echo(f"{_number(found.score)} {found.band}, {session.local(found.at)}, {by}\n")
    for line in lines_of(found.kept or {}, session.local):
        click.echo(line)


def _number(score: float | None) -> str:
    return "no score," if score is None else f"{score:g}"


@health_command.command("history")
@click.argument("account")
@limit_option
@format_option()
@with_session
def show_history(session: Session, account: str, limit: int, form: str) -> None:
    """List an ACCOUNT's scores as they were known, the latest first, and what was forced on it."""
    from engine.store.queries import health as queries
    from engine.store.queries.accounts import show_account

    with session.reading() as connection:
        show_account(connection, AccountId(account))
        scores = queries.score_history(connection, AccountId(account), limit=limit)
        overrides = queries.overrides_of(connection, AccountId(account))
    if form == "json":
        click.echo(to_json({"scores": scores, "overrides": overrides}))
        return
    rows = [
        (session.local(one.at), one.score, one.band, one.model or "from outside", _late(one))
        for one in scores
    ]
    click.echo(table(rows, ("at", "score", "band", "model", "")))
    if overrides:
        forced = [
            (
                one.band,
                one.by,
                session.local(one.made_at),
                session.local(one.ended_at or one.expires_at),
                one.ended_by or ("in force" if one.ended_at is None else ""),
                one.reason,
            )
            for one in overrides
        ]
        click.echo("\n" + table(forced, ("forced", "by", "from", "until", "ended by", "reason")))


def _late(one: Any) -> str:
    return "came late" if one.known_at - one.at > timedelta(minutes=1) else ""


@health_command.command("override")
@click.argument("account")
@click.argument("band")
@reason_option("Why; people will read it.")
@click.option("--until", help="When it ends: 2026-04-30, 2026-04-30T18:00, or 14d from now.")
@as_user_option
@with_session
def override_command(
    session: Session, account: str, band: str, reason: str, until: str | None, by: str
) -> None:
    """Force an ACCOUNT into a BAND until it is released, or until an instant."""
    from engine.services.health import override_health

    now = session.database.now
    ends = read_instant(until, session.zone, now=now) if until else None
    led_to = override_health(
        session.database, session.context, account, band, reason=reason, by=by, until=ends
    )
    click.echo(f"{account} is {band}" + (f" until {session.local(ends)}." if ends else "."))
    _say(led_to)


@health_command.command("release")
@click.argument("account")
@as_user_option
@with_session
def release_command(session: Session, account: str, by: str) -> None:
    """End the override of an ACCOUNT; its own score counts again."""
    from engine.services.health import explain, release_health

    led_to = release_health(session.database, session.context, account, by=by)
    found = explain(session.database, session.context, account)
    click.echo(f"{account} is {found.band} again, with {_number(found.score)}.")
    _say(led_to)


def _say(led_to: Ingested) -> None:
    for run in led_to.started:
        click.echo(f"  started {run}")
    for run in led_to.woken:
        click.echo(f"  woke {run}")


health_command.add_command(recompute_command)
