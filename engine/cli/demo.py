"""`tenure demo`: the onboarding playbook on real parts, in time-lapse, told as it happens.

Starts the stack of `tenure up` with a clock that runs days in seconds, imports the example
workspace, lets `services.rehearsal` act the people, and shows what they would see.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import click

from engine.cli.session import Session
from engine.cli.stack import prepare, web_command, worker_command
from engine.cli.why import show_explanation
from engine.delivery.catcher import Catcher
from engine.effects.story import tell
from engine.errors import InputError
from engine.plan.clock import Clock
from engine.services.applying import apply
from engine.services.authoring import check_workspace
from engine.services.importing import bring_in
from engine.services.rehearsal import Cast, Happened, read_story
from engine.services.why import explain
from engine.settings import load_settings
from engine.stack.datadir import StackInfo, read_stack
from engine.stack.ports import Wish
from engine.stack.supervisor import Stack
from engine.store.database import Database
from engine.store.importing import read_mapping
from engine.store.queries import runs as run_queries
from engine.store.queries.accounts import list_accounts
from engine.store.queries.paging import LONGEST_PAGE
from engine.store.queries.tasks import list_tasks
from engine.wiring import Contexts, open_database
from engine.wording import counted

EXAMPLE = Path(__file__).parents[2] / "examples" / "workspace"
BEGINS = datetime(2026, 3, 2, 7, tzinfo=UTC)
"""A Monday morning in Europe: what the story's facts count from."""
TOLD = "onboarding"
"""The playbook of which one run is told step by step; its name begins the names of its runs."""
START_S = 11
"""What the stack is given to come up before the story begins."""
MARK = ".tenure-demo"
_SHOWN = ("task", "sent", "escalation", "task.completed", "outcome", "milestone", "chose")


def play(data_dir: Path, *, day_s: float, days: int, web_port: int) -> None:
    """Play the demonstration from a clean start; ends by itself."""
    _check_pace(day_s, days)
    if not EXAMPLE.is_dir():
        raise InputError(
            "the demo's workspace is not here: it comes with the source, not with the package",
            remedy="Run `make demo` in a checkout of the repository.",
        )
    directory = _clean(data_dir)
    with Catcher(directory=directory / "mails") as catcher:
        clock = _clock(day_s)
        stack = Stack(
            directory / "data",
            postgres_port=0,
            temporal_port=0,
            ui_port=0,
            ports={"web": Wish("the web pages", web_port, "--web-port", or_any=True)},
            commands=[worker_command(), web_command()],
            settings={
                "clock": clock.spec,
                "email_url": f"smtp://127.0.0.1:{catcher.port}?tls=none",
            },
            prepare=_prepare,
        )
        click.echo("Starting PostgreSQL, Temporal, a worker and the web pages …")
        began = time.monotonic()
        with stack:
            click.echo(f"  ready after {time.monotonic() - began:.1f} s")
            _perform(stack, catcher, directory, days=days, day_s=day_s)


def _clean(data_dir: Path) -> Path:
    """Empty the demo's own directory; refuse one that is not the demo's."""
    directory = data_dir.expanduser().absolute()
    if directory.exists() and any(directory.iterdir()) and not (directory / MARK).is_file():
        raise InputError(
            f"{directory} holds something that is not a demo's",
            remedy="Choose another directory with --data-dir.",
        )
    if (running := read_stack(directory / "data")) is not None:
        raise InputError(
            f"a demo is still running on {directory} (process {running.pid})",
            remedy="Stop it with Ctrl-C first.",
        )
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    (directory / MARK).write_text("Made by `tenure demo`, which empties it at its next start.\n")
    return directory


def _check_pace(day_s: float, days: int) -> None:
    if not 0 < day_s <= 86400:
        raise InputError("a day of the demo must take some time", remedy="Try --day 1.2.")
    if days < 1:
        raise InputError("the demo plays at least one day", remedy="Try --days 70.")


def _clock(day_s: float) -> Clock:
    return Clock(time.time() + START_S, BEGINS.timestamp(), 86400 / day_s)


def _prepare(info: StackInfo) -> None:
    """Bring the schema, the playbooks and the people into the new database."""
    prepare(info)
    settings = load_settings(
        database_url=info.database_url, data_dir=Path(info.data_dir), **info.settings
    )
    database = open_database(settings, connections=2)
    try:
        checkup = check_workspace(EXAMPLE)
        apply(database, checkup.workspace(), checkup.plans, by="demo")
        context = Contexts(database, settings).current()
        counts = []
        for kind in ("users", "accounts", "contacts"):
            columns = read_mapping(EXAMPLE / "data" / "mapping.yaml", kind)
            path = EXAMPLE / "data" / f"{kind}.csv"
            report = bring_in(database, context, kind, path, columns)
            counts.append(f"{report.imported} {kind}")
        click.echo(f"  imported {', '.join(counts)}; live: {', '.join(sorted(checkup.plans))}")
    finally:
        database.close()


# --- the performance --------------------------------------------------------------------------


@dataclass
class _Scene:
    """What the demo counts and shows."""

    session: Session
    cast: Cast
    catcher: Catcher
    names: Mapping[str, str]
    counts: Counter[str] = field(default_factory=Counter)

    def step(self) -> None:
        """Let people act once, and show what has happened since."""
        self.cast.act()
        news = self.cast.happened()
        for one in news:
            self.counts[one.line.what] += 1
            if one.line.data.get("verb") in ("remind", "escalate"):
                self.counts[str(one.line.data["verb"])] += 1
        for one in _worth_telling(news):
            name = self.names.get(one.account, one.account)
            said = tell(one.line, self.session.zone)[:110]
            click.echo(f"    {self.session.local(one.line.at)}  {name}: {said}")

    def headline(self) -> str:
        """Say the day and the sums."""
        count = self.counts
        return (
            f"{self.session.database.now:%a %d %b %Y} | facts in {self.cast.sent} | "
            f"emails out {len(self.catcher.caught)} | tasks {count['task'] + count['approval']} "
            f"handed out, {count['task.completed']} done | {count['remind']} reminders, "
            f"{count['escalate'] + count['escalation']} escalations | {count['outcome']} finished"
        )


def _worth_telling(news: list[Happened]) -> list[Happened]:
    told = [one for one in news if one.line.what in _SHOWN]
    told.sort(key=lambda one: one.line.data.get("verb") != "escalate")
    return told[:3]


def _perform(stack: Stack, catcher: Catcher, directory: Path, *, days: int, day_s: float) -> None:
    settings = load_settings(
        database_url=stack.info.database_url,
        temporal_address=stack.info.temporal_address,
        data_dir=directory / "data",
        **stack.info.settings,
    )
    database = open_database(settings, connections=3)
    watcher = Thread(target=stack.wait, daemon=True)
    watcher.start()
    try:
        session = Session(settings, database)
        cast = Cast(database, session.context, BEGINS, read_story(EXAMPLE / "data" / "facts.jsonl"))
        scene = _Scene(session, cast, catcher, _account_names(database))
        click.echo(f"\nA day takes {day_s:g} s. The story begins on {BEGINS:%A %d %B %Y}.\n")
        _run_days(scene, stack, days)
        _tell_one(session)
        _where_to_look(directory, catcher)
    finally:
        database.close()
        stack.request_stop()
        watcher.join(timeout=30)


def _run_days(scene: _Scene, stack: Stack, days: int) -> None:
    shown = ""
    end = BEGINS + timedelta(days=days)
    while scene.session.database.now < BEGINS and not stack.stop_requested:
        time.sleep(0.1)
    while scene.session.database.now < end and not stack.stop_requested:
        scene.step()
        day = f"{scene.session.database.now:%j}"
        if day != shown:
            click.echo(click.style(scene.headline(), bold=True))
            shown = day
        if scene.counts["outcome"] and not _under_way(scene):
            break
        time.sleep(0.2)
    click.echo(f"\n{scene.headline()}\n")


def _under_way(scene: _Scene) -> bool:
    with scene.session.reading() as connection:
        return bool(run_queries.list_runs(connection, status="active", limit=1)) or (
            scene.cast.sent < len(scene.cast.story)
        )


def _account_names(database: Database) -> dict[str, str]:
    with database.begin() as connection:
        rows = list_accounts(connection, limit=LONGEST_PAGE)
    return {row.account.id: str(row.account.fields.get("name") or row.account.id) for row in rows}


def _tell_one(session: Session) -> None:
    """Explain a run in which something went wrong and was put right, if there is one."""
    with session.reading() as connection:
        rows = list_tasks(connection, status=None, limit=LONGEST_PAGE)
        told = [row.task for row in rows if row.task.enrollment.startswith(f"{TOLD}.")]
        if not told:
            return
        one = min(told, key=lambda task: (task.kind != "escalation", task.enrollment))
        page = run_queries.show_run(connection, one.enrollment)
    with session.database.transaction() as records:
        plan = records.plan(page.run.plan)
    explained = explain(page.run, plan, page.lines, page.effects)
    click.echo(click.style("One account, step by step (tenure why):\n", bold=True))
    show_explanation(session, explained, explained.steps, page.account_name)


def _where_to_look(directory: Path, catcher: Catcher) -> None:
    click.echo(
        f"\nWhere to look next\n"
        f"  the {counted(len(catcher.caught), 'email')}, as customers saw them: "
        f"{directory / 'mails'}\n"
        f"  the playbook: {EXAMPLE.parent.parent / 'playbooks' / f'{TOLD}.yaml'}\n"
        f"  its data, still there:  {_tenure()} up --data-dir {directory / 'data'}\n"
        f"  your own workspace:     {_tenure()} init my-workspace\n"
    )


def _tenure() -> str:
    """How to call this command again: by its path where the environment is not activated."""
    beside = Path(sys.executable).with_name("tenure")
    return "tenure" if shutil.which("tenure") or not beside.exists() else str(beside)
