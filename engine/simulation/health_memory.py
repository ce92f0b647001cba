"""The records port in memory, the part about health."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.effects.entities import AccountId, Fact, Override
from engine.simulation.tables import InMemory, named


class HealthInMemory(InMemory):
    """`HealthRecords` over a `World`."""

    def keep_assessment(
        self,
        account: AccountId,
        assessment: Mapping[str, Any] | None,
        reassess_at: datetime | None,
    ) -> None:
        world = self._world
        found = named(world.accounts, account, "account")
        world.put(world.accounts, account, replace(found, assessment=assessment))
        if reassess_at is None:
            world.drop(world.reassess, account)
        else:
            world.put(world.reassess, account, reassess_at)

    def due_for_assessment(self, limit: int) -> Sequence[AccountId]:
        due = [(at, one) for one, at in self._world.reassess.items() if at <= self._world.now]
        return [account for _, account in sorted(due)[:limit]]

    def roll_up(self, parent: AccountId) -> None:
        self._world.put(self._world.rolling_up, parent, None)
        self._world.put(self._world.reassess, parent, self._world.now)

    def parents_told(self, limit: int) -> Sequence[AccountId]:
        return sorted(self._world.rolling_up)[:limit]

    def forget_roll_ups(self, parent: AccountId) -> None:
        self._world.drop(self._world.rolling_up, parent)

    def latest_facts(self, account: AccountId, kinds: Collection[str]) -> Mapping[str, Fact]:
        found = ((kind, self._latest_fact(account, kind)) for kind in kinds)
        return {kind: fact for kind, fact in found if fact is not None}

    def _latest_fact(self, account: AccountId, kind: str) -> Fact | None:
        known = self._world.facts.get((account, kind), ())
        return next((one for one in reversed(known) if one.occurred_at <= self._world.now), None)

    def fields_said(self, account: AccountId, fields: Collection[str]) -> Mapping[str, datetime]:
        said: dict[str, datetime] = {}
        for kind in ("account.created", "account.changed"):
            for fact in self._world.facts.get((account, kind), ()):
                if fact.occurred_at <= self._world.now:
                    for name in set(fields).intersection(fact.data.get("fields") or ()):
                        said[name] = max(said.get(name, fact.occurred_at), fact.occurred_at)
        return said

    def override(self, account: AccountId) -> Override | None:
        return self._world.overrides.get(account)

    def put_override(self, override: Override) -> None:
        self._world.put(self._world.overrides, override.account, override)

    def end_override(self, account: AccountId, at: datetime, by: str) -> None:
        self._world.drop(self._world.overrides, account)
