"""`tenure up`, `demo`, `status`, `db`: the servers of one machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from engine.cli.options import data_dir_option, format_option, table, to_json
from engine.errors import InputError, TenureError
from engine.stack.datadir import StackInfo, read_stack
from engine.stack.place import Report
from engine.stack.ports import Wish
from engine.stack.stopping import Stopped
from engine.stack.supervisor import POSTGRES_PORT, TEMPORAL_PORT, UI_PORT, Command, Stack

WEB_PORT = 8244


def _port(name: str, default: int, what: str) -> Callable[[Any], Any]:
    return click.option(
        name,
        default=default,
        show_default=True,
        type=click.IntRange(0, 65535),
        help=f"Port of {what}; 0 picks a free one.",
    )


@click.command("up")
@data_dir_option
@_port("--postgres-port", POSTGRES_PORT, "PostgreSQL")
@_port("--temporal-port", TEMPORAL_PORT, "Temporal")
@_port("--ui-port", UI_PORT, "Temporal's UI")
@_port("--web-port", WEB_PORT, "the pages that emails lead to")
def up_command(
    data_dir: Path, postgres_port: int, temporal_port: int, ui_port: int, web_port: int
) -> None:
    """Start PostgreSQL, Temporal, a worker and the web pages, and keep them running until
    Ctrl-C."""
    stack = Stack(
        data_dir,
        postgres_port=postgres_port,
        temporal_port=temporal_port,
        ui_port=ui_port,
        ports={"web": Wish("the web pages", web_port, "--web-port")},
        commands=[worker_command(), web_command()],
        settings=shared_settings(data_dir),
        prepare=prepare,
        report=show_report,
    )
    try:
        with stack:
            click.echo(
                f"\nRunning. Temporal's UI: {stack.info.ui_url}\n"
                f"Links in emails lead to {links_to(stack.info)}.\n"
                f"The API is at {api_at(stack.info)}; `tenure tokens create` lets others in.\n"
                "In another terminal: tenure apply, tenure import, tenure enroll, tenure tasks"
                f"{_elsewhere(data_dir)}.\n"
                "Ctrl-C stops it; nothing is lost."
            )
            stack.wait()
    except Stopped:  # by Ctrl-C while it was starting
        raise click.Abort from None


def _elsewhere(data_dir: Path) -> str:
    """Say how commands find a stack that does not run on the folder they look in."""
    plain = data_dir.resolve() == Path(".tenure").resolve()
    return "" if plain else f",\neach with --data-dir {data_dir.resolve()}"


def worker_command() -> Command:
    """Return how a worker process is started."""
    return Command("worker", [sys.executable, "-m", "worker"])


def web_command() -> Command:
    """Return how the process with the web pages is started."""
    return Command("web", [sys.executable, "-m", "engine.web"])


def links_to(info: StackInfo) -> str:
    """Return where links in the stack's emails lead."""
    shared = info.settings
    return shared.get("public_url") or f"http://127.0.0.1:{shared.get('web_port', WEB_PORT)}"


def api_at(info: StackInfo) -> str:
    """Return where the API is, as seen from this machine."""
    return f"http://127.0.0.1:{info.settings.get('web_port', WEB_PORT)}/api/v1"


def shared_settings(data_dir: Path) -> dict[str, str]:
    """Return what all processes of the stack must agree on: the clock, and how emails leave.

    A data directory keeps the clock it began with: its instants mean nothing by another one.
    """
    from engine.delivery.settings import from_settings
    from engine.settings import load_settings

    settings = load_settings()
    kept = data_dir.expanduser() / "clock"
    clock = kept.read_text().strip() if kept.exists() else settings.clock
    if "clock" in settings.model_fields_set and settings.clock != clock:
        raise InputError(
            f"{data_dir} was begun with the clock {clock!r}, not {settings.clock!r}",
            remedy="Unset TENURE_CLOCK, or use another --data-dir.",
        )
    email = settings.email_url.get_secret_value()
    if "email_url" not in settings.model_fields_set:
        email = f"eml:{data_dir.expanduser().absolute() / 'outbox'}"
    from_settings(email)  # said now, not by a worker that cannot start
    shared = {"clock": clock, "email_url": email}
    return shared | ({"public_url": settings.public_url} if settings.public_url else {})


def prepare(info: StackInfo) -> None:
    """Bring the database to the newest schema and write down the clock it lives by."""
    from engine.store import schema

    schema.upgrade(info.database_url)
    (Path(info.data_dir) / "clock").write_text(info.settings.get("clock", "real") + "\n")


def show_report(report: Report) -> None:
    """Say what the stack is doing."""
    detail = f" {report.detail}" if report.detail else ""
    click.echo(f"  {report.what:9} {report.name}{detail}")


@click.command("status")
@data_dir_option
@format_option()
def status_command(data_dir: Path, form: str) -> int:
    """Say whether a stack runs on the data directory, where, and what it still owes to runs."""
    info = read_stack(data_dir)
    if info is None:
        click.echo(to_json(None) if form == "json" else f"No stack runs on {data_dir}.")
        return 1
    shown = {
        "data_dir": info.data_dir,
        "postgres": f"127.0.0.1:{info.postgres_port}",
        "temporal": info.temporal_address,
        "ui": info.ui_url,
        "links": links_to(info),
        "api": api_at(info),
        "clock": info.settings.get("clock", "real"),
        "outbox": _owed(data_dir),
    }
    processes = {process.name: process.pid for process in info.processes}
    if form == "json":
        click.echo(to_json({**shown, "processes": processes}))
    else:
        told = ", ".join(f"{name} ({pid})" for name, pid in processes.items())
        click.echo(table([*shown.items(), ("processes", told)], ("what", "where")))
    return 0


def _owed(data_dir: Path) -> str:
    """Say what waits to be handed to Temporal; more than a moment's work means that it is away."""
    from engine.cli.session import open_session
    from engine.store.outbox import backlog
    from engine.wording import counted

    try:
        with open_session(data_dir) as session, session.reading() as connection:
            owed, tried = backlog(connection)
    except TenureError as error:
        return f"unknown: {error.message}"
    if not owed:
        return "nothing owed"
    return f"{counted(owed, 'delivery', 'deliveries')} owed, {tried} tried before"


@click.group("db")
def db_command() -> None:
    """Look after the database."""


@db_command.command("upgrade")
@data_dir_option
def upgrade(data_dir: Path) -> None:
    """Bring the database to the newest schema."""
    from engine.cli.session import open_session
    from engine.store import schema

    with open_session(data_dir) as session:
        schema.upgrade(session.database.url)
        click.echo(f"The schema is at {schema.current(session.database.url)}.")


@click.command("demo")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".tenure-demo"),
    show_default=True,
    help="Where the demo keeps its data; emptied at the start.",
)
@click.option("--day", "day_s", default=1.2, show_default=True, help="Seconds that a day takes.")
@click.option("--days", default=70, show_default=True, help="Days to play.")
@click.option(
    "--web-port",
    default=WEB_PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port of the pages that emails lead to; when it is taken, a free one.",
)
def demo_command(data_dir: Path, day_s: float, days: int, web_port: int) -> None:
    """Play the onboarding playbook on real parts, in time-lapse."""
    from engine.cli.demo import play

    play(data_dir, day_s=day_s, days=days, web_port=web_port)
