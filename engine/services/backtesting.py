"""Backtesting: what a playbook would have done, over recorded facts or files. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.errors import InputError
from engine.services.past_files import open_files
from engine.services.past_store import StoreRecord
from engine.services.versions import Applied, Version, Versions
from engine.simulation.backtest.comparing import compare
from engine.simulation.backtest.diligence import Diligence
from engine.simulation.backtest.load import Capacity
from engine.simulation.backtest.measuring import measure, version_of
from engine.simulation.backtest.past import Record
from engine.simulation.backtest.playing import Model, Question, play
from engine.simulation.backtest.result import Result
from engine.simulation.simulator import uncollected
from engine.store.importing import Kind
from engine.store.importing.sheet import read_sheet
from engine.store.queries import history

Progress = Callable[[float], None]
"""Told how much is done, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Files:
    """The past in files: what `tenure import` and `tenure facts send` take."""

    facts: Path
    accounts: Path
    contacts: Path | None = None
    users: Path | None = None
    mapping: Mapping[Kind, Mapping[str, str | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked. `playbook` and `against` are versions (see `versions`); both days are
    included, by the workspace's clock."""

    playbook: str
    first_day: date
    last_day: date
    against: str | None = None
    files: Files | None = None
    model: Model = "then"
    diligence: Diligence = "done-on-time"
    capacity: Capacity = field(default_factory=Capacity)
    as_occurred: bool = False
    root: Path = field(default_factory=Path)


def backtest(
    wanted: Wanted, applied: Applied | None = None, progress: Progress = lambda _: None
) -> Result:
    """Return what a version would have done, and how another differs. `applied` is the store, in a
    transaction of its own that has done nothing yet: it is made read-only.

    Raises InputError when something named is not there, AuthorError for a file with errors.
    """
    if wanted.last_day < wanted.first_day:
        raise InputError("the period ends before it begins", remedy="Swap the two days.")
    if applied is not None:
        history.open_past(applied.connection)
    record = _recorded(wanted, applied) if wanted.files is None else None
    versions = Versions(wanted.root, applied)
    version = versions.find(wanted.playbook, on_disk=wanted.files is not None)
    other = versions.find_other(wanted.against, version) if wanted.against else None
    if record is None:
        record = _from_files(wanted, version)
    share = 0.5 if other else 1.0
    result = _played(wanted, version, record, lambda done: progress(done * share))
    if other is None:
        return result
    there = _played(wanted, other, record, lambda done: progress(0.5 + done * share))
    return replace(result, difference=compare(result, there))


def _recorded(wanted: Wanted, applied: Applied | None) -> Record:
    if applied is None:
        raise InputError(
            "there are no recorded facts without a stack",
            remedy="Start it with `tenure up`, or give files with --facts and --accounts.",
        )
    return StoreRecord(applied.connection, as_occurred=wanted.as_occurred)


def _from_files(wanted: Wanted, version: Version) -> Record:
    files = wanted.files
    assert files is not None
    return open_files(
        version.context.workspace.schema,
        facts=files.facts,
        accounts=files.accounts,
        contacts=files.contacts,
        users=files.users,
        mapping=files.mapping,
        as_occurred=wanted.as_occurred,
    )


def _played(wanted: Wanted, version: Version, record: Record, progress: Progress) -> Result:
    if wanted.model == "current" and not version.context.health.models:
        raise InputError(
            "the workspace has no health model to compute scores with",
            remedy="Leave `--model current` out: scores are those that were recorded.",
        )
    zone = ZoneInfo(version.context.workspace.zone)
    question = Question(
        plan=version.plan,
        plans=version.plans,
        context=version.context,
        start=_midnight(wanted.first_day, zone),
        end=_midnight(wanted.last_day + timedelta(days=1), zone),
        model=wanted.model,
        diligence=wanted.diligence,
    )
    whole = (question.end - question.start).total_seconds()

    def tell(at: datetime) -> None:
        progress(min(1.0, max(0.0, (at - question.start).total_seconds() / whole)))

    with uncollected():
        played = play(question, record, tell)
        progress(1.0)
        said = version_of(question, version.said)
        capacity = wanted.capacity.or_else(version.context.workspace.capacity)
        return measure(question, record, played, capacity, said)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(ZoneInfo("UTC"))


def read_capacity(path: Path) -> dict[str, float]:
    """Read a CSV file with the columns id and tasks_per_week. InputError when it is none."""
    sheet = read_sheet(path)
    if not {"id", "tasks_per_week"} <= set(sheet.columns):
        raise InputError(
            f"{path.name} lacks the columns id and tasks_per_week",
            remedy="Write `id,tasks_per_week` in its first line.",
        )
    at, room = sheet.columns.index("id"), sheet.columns.index("tasks_per_week")
    found = {}
    for row in sheet.rows():
        if not isinstance(row, tuple):
            raise InputError(f"{path.name}:{row.line} {row.reason}", remedy="Correct the line.")
        line, cells = row
        try:
            found[cells[at].strip()] = float(cells[room])
        except ValueError:
            raise InputError(
                f"{path.name}:{line}: tasks_per_week is not a number", remedy="Correct it."
            ) from None
    return found
