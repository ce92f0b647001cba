"""The record keepers under test. Each function yields one, fresh; `KEEPERS` lists them.

A keeper is seeded with what the port cannot write, and opens transactions over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import pytest
from sqlalchemy import select

from engine.effects.entities import Account, Contact, FactId, User
from engine.effects.records import Records
from engine.plan.clock import Clock
from engine.plan.model import Plan, PlanHash
from engine.simulation.memory import MemoryRecords
from engine.simulation.world import World
from engine.store import tables
from engine.store.batching import BatchedRecords
from engine.store.database import Database
from engine.store.directory import put_accounts, put_contacts, put_users
from engine.store.publishing import make_live, put_plan

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Keeper(Protocol):
    """What the contract needs of a record keeper. Its clock stands at `NOW`."""

    def seed(
        self,
        *,
        accounts: Sequence[Account] = (),
        contacts: Sequence[Contact] = (),
        users: Sequence[User] = (),
        plans: Sequence[Plan] = (),
    ) -> tuple[PlanHash, ...]:
        """Put what the port cannot write; plans become live. Returns the plans' hashes."""

    def transaction(self) -> AbstractContextManager[Records]:
        """Open the records: kept at the end, dropped on an error."""


@dataclass(frozen=True)
class PostgresKeeper:
    """The store on a database of its own."""

    database: Database

    def seed(
        self,
        *,
        accounts: Sequence[Account] = (),
        contacts: Sequence[Contact] = (),
        users: Sequence[User] = (),
        plans: Sequence[Plan] = (),
    ) -> tuple[PlanHash, ...]:
        with self.database.begin() as connection:
            put_accounts(connection, {account.id: account.fields for account in accounts})
            put_contacts(connection, contacts)
            put_users(connection, users)
            hashes = tuple(put_plan(connection, plan, NOW) for plan in plans)
            for plan, hash in zip(plans, hashes, strict=True):
                make_live(connection, plan.playbook, hash, NOW, "u-ops")
        return hashes

    def transaction(self) -> AbstractContextManager[Records]:
        return self.database.transaction()


def postgres(request: pytest.FixtureRequest) -> Iterator[Keeper]:
    """The keeper on PostgreSQL."""
    url = request.getfixturevalue("migrated_database")
    database = Database(url, Clock(), real_now=lambda: NOW)
    yield PostgresKeeper(database)
    database.close()


@dataclass(frozen=True)
class MemoryKeeper:
    """The simulator's world."""

    world: World

    def seed(
        self,
        *,
        accounts: Sequence[Account] = (),
        contacts: Sequence[Contact] = (),
        users: Sequence[User] = (),
        plans: Sequence[Plan] = (),
    ) -> tuple[PlanHash, ...]:
        self.world.add_accounts(accounts)
        self.world.add_contacts(contacts)
        self.world.add_users(users)
        return self.world.make_live(*plans)

    def transaction(self) -> AbstractContextManager[Records]:
        return MemoryRecords(self.world)


@dataclass(frozen=True)
class BatchedKeeper(PostgresKeeper):
    """The store, as a batch of facts talks to it: the accounts there are have been looked ahead."""

    @contextmanager
    def transaction(self) -> Iterator[Records]:
        with self.database.begin() as connection:
            accounts = [*connection.scalars(select(tables.accounts.c.id))]
        with self.database.transaction(BatchedRecords) as records:
            records.look_ahead(accounts, [FactId(f"f-{number}") for number in range(9)])
            yield records


def batched(request: pytest.FixtureRequest) -> Iterator[Keeper]:
    """The keeper on PostgreSQL, in batches."""
    database = Database(request.getfixturevalue("migrated_database"), Clock(), real_now=lambda: NOW)
    yield BatchedKeeper(database)
    database.close()


def memory(_: pytest.FixtureRequest) -> Iterator[Keeper]:
    """The keeper in memory."""
    yield MemoryKeeper(World(NOW))


KEEPERS: dict[str, Callable[[pytest.FixtureRequest], Iterator[Keeper]]] = {
    "postgres": postgres,
    "batched": batched,
    "memory": memory,
}
CONCURRENT = ("postgres",)
"""Keepers that serve two transactions at once."""
