"""`tenure health`: scores and how they come about, overrides, and what another model would give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from engine.cli.options import as_option, format_option, limit_option, table, to_json
from engine.cli.session import Session, with_session
from engine.effects.entities import Account, AccountId
from engine.effects.ingesting import Ingested
from engine.errors import InputError
from engine.health.recording import is_forced, is_stale


@click.group("health")
def health_command() -> None:
    """See how health scores come about, and override them."""


@health_command.command("list")
@click.option("--band", help="Only accounts in this band.")
@click.option("--stale", is_flag=True, help="Only those with a measure that is stale.")
@click.option("--forced", is_flag=True, help="Only those whose band is forced.")
@click.option("--after", help="Continue after this account of the page before.")
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
@click.option("--reason", required=True, help="Why; people will read it.")
@click.option("--until", help="When it ends: 2026-04-30, 2026-04-30T18:00, or 14d from now.")
@as_option
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
@as_option
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


@health_command.command("recompute")
@click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A health.yaml to compute with; without it, the applied one.",
)
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with tenure.yaml: its health.yaml, within its schema and bands.",
)
@click.option("--from", "start", required=True, help="The first day: 2026-01-01.")
@click.option("--to", "end", help="The last instant; without it, now.")
@click.option("--account", "only", multiple=True, help="Only this account; repeat for more.")
@format_option()
@with_session
def recompute_command(
    session: Session,
    model: Path | None,
    workspace: Path | None,
    start: str,
    end: str | None,
    only: tuple[str, ...],
    form: str,
) -> None:
    """Say what scores would have been under another model; nothing that is recorded changes."""
    from engine.services.recomputing import models_in_file, models_of, recompute

    if model and workspace:
        raise InputError("--model and --workspace say two things", remedy="Leave one of them out.")
    if model:
        models = models_in_file(session.context, model)
    elif workspace:
        from engine.services.authoring import check_workspace

        models = models_of(check_workspace(workspace).workspace())
    else:
        models = session.context.health
    now = session.database.now
    begins = read_instant(start, session.zone)
    ends = min(read_instant(end, session.zone), now) if end else now
    found = recompute(session.database, models, begins, ends, only=only)
    if form == "json":
        moves = [
            {"recorded": one, "recomputed": other, "accounts": count}
            for (one, other), count in found.moves.items()
        ]
        click.echo(to_json({**_span(found), "moves": moves, "accounts": found.accounts}))
        return
    rows = [
        (
            one.account,
            one.recorded,
            one.recorded_band,
            one.recomputed,
            one.recomputed_band,
            _signed(one.change),
            f"{one.recorded_moves} -> {one.recomputed_moves}",
        )
        for one in sorted(found.accounts, key=lambda one: -abs(one.change or 0))
    ]
    headings = ("account", "recorded", "band", "recomputed", "band", "change", "band moves")
    click.echo(table(rows, headings))
    click.echo()
    moves_rows = sorted(((one or "-", other or "-", n) for (one, other), n in found.moves.items()))
    click.echo(table(moves_rows, ("recorded", "recomputed", "accounts")))
    click.echo("\nNothing was written.")


def _span(found: Any) -> dict[str, Any]:
    return {"from": found.start, "to": found.end, "models": found.models}


def _signed(change: float | None) -> str | None:
    return None if change is None else f"{change:+g}"


def read_instant(text: str, zone: str, *, now: datetime | None = None) -> datetime:
    """Read a day or an instant by the clock of a zone; with `now`, also a length of time from then.

    >>> read_instant("2026-03-02", "Europe/Berlin").isoformat()
    '2026-03-01T23:00:00+00:00'
    >>> read_instant("14d", "UTC", now=datetime(2026, 3, 2, tzinfo=UTC)).isoformat()
    '2026-03-16T00:00:00+00:00'
    """
    from engine.calendars import parse_span

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        span = parse_span(text) if now is not None else None
        if now is None or span is None or span.seconds is None:
            raise InputError(
                f"{text[:40]!r} is not a day or an instant",
                remedy="Write 2026-03-31, or 2026-03-31T14:00.",
            ) from None
        return now + timedelta(seconds=span.seconds)
    local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)
