"""A wait registered while a fact comes in: with the account locked, one of them sees the other."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import text

from engine.store.database import Database
from engine.store.directory import put_accounts
from engine.store.publishing import put_plan
from tests.records.samples import ACCOUNTS, ACME, PLAN, T0, fact, wait
from tests.records.samples import enrollment as run

BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def test_fact_waits_for_a_run_that_is_registering(store: Database) -> None:
    with store.begin() as connection:
        put_accounts(connection, {account.id: account.fields for account in ACCOUNTS})
        put_plan(connection, PLAN, T0)
    with store.transaction() as records:
        records.put_enrollment(run())

    def take_in() -> int:
        with store.transaction() as records:
            records.account(ACME, lock=True)
            records.put_fact(fact())
            return len(records.waits_touched(ACME, ["usage.first"]))

    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as records:
            records.account(ACME, lock=True)
            assert records.facts_since(ACME, ["usage.first"], T0) == []
            woken = pool.submit(take_in)
            _until_blocked_or_done(store, woken)
            records.put_wait(wait(names=("usage.first",)))
        assert woken.result(timeout=20) == 1


def _until_blocked_or_done(store: Database, other: Future[int]) -> None:
    blocked = 0
    while not (blocked or other.done()):
        with store.begin() as connection:
            blocked = connection.execute(BLOCKED).scalar_one()
