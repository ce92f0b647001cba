"""`tenure backtest`: what a playbook would have done in the past."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from engine.cli.instants import DAY
from engine.cli.options import data_dir_option, format_option, workspace_option, write_file
from engine.cli.progress import progress_bar
from engine.errors import InputError
from engine.services.backtesting import Files, Wanted, backtest, read_capacity
from engine.services.versions import Applied, needs_store
from engine.simulation.backtest.load import Capacity
from engine.simulation.backtest.result import Result, to_json

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_STEPS = 1000


@click.command("backtest")
@click.argument("playbook")
@click.option("--from", "first", required=True, type=DAY, help="The first day.")
@click.option("--to", "last", required=True, type=DAY, help="The last day, included.")
@click.option(
    "--against",
    metavar="VERSION",
    help="Another version to compare with: a file, git:REVISION, live, or an applied hash.",
)
@workspace_option
@data_dir_option
@click.option("--facts", type=_FILE, help="Facts from a file (JSON lines), not those recorded.")
@click.option("--accounts", type=_FILE, help="With --facts: accounts as they are today, CSV.")
@click.option("--contacts", type=_FILE, help="With --facts: contacts, CSV.")
@click.option("--users", type=_FILE, help="With --facts: users, CSV.")
@click.option("--mapping", type=_FILE, help="With --facts: columns to fields, as for import.")
@click.option(
    "--model",
    type=click.Choice(["then", "current"]),
    default="then",
    show_default=True,
    help="Scores as they were recorded, or as the health model of now computes them.",
)
@click.option(
    "--tasks",
    type=click.Choice(["done-on-time", "never"]),
    default="done-on-time",
    show_default=True,
    help="What people are taken to have done.",
)
@click.option(
    "--capacity",
    metavar="NUMBER|FILE",
    help="Tasks a week somebody has time for: one number, or CSV with id and tasks_per_week; "
    "else what tenure.yaml says.",
)
@click.option(
    "--as-occurred",
    is_flag=True,
    help="Take facts as known when they happened, not when they came in.",
)
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(0), help="Runs listed in text."
)
@format_option("text", "json", "html")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to a file, not to the terminal.",
)
def backtest_command(
    playbook: str,
    first: datetime,
    last: datetime,
    against: str | None,
    workspace: Path,
    data_dir: Path,
    facts: Path | None,
    accounts: Path | None,
    contacts: Path | None,
    users: Path | None,
    mapping: Path | None,
    model: Any,
    tasks: Any,
    capacity: str | None,
    as_occurred: bool,
    limit: int,
    form: str,
    output: Path | None,
) -> int:
    """Say what PLAYBOOK would have done in the past: who enters, what each gets, whose load.

    PLAYBOOK is a file, or the name of a live playbook (of one in the workspace, with --facts). Only
    what was known at each moment counts. Nothing is written and nothing is sent.
    """
    wanted = Wanted(
        playbook=playbook,
        first_day=first.date(),
        last_day=last.date(),
        against=against,
        files=_files(facts, accounts, contacts, users, mapping),
        model=model,
        diligence=tasks,
        capacity=_capacity(capacity),
        as_occurred=as_occurred,
        root=workspace,
    )
    stored = needs_store(against) or facts is None
    with _progress() as tell, _applied(data_dir, wanted=stored) as applied:
        result = backtest(wanted, applied, tell)
    _write(_written(result, form, limit), form, output)
    return 0


def _files(
    facts: Path | None,
    accounts: Path | None,
    contacts: Path | None,
    users: Path | None,
    mapping: Path | None,
) -> Files | None:
    if facts is None:
        if given := [path for path in (accounts, contacts, users, mapping) if path]:
            raise InputError(
                f"{given[0]} goes with facts from a file", remedy="Add --facts FILE.jsonl."
            )
        return None
    if accounts is None:
        raise InputError("facts from a file need the accounts", remedy="Add --accounts FILE.csv.")
    names: Any = {}
    if mapping is not None:
        from engine.store.importing.columns import read_mapping

        names = {kind: read_mapping(mapping, kind) for kind in ("accounts", "contacts", "users")}
    return Files(facts, accounts, contacts, users, names)


def _capacity(given: str | None) -> Capacity:
    if given is None:
        return Capacity()
    try:
        return Capacity(for_all=float(given))
    except ValueError:
        return Capacity(own=read_capacity(Path(given)))


@contextmanager
def _applied(data_dir: Path, *, wanted: bool) -> Iterator[Applied | None]:
    """Open the store where it is needed."""
    if not wanted:
        yield None
        return
    from engine.cli.session import open_session

    with open_session(data_dir) as session:
        context = session.context
        with session.reading() as connection:
            yield Applied(connection, context)


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """Show a bar that is told how much is done, from 0 to 1."""
    with progress_bar("Playing the past", _STEPS) as advance:
        reached = 0

        def tell(done: float) -> None:
            nonlocal reached
            if (steps := int(done * _STEPS) - reached) > 0:
                advance(steps)
                reached += steps

        yield tell


def _written(result: Result, form: str, limit: int) -> str:
    match form:
        case "json":
            return to_json(result)
        case "html":
            from engine.simulation.backtest.page import page

            return page(result)
    from engine.cli.backtest_text import tell

    return tell(result, limit)


def _write(text: str, form: str, output: Path | None) -> None:
    if output is None:
        click.echo(text)
        return
    write_file(output, text if text.endswith("\n") else f"{text}\n")
    click.echo(f"wrote {output}", err=True)
