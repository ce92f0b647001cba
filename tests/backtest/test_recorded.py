"""Over what the store recorded: as it was known then, by a transaction that cannot write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import InternalError

from engine.effects.context import Context
from engine.effects.entities import AccountId, Fact, FactId
from engine.effects.ingesting import ingest
from engine.errors import InputError
from engine.plan.clock import Clock
from engine.plan.codec import plan_hash
from engine.plan.model import Plan
from engine.services.backtesting import Wanted, backtest
from engine.services.versions import Applied
from engine.simulation.backtest.result import Result
from engine.store.database import Database
from engine.store.directory import put_accounts, put_contacts, put_users
from engine.store.publishing import make_live, put_plan
from engine.store.tables import effects, enrollments, facts, outbox, plans
from tests.backtest.pasts import ANA, START, account, contact, day
from tests.records.migrated import _shared_database, migrated_database

__all__ = ["_shared_database", "migrated_database"]

RED = "enroll: {on: [{health.enters: red}]}\nsteps:\n  - {task: call, assign: csm}\n"
MAIL = "enroll: {on: [{health.leaves: green}]}\nsteps:\n  - {task: call, assign: csm}\n"


@dataclass
class Office:
    """A store whose clock the test sets, and the playbooks in it."""

    database: Database
    context: Context
    clock: list[datetime]
    number: int = 0
    hashes: list[str] = field(default_factory=list)

    def tell(self, known_at: datetime, kind: str, at: datetime, **data: Any) -> None:
        """Take a fact in at an instant, as the service does."""
        self.clock[0] = known_at
        self.number += 1
        fact = Fact(FactId(f"f-{self.number}"), kind, AccountId("acme"), at, data)
        with self.database.transaction() as records:
            ingest(records, self.context, fact)

    def apply(self, plan: Plan, *, live: bool = True) -> str:
        """Keep a plan, and make it live."""
        with self.database.begin() as connection:
            hash = put_plan(connection, plan, self.clock[0])
            if live:
                make_live(connection, plan.playbook, hash, self.clock[0], "ops")
        return hash

    def ask(self, playbook: str = "p", **more: Any) -> Result:
        """Backtest over ten weeks."""
        wanted = Wanted(playbook, date(2025, 3, 3), date(2025, 5, 11), **more)
        with self.database.begin() as connection:
            return backtest(wanted, Applied(connection, self.context))


@pytest.fixture
def office(
    migrated_database: str, context: Context, compiled: Callable[[str], Plan]
) -> Iterator[Office]:
    clock = [START - timedelta(days=100)]
    database = Database(migrated_database, Clock(), real_now=lambda: clock[0])
    with database.begin() as connection:
        put_accounts(connection, {AccountId("acme"): account("acme", arr=500).fields})
        put_contacts(connection, [contact("c-kim", "acme")])
        put_users(connection, [ANA])
    yield Office(database, context, clock)
    database.close()


def test_recorded_facts_count_from_when_they_were_known(
    office: Office, compiled: Callable[[str], Plan]
) -> None:
    office.tell(day(1), "health.changed", day(1), score=80)
    office.tell(day(9), "health.changed", day(4), score=20)
    office.apply(compiled(RED))
    result = office.ask()
    assert [one.at for one in result.entries] == [day(9)]
    assert result.source == "the recorded facts"
    assert [one.at for one in office.ask(as_occurred=True).entries] == [day(4)]


def test_facts_brought_in_much_later_are_noted(
    office: Office, compiled: Callable[[str], Plan]
) -> None:
    office.tell(day(60), "health.changed", day(1), score=20)
    office.apply(compiled(RED))
    assert "--as-occurred" in office.ask().notes[-1]


def test_computed_scores_are_read_as_they_were_recorded(
    office: Office, compiled: Callable[[str], Plan]
) -> None:
    office.tell(day(-5), "account.changed", day(-5), fields={"segment": "computed"})
    office.tell(day(2), "usage.reported", day(2), share=90)
    office.tell(day(12), "usage.reported", day(12), share=10)
    office.apply(compiled(RED))
    assert [one.at for one in office.ask().entries] == [day(12)]
    assert [one.at for one in office.ask(model="current").entries] == [day(12)]


def test_nothing_is_written_and_nothing_can_be(
    office: Office, compiled: Callable[[str], Plan]
) -> None:
    office.tell(day(1), "health.changed", day(1), score=20)
    office.apply(compiled(RED))
    wanted = Wanted("p", date(2025, 3, 3), date(2025, 5, 11))

    def count(connection: Connection) -> list[Any]:
        tables = (facts, enrollments, effects, outbox)
        return [connection.scalar(select(func.count()).select_from(one)) for one in tables]

    with office.database.begin() as connection:
        before = count(connection)
    with office.database.begin() as connection:
        assert len(backtest(wanted, Applied(connection, office.context)).entries) == 1
        assert count(connection) == before
        with pytest.raises(InternalError, match="read-only transaction"):
            connection.execute(insert(plans).values(hash="x", playbook="x", document={}))
        connection.rollback()


def test_live_version_is_compared_with_an_applied_one_by_its_hash(
    office: Office, compiled: Callable[[str], Plan]
) -> None:
    office.tell(day(1), "health.changed", day(1), score=80)
    office.tell(day(3), "health.changed", day(3), score=60)
    hash = office.apply(compiled(MAIL), live=False)
    office.apply(compiled(RED))
    change = office.ask(against=hash[:10]).difference
    assert change is not None
    assert [one.at for one in change.only_there] == [day(3)]
    assert hash == plan_hash(compiled(MAIL))


@pytest.mark.parametrize(
    ("playbook", "against", "why"),
    [
        ("q", None, "no live playbook 'q'"),
        ("p", "abcdef12", "no applied version of p begins with abcdef12"),
        ("p", "older", "'older' is no version of p"),
    ],
)
def test_versions_that_are_not_there(
    office: Office,
    compiled: Callable[[str], Plan],
    playbook: str,
    against: str | None,
    why: str,
) -> None:
    office.apply(compiled(RED))
    with pytest.raises(InputError, match=why):
        office.ask(playbook, against=against)
