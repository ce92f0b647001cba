"""Sweeping: looking, one kind at a time, for what no fact and no run tells of; and what comes next.

That is what the clock alone sets off, and runs that are over without having said so. Whoever calls
this does so every so often; `workflows/sweeping.py` does, by Temporal Schedules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from engine.effects.context import Context
from engine.effects.entities import AccountId
from engine.effects.matching import Live, live_plans
from engine.effects.moments import coming
from engine.effects.records import Records
from engine.effects.sweeping import TRY_LATER, Sweeper, Swept
from engine.enrolling.clocks import scheduled
from engine.errors import InputError
from engine.plan.clock import Clock
from engine.services.reconciling import close_lost
from engine.services.retention import forget_old
from engine.services.runner import Runner
from engine.services.transacting import transact
from engine.store.database import Database
from engine.store.sweep_failures import list_failures, note_failure, settle_failures

LEAST_LAPSE_S = 5.0
ON_TIME = timedelta(minutes=15)
STALE = 2 * TRY_LATER
"""After how long a failure is over that no sweep has met again."""
SELDOM_S: Mapping[str, float] = {"runs": 300.0, "retention": 3600.0}
"""What is looked for less often, and by the real clock: how often at most."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a sweep is given; see `sweep`."""

    database: Database
    context: Context
    grace: timedelta
    beat: Callable[[], None]
    runner: Callable[[], Runner] | None
    fails: Callable[[AccountId, str, str], None]
    owed: frozenset[tuple[AccountId, str]]


def _by(sweep: Callable[[Sweeper], Swept]) -> Callable[[Look], Swept]:
    def swept(look: Look) -> Swept:
        work = partial(transact, look.database)
        given = (look.context, look.grace, look.beat, look.fails, look.owed)
        return sweep(Sweeper(work, *given))

    return swept


def _runs(look: Look) -> Swept:
    if look.runner is None:
        return Swept()
    swept = close_lost(look.database, look.context, look.runner(), beat=look.beat)
    for account, why in swept.failed:
        look.fails(account, "", why)
    return swept


def _retention(look: Look) -> Swept:
    return Swept(deleted=forget_old(look.database, look.context, beat=look.beat))


KINDS: Mapping[str, Callable[[Look], Swept]] = {
    "dates": _by(Sweeper.dates),
    "schedules": _by(Sweeper.schedules),
    "conditions": _by(Sweeper.conditions),
    "health": _by(Sweeper.health),
    "runs": _runs,
    "retention": _retention,
}
"""What is swept, and how; the names are those of the Temporal Schedules."""


def sweep(
    database: Database,
    context: Context,
    kind: str,
    *,
    grace: timedelta = ON_TIME,
    beat: Callable[[], None] = lambda: None,
    runner: Callable[[], Runner] | None = None,
) -> Swept:
    """Sweep once. Two at the same time do nothing twice; one that is broken off, by what `beat`
    raises between two transactions, is gone on with by the next. Without a `runner` nobody can say
    which runs are over: none is closed. What could not be done is noted: see `list_failures`."""
    began = database.now

    def fails(account: AccountId, what: str, why: str) -> None:
        with database.begin() as connection:
            note_failure(connection, kind, account, what, why, database.now)

    with database.begin() as connection:
        owed = frozenset((one.account, one.what) for one in list_failures(connection, kind=kind))
    swept = KINDS[kind](Look(database, context, grace, beat, runner, fails, owed))
    done = {account for account, _ in swept.begun}
    with database.begin() as connection:
        settle_failures(connection, kind, done, began=began, stale=began - STALE)
    return swept


def interval_s(every_s: float, clock: Clock, kind: str = "dates") -> float:
    """Return how many real seconds lie between two sweeps: a time-lapse sweeps more often.

    >>> interval_s(60, Clock()), interval_s(60, Clock(0, 0, 3600))
    (60, 5.0)
    >>> interval_s(60, Clock(0, 0, 3600), "runs")
    300.0
    """
    if kind in SELDOM_S:
        return max(SELDOM_S[kind], every_s)
    return min(every_s, max(LEAST_LAPSE_S, every_s / clock.factor)) if clock.factor > 1 else every_s


def on_time(every_s: float, clock: Clock) -> timedelta:
    """Return how late still counts as on time, in workspace time: some sweeps may be slow, and a
    worker may be restarted.

    >>> str(on_time(60, Clock())), str(on_time(60, Clock(0, 0, 3600)))
    ('0:15:00', '15:00:00')
    """
    return max(ON_TIME, timedelta(seconds=3 * interval_s(every_s, clock) * clock.factor))


@dataclass(frozen=True, slots=True)
class Ahead:
    """A moment to come. A schedule's is for all that `when` holds for by then: it names no one."""

    at: datetime
    playbook: str
    rule: str
    account: str | None = None
    contact: str | None = None


def look_ahead(
    database: Database,
    context: Context,
    length: timedelta,
    *,
    playbook: str | None = None,
    account: str | None = None,
) -> list[Ahead]:
    """Return the moments of date and schedule triggers to come, the next first, as dates are now.
    InputError for a playbook that is not live, NotFound for an unknown account."""
    with database.transaction() as records:
        if account is not None:
            records.account(AccountId(account))
        lives = [one for one in live_plans(records) if playbook in (None, one.playbook)]
        if playbook is not None and not lives:
            raise InputError(
                f"no playbook {playbook!r} is live", remedy="See `tenure playbooks list`."
            )
        until = records.now + length
        found = [one for live in lives for one in _ahead(records, context, live, until)]
    return sorted(
        (one for one in found if account in (None, one.account)),
        key=lambda one: (one.at, one.playbook, one.account or "", one.contact or ""),
    )


def _ahead(records: Records, context: Context, live: Live, until: datetime) -> Iterator[Ahead]:
    for one in coming(records, context, live, until):
        rule = f"{one.trigger.rule} ({one.value})"
        yield Ahead(one.at, live.playbook, rule, one.account, one.contact)
    for trigger in scheduled(live.plan.enroll, context.workspace.zone):
        at = trigger.following(records.now)
        if at is not None and at <= until:
            yield Ahead(at, live.playbook, trigger.rule)
