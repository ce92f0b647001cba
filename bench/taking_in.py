"""Facts in bulk: how many a second are taken in, durably, with twenty playbooks listening.

The PostgreSQL is that of `tenure up`, with fsync. Owns no stream and no peer's statement.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.lines import Line
from bench.listening import stream, write_listeners
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
FACTS = 20_000
WARM = 2_000
READY_TIMEOUT_S = 60.0


def measure_bulk(accounts: int = ACCOUNTS, facts: int = FACTS) -> Line:
    """Take facts in at a tenth of the accounts, at all, and at ten times as many."""
    with _postgres() as url, tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "listeners"
        write_listeners(workspace)
        sizes = [accounts // 10, accounts, accounts * 10]
        rates = [_rate(url, workspace, size, facts) for size in sizes]
    return Line(
        "facts_bulk_per_s",
        rates[1],
        "facts/s",
        rates[1],
        context={"accounts": accounts, "facts": facts, "tenth": rates[0], "tenfold": rates[2]},
    )


def _rate(url: str, workspace: Path, accounts: int, facts: int) -> float:
    database = Database(url, Clock(), connections=3)
    try:
        context, names = _people(database, workspace, accounts)
        since = datetime.now(UTC) - timedelta(days=1)
        for label, count in (("warm", WARM), ("measured", facts)):
            coming = stream(names, count, f"{label}-{accounts}", since)
            before = time.perf_counter()
            taken = 0
            for answers in take_in_batches(database, lambda: context, coming, source="bench"):
                taken += sum(one.status == "accepted" for one in answers)
            took_s = time.perf_counter() - before
            assert taken == count, f"{taken} of {count} facts were accepted"
        return count / took_s
    finally:
        database.close()


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
