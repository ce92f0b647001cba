"""A wait registered while a fact comes in: with the account locked, one of them sees the other."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

from samples import ACCOUNTS, ACME, PLAN, T0, fact, wait
from samples import enrollment as run

from engine.store.database import Database
from engine.store.directory import put_accounts
from engine.store.publishing import put_plan


def test_fact_waits_for_a_run_that_is_registering(store: Database) -> None:
    with store.begin() as connection:
        put_accounts(connection, {account.id: account.fields for account in ACCOUNTS})
        put_plan(connection, PLAN, T0)
    looked, begun = Event(), Event()

    def register() -> bool:
        with store.transaction() as records:
            records.account(ACME, lock=True)
            met = bool(records.facts_since(ACME, ["usage.first"], T0))
            looked.set()
            assert begun.wait(timeout=20)
            records.put_wait(wait(names=("usage.first",)))
        return met

    def take_in() -> int:
        assert looked.wait(timeout=20)
        with store.transaction() as records:
            begun.set()
            records.account(ACME, lock=True)
            records.put_fact(fact())
            return len(records.waits_touched(ACME, ["usage.first"]))

    with store.transaction() as records:
        records.put_enrollment(run())
    with ThreadPoolExecutor(2) as pool:
        met: Future[bool] = pool.submit(register)
        woken: Future[int] = pool.submit(take_in)
        assert (met.result(timeout=20), woken.result(timeout=20)) == (False, 1)
