"""`tenure enroll`: begin runs by hand, and see to what is held and what was decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

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
from engine.effects.enrolling_entities import Held
from engine.effects.entities import AccountId
from engine.errors import InputError, StoreError


class StartUnlessSaid(click.Group):
    """A group that starts when no other command is named: `enroll rescue acme` is `enroll start
    rescue acme`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `start` in front of a playbook's name."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["start", *args]
        return super().parse_args(ctx, args)


@click.group("enroll", cls=StartUnlessSaid)
def enroll_command() -> None:
    """Begin a run (`enroll PLAYBOOK ACCOUNT`), or see to what is held and what was decided."""


@enroll_command.command("start")
@click.argument("playbook")
@click.argument("account")
@click.option("--contact", help="For a playbook that runs for contacts: whom.")
@click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="An input.")
@click.option("--force", is_flag=True, help="Even if the playbook's `when` does not match.")
@as_user_option
@with_session
def start(
    session: Session,
    playbook: str,
    account: str,
    contact: str | None,
    inputs: tuple[str, ...],
    force: bool,
    by: str,
) -> int:
    """Begin a run of PLAYBOOK for ACCOUNT by hand; `start` may be left out."""
    from engine.services.enrolling import enroll_by_hand

    result = enroll_by_hand(
        session.database,
        session.context,
        playbook,
        account,
        by=by,
        contact=contact,
        inputs=pairs(inputs, "--input tier=gold"),
        force=force,
    )
    if result.enrollment is not None:
        click.echo(result.enrollment)
        return 0
    if result.held is not None:
        click.echo(f"held as {result.held}: {result.why}")
        return 0
    click.echo(f"not enrolled: {result.why}")
    return 1


# --- what is held -----------------------------------------------------------------------------

_kind_option = click.option(
    "--kind",
    type=click.Choice(["brake", "queue", "group"]),
    help="Only what the brake holds, what queues behind a run, or what waits for its group.",
)
_ids = click.argument("ids", nargs=-1, metavar="[ID]...")
_playbook_option = click.option("--playbook", help="What the brake holds of this playbook.")
_all_option = click.option("--all", "every", is_flag=True, help="All of it.")
_at_most_option = click.option(
    "--at-most", type=click.IntRange(1), help="So many of it, the oldest first."
)


@enroll_command.command("held")
@click.option("--playbook", help="Only this playbook's.")
@_kind_option
@click.option(
    "--closed", is_flag=True, help="What was held and is no more, latest first: by whom, and why."
)
@after_option
@limit_option
@format_option()
@with_session
def held(
    session: Session,
    playbook: str | None,
    kind: Any,
    closed: bool,
    after: str | None,
    limit: int,
    form: str,
) -> None:
    """List what is held, oldest first: it begins when it is released, or what it waits for ends."""
    from engine.store.queries.held import list_closed, list_held

    query = list_closed if closed else list_held
    with session.reading() as connection:
        rows = query(connection, playbook=playbook, kind=kind, after=after, limit=limit)
    if form == "json":
        click.echo(to_json([row.held for row in rows]))
    elif not rows:
        click.echo("Nothing was held." if closed else "Nothing is held.")
    elif closed:
        _show_closed(session, [row.held for row in rows])
    else:
        shown = [
            (
                row.held.id,
                row.account_name or row.held.account,
                row.held.contact,
                session.local(row.held.held_at),
                row.held.kind,
                row.held.why,
            )
            for row in rows
        ]
        since = f"since ({session.zone})"
        click.echo(table(shown, ("id", "account", "contact", since, "by", "why")))
    say_more(rows, limit, lambda row: row.cursor)


def _show_closed(session: Session, rows: Iterable[Held]) -> None:
    shown = [
        (one.id, one.status, session.local(one.closed_at), one.closed_by, one.why) for one in rows
    ]
    click.echo(table(shown, ("id", "came to", f"at ({session.zone})", "by", "why")))


@enroll_command.command("release")
@_ids
@_playbook_option
@_all_option
@_at_most_option
@click.option("--force", is_flag=True, help="Even if the playbook's `when` no longer matches.")
@as_user_option
@with_session
def release(
    session: Session,
    ids: tuple[str, ...],
    playbook: str | None,
    every: bool,
    at_most: int | None,
    force: bool,
    by: str,
) -> int:
    """Let what is held begin, by ID, or all that the brake holds of a playbook."""
    from engine.services.holding import release as release_one

    def let_begin(id: str) -> str:
        found = release_one(session.database, session.context, id, by=by, force=force)
        became = {"started": "began", "held": "is still held"}.get(found.decision, "was dropped")
        return f"{id} {became}" + ("" if found.decision == "started" else f": {found.why}")

    return _for_each(_which(session, ids, playbook, every, at_most), let_begin)


@enroll_command.command("drop")
@_ids
@_playbook_option
@_all_option
@_at_most_option
@reason_option("Why, for whoever asks later.")
@as_user_option
@with_session
def drop(
    session: Session,
    ids: tuple[str, ...],
    playbook: str | None,
    every: bool,
    at_most: int | None,
    reason: str,
    by: str,
) -> int:
    """Leave out what is held, by ID, or all that the brake holds of a playbook."""
    from engine.services.holding import drop as drop_one

    def leave_out(id: str) -> str:
        drop_one(session.database, id, by=by, reason=reason)
        return f"dropped {id}"

    return _for_each(_which(session, ids, playbook, every, at_most), leave_out)


def _for_each(ids: Iterable[str], do: Callable[[str], str]) -> int:
    """Do it for each and print what it says; one it cannot be done for leaves the others."""
    failed, id = 0, None
    for id in ids:
        try:
            click.echo(do(id))
        except StoreError as error:
            click.echo(f"{id}: {error.message}", err=True)
            click.echo(f"  help: {error.remedy}", err=True)
            failed += 1
    if id is None:
        click.echo("The brake holds none.")
    return 2 if failed else 0


def _which(
    session: Session,
    ids: tuple[str, ...],
    playbook: str | None,
    every: bool,
    at_most: int | None,
) -> Iterable[str]:
    from engine.services.holding import held_ids

    if ids and playbook is None and not every and at_most is None:
        return ids
    if playbook is None or ids or every == (at_most is not None):
        raise InputError(
            "it is not said which are meant",
            remedy="Give ids, or --playbook with --all or --at-most.",
        )
    return list(held_ids(session.database, playbook, "brake", at_most))


# --- what was decided -------------------------------------------------------------------------


@enroll_command.command("decisions")
@click.option("--playbook", help="Only this playbook's.")
@click.option("--account", help="Only about this account.")
@click.option(
    "--only",
    type=click.Choice(["started", "refused", "held", "draft"]),
    help="Only what came to this; `draft`: what a draft would have begun.",
)
@after_option
@limit_option
@format_option()
@with_session
def decisions(
    session: Session,
    playbook: str | None,
    account: str | None,
    only: str | None,
    after: str | None,
    limit: int,
    form: str,
) -> None:
    """List what triggers came to, newest first: which rule, when, and why."""
    from engine.store.queries.decisions import list_decisions

    with session.reading() as connection:
        rows = list_decisions(
            connection,
            playbook=playbook,
            account=AccountId(account) if account else None,
            decision=only,
            after=after,
            limit=limit,
        )
    found = [row.decision for row in rows]
    if form == "json":
        click.echo(to_json(found))
    elif not found:
        click.echo("No trigger was set off.")
    else:
        shown = [
            (
                session.local(one.at),
                one.playbook,
                one.contact or one.account,
                one.decision,
                one.rule,
                one.why,
            )
            for one in found
        ]
        click.echo(table(shown, ("at", "playbook", "for", "came to", "rule", "why")))
    say_more(rows, limit, lambda row: row.cursor)
