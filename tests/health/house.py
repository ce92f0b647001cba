"""An account in memory that facts happen to, on a virtual clock, as ingesting sees it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import Account, AccountId, Fact, FactId, Override
from engine.effects.ingesting import Ingested, ingest
from engine.effects.reassessing import force, reassess, release
from engine.simulation.memory import MemoryRecords
from engine.simulation.world import World

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACME = AccountId("acme")
DAY = timedelta(days=1)


class House:
    """Accounts with a health model, and their clock."""

    def __init__(self, context: Context, *accounts: Account) -> None:
        self.context = context
        self.world = World(NOW)
        self.world.add_accounts(accounts or [Account(ACME, {"id": "acme", "seats": 100})])
        self.records = MemoryRecords(self.world)

    def fact(
        self, kind: str, account: AccountId = ACME, *, ago: timedelta = timedelta(0), **data: Any
    ) -> Ingested:
        """Let a fact come in now that happened some time ago."""
        id = FactId(f"f-{len(self.world.fact_ids)}")
        with self.records as records:
            fact = Fact(id, kind, account, self.world.now - ago, data)
            return ingest(records, self.context, fact)

    def pass_by(self, time: timedelta) -> None:
        """Let time pass; accounts are looked at again exactly when they are due."""
        until = self.world.now + time
        while True:
            due = min(self.world.reassess.values(), default=None)
            if due is None or due > until:
                break
            self.world.now = max(due, self.world.now)
            with self.records as records:
                for account in records.due_for_assessment(100):
                    reassess(records, self.context, account)
        self.world.now = until

    def force(self, band: str, *, until: timedelta | None = None) -> None:
        """Override the band of the account."""
        expires = self.world.now + until if until else None
        override = Override(ACME, band, "we know better", "u-1", self.world.now, expires)
        with self.records as records:
            force(records, self.context, override)

    def release(self) -> None:
        """End the override."""
        with self.records as records:
            release(records, self.context, ACME, "u-2")

    def health(self, account: AccountId = ACME) -> tuple[float | None, str | None]:
        """Return score and band."""
        found = self.world.accounts[account]
        return found.score, found.band

    def history(self, account: AccountId = ACME) -> list[float]:
        """Return the scores as they were recorded."""
        return [score for _, score in self.world.scores.get(account, ())]
