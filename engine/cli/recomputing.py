"""`tenure health recompute`: what scores would have been under another model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.instants import DAY, period_of
from engine.cli.options import format_option, table, to_json
from engine.cli.progress import progress_bar
from engine.cli.session import Session, with_session
from engine.errors import InputError
from engine.health.models import Models

if TYPE_CHECKING:
    from engine.services.recomputing import Recomputed


@click.command("recompute")
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
@click.option("--from", "first", required=True, type=DAY, help="The first day.")
@click.option("--to", "last", type=DAY, help="The last day, included; without it, up to now.")
@click.option("--account", "only", multiple=True, help="Only this account; repeat for more.")
@format_option()
@with_session
def recompute_command(
    session: Session,
    model: Path | None,
    workspace: Path | None,
    first: datetime,
    last: datetime | None,
    only: tuple[str, ...],
    form: str,
) -> None:
    """Say what scores would have been under another model; nothing that is recorded changes."""
    from engine.services.recomputing import recompute

    models = _models(session, model, workspace)
    now = session.database.now
    begins, ends = period_of(first, last, session.zone, now)
    with _progress(session) as beat:
        found = recompute(session.database, models, begins, min(ends, now), only=only, beat=beat)
    click.echo(to_json(_plain(found)) if form == "json" else _written(found))


def _models(session: Session, model: Path | None, workspace: Path | None) -> Models:
    from engine.services.recomputing import models_in_file, models_of

    if model and workspace:
        raise InputError("--model and --workspace say two things", remedy="Leave one of them out.")
    if model:
        return models_in_file(session.context, model)
    if workspace:
        from engine.services.authoring import check_workspace

        return models_of(check_workspace(workspace).workspace())
    return session.context.health


@contextmanager
def _progress(session: Session) -> Iterator[Callable[[], None]]:
    """Show a bar that is told of each account."""
    from engine.store.queries.health import count_accounts

    with session.reading() as connection:
        many = count_accounts(connection)
    with progress_bar("Recomputing", many) as advance:
        yield lambda: advance(1)


def _plain(found: Recomputed) -> dict[str, Any]:
    moves = [
        {"recorded": one, "recomputed": other, "accounts": count}
        for (one, other), count in found.moves.items()
    ]
    span = {"from": found.start, "to": found.end, "models": found.models}
    return {**span, "moves": moves, "accounts": found.accounts}


def _written(found: Recomputed) -> str:
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
    moves = sorted(((one or "-", other or "-", n) for (one, other), n in found.moves.items()))
    by_band = table(moves, ("recorded", "recomputed", "accounts"))
    return f"{table(rows, headings)}\n\n{by_band}\n\nNothing was written."


def _signed(change: float | None) -> str | None:
    return None if change is None else f"{change:+g}"
