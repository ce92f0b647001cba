"""Reconciling our records with Temporal: runs that they hold as under way and nothing drives.

A run that is terminated in Temporal's own UI never says that it ends, and what is queued behind it
would wait for ever. So those under way are asked after every so often, and what has been over for a
while is closed as the core would have done it. Owns which of them that is, and in which words; what
closing comes to is `engine/effects/closing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from engine.effects.closing import close_run
from engine.effects.context import Context
from engine.effects.entities import Enrollment, EnrollmentId
from engine.effects.records import Records
from engine.effects.sweeping import Swept
from engine.errors import Conflict, TenureError, TransientError
from engine.services.runner import Fate, Runner
from engine.services.transacting import transact
from engine.store.database import Database
from engine.store.outbox import refused
from engine.store.queries.runs import failed_since, handed_over, is_handed_over, statuses
from engine.wording import counted

PATIENCE = timedelta(minutes=3)
"""How long a run has been over before it is closed, in real time: whoever terminated it may be
about to reset it."""
PAGE = 500


RECENT = timedelta(days=3)
"""How long a run that failed is shown as stuck when Temporal has forgotten it, or never knew."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A run that our records hold as under way, and what became of it."""

    run: Enrollment
    fate: Fate

    @property
    def why(self) -> str:
        """Say why it is over, for the timeline."""
        if self.fate.how == "unknown":
            return "lost: Temporal does not know it"
        return f"{self.fate.how} in Temporal" + (f": {self.fate.why}" if self.fate.why else "")


@dataclass(slots=True)
class Found:
    """What a look at all runs under way came to. `known` counts those that Temporal knows."""

    lost: list[Lost]
    known: int = 0

    @property
    def unknown(self) -> Sequence[Lost]:
        """Those that Temporal does not know."""
        return [one for one in self.lost if one.fate.how == "unknown"]

    @property
    def is_doubtful(self) -> bool:
        """Whether Temporal does not know most runs: then it is another one, or its data is gone."""
        return len(self.unknown) > self.known

    @property
    def surely_lost(self) -> Sequence[Lost]:
        """Those that may be closed."""
        doubted = self.unknown if self.is_doubtful else ()
        return [one for one in self.lost if one not in doubted]


def close_lost(
    database: Database,
    context: Context,
    runner: Runner,
    *,
    patience: timedelta = PATIENCE,
    beat: Callable[[], None] = lambda: None,
) -> Swept:
    """Close the runs that have been over in Temporal for a while, each in a transaction of its own.
    Two at the same time close each once. What Temporal does not know is left as it is when that is
    most of what is under way."""
    swept = Swept()
    found = find_lost(database, runner, beat=beat)
    before = database.real_time - patience
    for one in found.surely_lost:
        if one.fate.since is None or one.fate.since <= before:
            _close(database, context, one, swept)
        beat()
    if found.is_doubtful:
        first = found.unknown[0].run
        why = f"Temporal knows nothing of {counted(len(found.unknown), 'run')}"
        why = f"{why} ({first.id} …), most of those under way: is this the right namespace?"
        swept.failed.append((first.account, why))
    return swept


def close_by_hand(
    database: Database, context: Context, runner: Runner, run: str, *, reason: str
) -> None:
    """Close, as a person wants, a run that nothing drives. Raises NotFound; Conflict when it is
    over, or lives; TransientError when Temporal has not been given it yet."""
    id = EnrollmentId(run)
    with database.begin() as connection:
        given = is_handed_over(connection, id)
    with database.transaction() as records:
        found = records.enrollment(id)
    if found.status == "finished":
        raise Conflict(f"the run {run} has ended", remedy="See `tenure why`.")
    if not given:
        raise TransientError(f"the run {run} has not begun yet", remedy="Try again in a moment.")
    if not runner.fates([id]):
        remedy = "End it with `tenure runs cancel`."
        raise Conflict(f"the run {run} is under way in Temporal", remedy=remedy)
    transact(database, partial(_closed, context, id, "cancelled", reason))


@dataclass(frozen=True, slots=True)
class StuckRow:
    """A run that failed, or cannot go on. `since` is real time; `record` is how our records hold
    it: one that is `active` there is closed by the next sweep but one, if nothing drives it."""

    enrollment: EnrollmentId
    status: str
    since: datetime | None
    why: str
    record: str


def list_stuck(database: Database, runner: Runner, limit: int = 100) -> list[StuckRow]:
    """List what the runner calls stuck; then what it does not know, what it will not be given, and
    what failed lately."""
    told: dict[EnrollmentId, tuple[str, datetime | None, str]] = {
        one.enrollment: (one.status, one.since, one.why) for one in runner.stuck(limit)
    }
    for lost in find_lost(database, runner).lost:
        told.setdefault(lost.run.id, (lost.fate.how, lost.fate.since, lost.why))
    with database.begin() as connection:
        for id, owed_at, error in refused(connection, limit):
            told.setdefault(id, ("refused", owed_at, f"Temporal does not take it: {error}"))
        for run in failed_since(connection, database.now - RECENT, limit):
            at = database.clock.to_real(run.ended_at) if run.ended_at else None
            told.setdefault(run.id, ("failed", at, run.reason))
        held = statuses(connection, list(told))
    rows = [StuckRow(id, *said, held.get(id, "unknown")) for id, said in told.items()]
    return rows[:limit]


def find_lost(
    database: Database, runner: Runner, *, beat: Callable[[], None] = lambda: None
) -> Found:
    """Look at all runs under way that Temporal has been given: which of them it does not drive."""
    found = Found([])
    for page in _pages(database):
        fates = runner.fates([run.id for run in page])
        lost = [Lost(run, fates[run.id]) for run in page if run.id in fates]
        found.lost += lost
        found.known += len(page) - sum(one.fate.how == "unknown" for one in lost)
        beat()
    return found


def _pages(database: Database) -> Iterator[list[Enrollment]]:
    """Give the runs page by page. They are read before Temporal is asked: one whose start is owed
    no more is one that Temporal has, or had."""
    after: Enrollment | None = None
    while True:
        with database.begin() as connection:
            page = list(handed_over(connection, after, PAGE))
        if not page:
            return
        after = page[-1]
        yield page


def _close(database: Database, context: Context, one: Lost, swept: Swept) -> None:
    try:
        if transact(database, partial(_closed, context, one.run.id, "failed", one.why)):
            swept.closed.append(one.run.id)
    except TransientError:
        raise
    except TenureError as error:
        swept.failed.append((one.run.account, error.message))


def _closed(
    context: Context, run: EnrollmentId, outcome: str, reason: str, records: Records
) -> bool:
    return close_run(records, context, run, outcome=outcome, reason=reason)
