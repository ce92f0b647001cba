"""The records port in memory, the part about customers, our own people, and facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.effects.entities import Account, AccountId, Contact, ContactId, Fact, User, UserId
from engine.simulation.tables import InMemory, named, referred


class CustomersInMemory(InMemory):
    """Accounts with their scores, contacts, users and facts over a `World`."""

    # --- accounts and people ------------------------------------------------------------------

    def account(self, account: AccountId, *, lock: bool = False) -> Account:
        return named(self._world.accounts, account, "account")

    def children(self, account: AccountId) -> Sequence[Account]:
        return [self._world.accounts[one] for one in self._world.children.get(account, ())]

    def put_account(self, account: AccountId, fields: Mapping[str, Any]) -> bool:
        if account in self._world.accounts:
            return False
        new = Account(account, {**fields, "id": account})
        self._world.put(self._world.accounts, account, new)
        self._move_child(account, None, fields.get("parent"))
        return True

    def change_account(self, account: AccountId, fields: Mapping[str, Any]) -> None:
        found = self.account(account)
        changed = replace(found, fields={**found.fields, **fields})
        self._world.put(self._world.accounts, account, changed)
        if "parent" in fields:
            self._move_child(account, found.fields.get("parent"), fields["parent"])

    def _move_child(self, account: AccountId, old: str | None, new: str | None) -> None:
        table = self._world.children
        if old:
            left = tuple(child for child in table.get(old, ()) if child != account)
            self._world.put(table, old, left)
        if new:
            self._world.put(table, new, tuple(sorted({*table.get(new, ()), account})))

    def score_at(self, account: AccountId, at: datetime) -> float | None:
        known = self._world.scores.get(account, ())
        return next((score for then, score in reversed(known) if then <= at), None)

    def scores_since(self, account: AccountId, since: datetime) -> Sequence[float]:
        known = self._world.scores.get(account, ())
        before = self.score_at(account, since)
        later = [score for then, score in known if then > since]
        return [*([] if before is None else [before]), *later]

    def last_scored(self, account: AccountId) -> datetime | None:
        known = self._world.scores.get(account, ())
        return known[-1][0] if known else None

    def put_score(
        self,
        account: AccountId,
        score: float,
        band: str,
        band_since: datetime | None,
        at: datetime,
        *,
        model: str | None = None,
        inputs: Mapping[str, Any] | None = None,
    ) -> None:
        found = self.account(account)
        if band_since is not None:
            changed = Account(
                found.id, found.fields, score, band, band_since, found.assessment
            )  # many times as quick as `replace`, and done for every score
            self._world.put(self._world.accounts, account, changed)
        history = self._world.scores.get(account, ())
        if not history or history[-1][0] < at:
            history = (*history, (at, score))
        else:
            kept = [one for one in history if one[0] != at]
            history = tuple(sorted([*kept, (at, score)]))
        self._world.put(self._world.scores, account, history)

    def contacts(self, account: AccountId) -> Sequence[Contact]:
        known = self._world.contacts
        return [known[contact] for contact in self._world.contacts_of.get(account, ())]

    def contact(self, contact: ContactId) -> Contact:
        return named(self._world.contacts, contact, "contact")

    def put_contact(self, contact: Contact) -> bool:
        if contact.id in self._world.contacts:
            return False
        named(self._world.accounts, contact.account, "account")
        own = {name: getattr(contact, name) for name in ("id", "account", "role", "email")}
        new = replace(contact, fields={**contact.fields, **own})
        self._world.put(self._world.contacts, contact.id, new)
        known = self._world.contacts_of.get(contact.account, ())
        with_it = tuple(sorted({*known, contact.id}))
        self._world.put(self._world.contacts_of, contact.account, with_it)
        return True

    def change_contact(self, contact: ContactId, fields: Mapping[str, Any]) -> None:
        found = self.contact(contact)
        changed = Contact(
            found.id,
            found.account,
            fields.get("role", found.role),
            fields.get("email", found.email),
            {**found.fields, **fields},
        )
        self._world.put(self._world.contacts, contact, changed)

    def user(self, user: UserId) -> User | None:
        return self._world.users.get(user)

    def open_tasks(self, users: Collection[UserId]) -> Mapping[UserId, int]:
        return {user: self._world.load.get(user, 0) for user in users}

    def next_turn(self, team: str) -> int:
        turn = self._world.turns.get(team, -1) + 1
        self._world.put(self._world.turns, team, turn)
        return turn

    # --- facts --------------------------------------------------------------------------------

    def put_fact(self, fact: Fact) -> bool:
        world = self._world
        referred(world.accounts, fact.account)
        if fact.id in world.fact_ids:
            return False
        world.put(world.fact_ids, fact.id, len(world.fact_ids))
        place = (fact.account, fact.kind)
        known = world.facts.get(place, ())
        known = (*known, fact)
        if len(known) > 1 and known[-2].occurred_at > fact.occurred_at:
            known = tuple(sorted(known, key=lambda one: one.occurred_at))
        world.put(world.facts, place, known)
        return True

    def facts_since(
        self, account: AccountId, kinds: Collection[str], since: datetime
    ) -> Sequence[Fact]:
        found = [
            fact
            for kind in kinds
            for fact in self._world.facts.get((account, kind), ())
            if fact.occurred_at >= since
        ]
        if len(kinds) > 1:
            found.sort(key=lambda fact: (fact.occurred_at, self._world.fact_ids[fact.id]))
        return found
