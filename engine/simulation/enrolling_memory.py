"""The records port in memory, the part about enrolling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from engine.effects.enrolling_entities import Decision, Held, Notice, Queued
from engine.effects.entities import CLOCK, AccountId, ContactId, EffectKey
from engine.simulation.tables import InMemory, named

_OUT = frozenset(["intent", "waiting", "unknown", "accepted"])


class EnrollingInMemory(InMemory):
    """`EnrollingRecords` over a `World`."""

    # --- decisions and the brake --------------------------------------------------------------

    def put_decision(self, decision: Decision) -> None:
        self._world.decided.append(decision)

    def decisions(self, playbook: str, account: AccountId, limit: int) -> Sequence[Decision]:
        found = [
            one
            for one in reversed(self._world.decided)
            if one.playbook == playbook and one.account == account
        ]
        return found[:limit]

    def started_since(self, playbook: str, since: datetime) -> int:
        world = self._world
        days = [day for day in world.begun_on.get(playbook, ()) if day >= since.date()]
        begun = [world.enrollments[run] for day in days for run in world.begun[playbook, day]]
        return sum(
            run.started_at >= since
            and run.trigger.get("by") != "hand"
            and "released_by" not in run.trigger
            for run in begun
        )

    def lock_brakes(self) -> None:
        """There is one thread only."""

    # --- held runs ----------------------------------------------------------------------------

    def put_held(self, held: Held) -> bool:
        standing = (one for one in self.held_for(held.account) if one.subject == held.subject)
        if any(one.playbook == held.playbook for one in standing):
            return False
        world = self._world
        world.put(world.held, held.id, held)
        world.put(world.held_of, held.account, (*world.held_of.get(held.account, ()), held.id))
        return True

    def held(self, id: str) -> Held:
        return named(self._world.held, id, "held run")

    def held_for(self, account: AccountId) -> Sequence[Held]:
        held = [self._world.held[id] for id in self._world.held_of.get(account, ())]
        return [one for one in held if one.status == "held"]

    def change_held(self, id: str, **fields: Any) -> None:
        self._world.put(self._world.held, id, replace(self.held(id), **fields))

    # --- notices ------------------------------------------------------------------------------

    def put_notice(self, notice: Notice) -> bool:
        if notice.id in self._world.notices:
            return False
        self._world.put(self._world.notices, notice.id, notice)
        return True

    def owed_notices(self, limit: int) -> Sequence[Notice]:
        return [one for one in self._world.notices.values() if one.status == "owed"][:limit]

    def change_notice(self, id: str, **fields: Any) -> None:
        known = named(self._world.notices, id, "notice")
        self._world.put(self._world.notices, id, replace(known, **fields))

    # --- clocks -------------------------------------------------------------------------------

    def put_firing(self, playbook: str, subject: str, key: str) -> bool:
        fired = (playbook, subject, key)
        if fired in self._world.firings:
            return False
        self._world.put(self._world.firings, fired, self._world.now)
        return True

    def fired_since(self, playbook: str, since: datetime) -> frozenset[tuple[str, str]]:
        return frozenset(
            (subject, key)
            for (name, subject, key), at in self._world.firings.items()
            if name == playbook and at >= since
        )

    def accounts_dated(
        self, field: str, first: date, last: date
    ) -> Sequence[tuple[AccountId, str]]:
        early, late = first.isoformat(), last.isoformat()
        return sorted(
            (account.id, str(account.fields[field]))
            for account in self._world.accounts.values()
            if early <= str(account.fields.get(field) or "")[:10] <= late
        )

    def contacts_dated(
        self, field: str, first: date, last: date
    ) -> Sequence[tuple[AccountId, ContactId]]:
        early, late = first.isoformat(), last.isoformat()
        return sorted(
            (contact.account, contact.id)
            for contact in self._world.contacts.values()
            if early <= str(contact.fields.get(field) or "")[:10] <= late
        )

    def every_account(self, after: AccountId | None, limit: int) -> Sequence[AccountId]:
        return sorted(one for one in self._world.accounts if one > (after or ""))[:limit]

    def accounts_clocked(self, after: AccountId | None, limit: int) -> Sequence[AccountId]:
        runs = self._world.enrollments
        found = {
            wait.account
            for waits in self._world.waits.values()
            for wait in waits.values()
            if CLOCK in wait.names and runs[wait.enrollment].status != "finished"
        }
        return sorted(one for one in found if one > (after or ""))[:limit]

    # --- matches ------------------------------------------------------------------------------

    def matching(self, account: AccountId) -> frozenset[tuple[str, str]]:
        return self._world.matching.get(account, frozenset())

    def put_matching(self, account: AccountId, subject: str, key: str) -> None:
        self._world.put(self._world.matching, account, self.matching(account) | {(key, subject)})

    def drop_matching(self, account: AccountId, subject: str, key: str) -> None:
        self._world.put(self._world.matching, account, self.matching(account) - {(key, subject)})

    def forget_matching(self, key: str) -> None:
        for account, held in self._world.matching.items():
            kept = frozenset(one for one in held if one[0] != key)
            self._world.put(self._world.matching, account, kept)

    # --- caps ---------------------------------------------------------------------------------

    def lock_contact(self, contact: ContactId) -> None:
        """There is one thread only."""

    def messages_to(self, contact: ContactId, since: datetime) -> Sequence[datetime]:
        known = self._world.effects
        mine = [known[key] for key in self._world.messages.get(contact, ())]
        return sorted(one.at for one in mine if one.at >= since and one.status in _OUT)

    def queued_messages(self, contact: ContactId) -> Sequence[Queued]:
        runs = self._world.enrollments
        mine = self._world.queued.get(contact, {}).values()
        active = [one for one in mine if runs[one.enrollment].status == "active"]
        return sorted(active, key=lambda one: (one.rank, one.since, one.key))

    def queue_message(self, queued: Queued) -> None:
        mine = self._world.queued.get(queued.contact, {})
        known = mine.get(queued.key)
        row = queued if known is None else replace(known, asks_at=queued.asks_at)
        self._world.put(self._world.queued, queued.contact, {**mine, queued.key: row})

    def unqueue_message(self, contact: ContactId, key: EffectKey) -> None:
        mine = self._world.queued.get(contact, {})
        if key in mine:
            left = {other: row for other, row in mine.items() if other != key}
            self._world.put(self._world.queued, contact, left)
