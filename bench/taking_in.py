"""Facts in bulk: how many a second are taken in, durably, with twenty playbooks listening; those
of which no health model reads any, and those of which one reads all.

The PostgreSQL is that of `tenure up`, with fsync. Owns no stream and no peer's statement.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from bench.lines import Line
from bench.listening import MEASURED, TRIGGERS, write_listeners
from bench.people import USERS, account_fields, contacts_of
from bench.streams import APART, COMPUTED, GIVEN, logins, past, stream
from engine.effects.context import Context
from engine.effects.entities import AccountId
from engine.plan.clock import Clock
from engine.services.applying import apply
from engine.services.authoring import check_workspace
from engine.services.facts import BATCH, read_fact, take_in_batches
from engine.stack.ports import Wish, choose
from engine.stack.postgres import Postgres
from engine.stack.process import Child, wait_until_ready
from engine.store import directory, schema
from engine.store.batching import BatchedRecords
from engine.store.database import Database

ACCOUNTS = 2_000
FACTS = 10_000
ROUNDS = 3
PEER_FACTS = 1_000
WARM = 2_000
READY_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Facts a second of each round, and facts a second of this process's own processor time."""

    rounds: tuple[float, ...]
    of_cpu: float

    @property
    def best(self) -> float:
        """The round in which the machine did the least besides."""
        return max(self.rounds)


@dataclass(frozen=True, slots=True)
class Job:
    """What is measured: which facts come, and whether scores are computed of them."""

    figure: str
    mix: Mapping[str, int]
    computed: bool


PLAIN = Job("facts_bulk_per_s", GIVEN, computed=False)
HEALTH = Job("facts_bulk_health_per_s", COMPUTED, computed=True)


def measure_bulk() -> Line:
    """Take in facts that no health model reads."""
    return _measure(PLAIN)


def measure_bulk_health() -> Line:
    """Take in facts that each move the score of their account."""
    return _measure(HEALTH)


def _measure(job: Job) -> Line:
    """Take facts in with a tenth of the accounts, with all, and with ten times as many; and one
    transaction each, as a peer would that calls our own code for each fact."""
    sizes = (ACCOUNTS // 10, ACCOUNTS, ACCOUNTS * 10)
    with _postgres() as url, tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "listeners"
        write_listeners(workspace, computed=job.computed)
        rates = [_rates(job, url, workspace, size, FACTS) for size in sizes]
        peer = _rates(job, url, workspace, ACCOUNTS, PEER_FACTS, one_by_one=True)
    return line(job, ACCOUNTS, FACTS, rates, peer)


def line(job: Job, accounts: int, facts: int, rates: Sequence[Rates], peer: Rates) -> Line:
    """Return the figure of what was measured at a tenth, at all and at ten times the accounts: the
    best round, the median beside it."""
    tenth, ours, tenfold = rates
    context = {
        "median": round(median(ours.rounds)),
        "of_processor_time": round(ours.of_cpu),
        "at_a_tenth": round(tenth.best),
        "at_tenfold": round(tenfold.best),
        "accounts": accounts,
        "facts": facts,
        "playbooks": len(TRIGGERS),
        **({"measures": MEASURED} if job.computed else {}),
        "peer_is": "one transaction a fact",
    }
    return Line(job.figure, ours.best, "facts/s", ours.best, peer.best, context)


def _rates(
    job: Job, url: str, workspace: Path, accounts: int, facts: int, *, one_by_one: bool = False
) -> Rates:
    database = Database(url, Clock(), connections=3)
    try:
        context, names = _people(database, workspace, accounts)
        label = f"{accounts}-{one_by_one}"
        now = datetime.now(UTC)
        since = now - timedelta(days=1)
        if job.computed:
            _remember(database, past(names, since))
            _taken(database, context, logins(names, since))
        _taken(database, context, stream(names, WARM, f"warm-{label}", since, job.mix))
        spent_s, rounds = 0.0, []
        for number in range(ROUNDS):
            begins = since + (WARM + number * facts) * APART if job.computed else since
            coming = list(stream(names, facts, f"{label}-{number}", begins, job.mix))
            each = [[one] for one in coming] if one_by_one else [coming]
            began_s, before = time.process_time(), time.perf_counter()
            taken = sum(_taken(database, context, some) for some in each)
            rounds.append(facts / (time.perf_counter() - before))
            spent_s += time.process_time() - began_s
            assert taken == facts, f"{taken} of {facts} facts were accepted"
        return Rates(tuple(rounds), facts * ROUNDS / spent_s)
    finally:
        database.close()


def _remember(database: Database, facts: Iterable[Mapping[str, Any]]) -> None:
    """Store facts of the past; what comes of them is left out."""
    coming = iter(facts)
    while some := [read_fact(one, now=database.now) for one in islice(coming, BATCH)]:
        with database.transaction(BatchedRecords) as records:
            records.look_ahead({one.account for one in some}, {one.id for one in some})
            for one in some:
                records.put_fact(one)


def _taken(database: Database, context: Context, facts: Iterable[Mapping[str, Any]]) -> int:
    answers = take_in_batches(database, lambda: context, facts, source="bench")
    return sum(one.status == "accepted" for some in answers for one in some)


def _people(database: Database, workspace: Path, count: int) -> tuple[Context, list[str]]:
    checked = check_workspace(workspace)
    apply(database, checked.workspace(), checked.plans, by="bench")
    names = [f"{count}-{number:06}" for number in range(count)]
    fields = {AccountId(one): account_fields(one, i) for i, one in enumerate(names)}
    with database.begin() as connection:
        directory.put_users(connection, USERS)
        directory.put_accounts(connection, fields)
        directory.put_contacts(connection, [c for one in names for c in contacts_of(one)])
    return Context.of(checked.workspace()), names


@contextmanager
def _postgres() -> Iterator[str]:
    home = Path(tempfile.mkdtemp(prefix="tenure-bench-"))
    (port,) = choose([Wish("PostgreSQL", 0, "")])
    server = Postgres(home, port)
    server.prepare(home / "postgres.log")
    child = Child(server.program(home / "postgres.log"))
    try:
        wait_until_ready(child, server.answers, timeout_s=READY_TIMEOUT_S)
        server.ensure_database()
        url = server.url()
        schema.upgrade(url)
        yield url
    finally:
        child.stop()
        shutil.rmtree(home, ignore_errors=True)
