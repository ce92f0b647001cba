"""Transactions: errors are ours, connections heal, the clock is the workspace's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import TextClause, text

from engine.effects.records import Records
from engine.errors import PermanentError, TransientError
from engine.plan.clock import Clock
from engine.store.database import Database
from engine.store.directory import put_accounts
from tests.records.samples import ACCOUNTS, ACME, DAY, T0, fact


@pytest.fixture
def acme(store: Database) -> Database:
    """The store with the accounts of the samples."""
    with store.begin() as connection:
        put_accounts(connection, {account.id: account.fields for account in ACCOUNTS})
    return store


def test_now_is_mapped_by_the_clock(migrated_database: str) -> None:
    lapse = Clock.parse(f"lapse:{T0.timestamp()}:{T0.timestamp()}:86400")
    database = Database(migrated_database, lapse, real_now=lambda: T0 + timedelta(seconds=2))
    with database.transaction() as records:
        assert records.now == database.now == T0 + 2 * DAY
    database.close()


def test_instants_come_back_in_utc(acme: Database) -> None:
    with acme.transaction() as records:
        records.put_fact(fact())
        assert records.facts_since(ACME, ["usage.first"], T0)[0].occurred_at.tzinfo is UTC


def test_records_satisfy_the_port(acme: Database) -> None:
    with acme.transaction() as records:
        port: Records = records
        assert port.now < datetime.now(UTC) + DAY


def test_lost_connection_is_transient_and_heals(acme: Database) -> None:
    end = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with acme.transaction() as records:
        records.account(ACME)
    with pytest.raises(TransientError), acme.begin() as connection:
        connection.execute(end)
    with acme.transaction() as records:
        assert records.account(ACME).id == "acme"


def test_connection_lost_between_two_reads_heals(acme: Database) -> None:
    with pytest.raises(TransientError), acme.transaction() as records:
        _lose_connection(acme, records)
    with acme.transaction() as records:
        assert records.account(ACME).id == "acme"


def _lose_connection(database: Database, records: Records) -> None:
    records.account(ACME)
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with database.begin() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid, 5000) {others}"))
    records.account(ACME)


def test_lock_held_too_long_is_transient(acme: Database) -> None:
    lock = text("SELECT 1 FROM accounts WHERE id = 'acme' FOR UPDATE")
    with acme.begin() as holder:
        holder.execute(lock)
        with pytest.raises(TransientError, match="asks to try again"):
            _wait_briefly(acme, lock)


def _wait_briefly(database: Database, lock: TextClause) -> None:
    with database.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '20ms'"))
        connection.execute(lock)


@pytest.mark.parametrize("evil", ["a\x00b", "\ud800", float("nan")])
def test_what_cannot_be_stored_is_refused_in_plain_words(acme: Database, evil: object) -> None:
    with pytest.raises(PermanentError, match="cannot be stored"), acme.transaction() as records:
        records.put_fact(fact(data={"x": evil}))
    with pytest.raises(PermanentError, match="cannot be stored"), acme.transaction() as records:
        records.put_fact(fact(kind=f"{evil}" if evil == evil else "\x00"))


def test_changing_a_field_that_does_not_exist_is_refused(acme: Database) -> None:
    with pytest.raises(PermanentError, match="no field 'stat'"), acme.transaction() as records:
        records.change_task("t-1", stat="done")  # type: ignore[arg-type]
