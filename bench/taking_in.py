"""Facts in bulk: how many a second are taken in, durably, with twenty playbooks listening.

The PostgreSQL is that of `tenure up`, with fsync. Owns no stream and no peer's statement.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.lines import Line
from bench.listening import TRIGGERS, stream, write_listeners
from bench.people import USERS, account_fields, contacts_of
from engine.effects.context import Context
from engine.effects.entities import AccountId
from engine.plan.clock import Clock
from engine.services.applying import apply
from engine.services.authoring import check_workspace
from engine.services.facts import take_in_batches
from engine.stack.ports import Wish, choose
from engine.stack.postgres import Postgres
from engine.stack.process import Child, wait_until_ready
from engine.store import directory, schema
from engine.store.database import Database

ACCOUNTS = 2_000
FACTS = 30_000
PEER_FACTS = 1_500
WARM = 2_000
READY_TIMEOUT_S = 60.0


def measure_bulk() -> list[Line]:
    """Take facts in with a tenth of the accounts, with all, and with ten times as many; and one
    transaction each, as a peer would that calls our own code for each fact."""
    with _postgres() as url, tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "listeners"
        write_listeners(workspace)
        rates = [
            _rate(url, workspace, size, FACTS) for size in (ACCOUNTS // 10, ACCOUNTS, ACCOUNTS * 10)
        ]
        peer = _rate(url, workspace, ACCOUNTS, PEER_FACTS, one_by_one=True)
    return [line(ACCOUNTS, FACTS, rates, peer)]


def line(accounts: int, facts: int, rates: Sequence[float], peer: float) -> Line:
    """Return the figure of three rates, at a tenth, at all and at ten times the accounts."""
    shown = {"accounts": accounts, "facts": facts, "playbooks": len(TRIGGERS)}
    grown = {"at_a_tenth": round(rates[0]), "at_tenfold": round(rates[2])}
    context = {**shown, **grown, "peer_is": "one transaction a fact"}
    return Line("facts_bulk_per_s", rates[1], "facts/s", rates[1], peer, context)


def _rate(
    url: str, workspace: Path, accounts: int, facts: int, *, one_by_one: bool = False
) -> float:
    database = Database(url, Clock(), connections=3)
    try:
        context, names = _people(database, workspace, accounts)
        since = datetime.now(UTC) - timedelta(days=1)
        label = f"{accounts}-{one_by_one}"
        _taken(database, context, stream(names, WARM, f"warm-{label}", since))
        coming = list(stream(names, facts, label, since))
        each = [[one] for one in coming] if one_by_one else [coming]
        before = time.perf_counter()
        taken = sum(_taken(database, context, some) for some in each)
        took_s = time.perf_counter() - before
        assert taken == facts, f"{taken} of {facts} facts were accepted"
        return facts / took_s
    finally:
        database.close()


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
