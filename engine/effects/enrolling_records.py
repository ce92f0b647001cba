"""The port to the records, the part about enrolling: decisions, held runs, clocks and matches.

Part of `Records`; the keepers implement it in `engine/store/enrolling_records.py` and
`engine/simulation/enrolling_memory.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol

from engine.effects.enrolling_entities import Decision, Held, Notice, Queued
from engine.effects.entities import AccountId, ContactId, EffectKey


class EnrollingRecords(Protocol):
    """What enrolling needs read and written, in one transaction."""

    # --- decisions and the brake --------------------------------------------------------------

    def put_decision(self, decision: Decision) -> None:
        """Write down what a trigger came to."""

    def decisions(self, playbook: str, account: AccountId, limit: int) -> Sequence[Decision]:
        """Return the latest decisions of a playbook about an account, newest first."""

    def started_since(self, playbook: str, since: datetime) -> int:
        """Count the runs a playbook began by itself at or after an instant: not those a person
        began by hand or released."""

    def lock_brakes(self) -> None:
        """Let nobody else count or begin runs of playbooks with a brake until the transaction ends.
        One lock for all of them: two could wait for each other in a batch of facts."""

    # --- held runs ----------------------------------------------------------------------------

    def put_held(self, held: Held) -> bool:
        """Insert; False (and nothing written) when one is held for its playbook and subject."""

    def held(self, id: str) -> Held:
        """Return a held run, locked until the transaction ends."""

    def held_for(self, account: AccountId) -> Sequence[Held]:
        """Return what is held for an account, oldest first."""

    def change_held(self, id: str, **fields: Any) -> None: ...

    # --- notices ------------------------------------------------------------------------------

    def put_notice(self, notice: Notice) -> bool:
        """Insert; False (and nothing written) when one of that id is known."""

    def owed_notices(self, limit: int) -> Sequence[Notice]:
        """Return notices that are owed, oldest first; nobody else is given them until the
        transaction ends."""

    def change_notice(self, id: str, **fields: Any) -> None: ...

    # --- clocks -------------------------------------------------------------------------------

    def put_firing(self, playbook: str, subject: str, key: str) -> bool:
        """Insert; False (and nothing written) when it has fired before."""

    def fired_since(self, playbook: str, since: datetime) -> frozenset[tuple[str, str]]:
        """Return the (subject, key) pairs of a playbook that fired at or after an instant."""

    def accounts_dated(
        self, field: str, first: date, last: date
    ) -> Sequence[tuple[AccountId, str]]:
        """Return the accounts whose date field lies in a span of days, both included, each with the
        field's text, by id."""

    def contacts_dated(
        self, field: str, first: date, last: date
    ) -> Sequence[tuple[AccountId, ContactId]]:
        """Return the contacts whose date field lies in a span of days, both included, each after
        its account, by account and contact."""

    def every_account(self, after: AccountId | None, limit: int) -> Sequence[AccountId]:
        """Return accounts by id, those after one, at most so many: a page."""

    def accounts_clocked(self, after: AccountId | None, limit: int) -> Sequence[AccountId]:
        """Return accounts with a run under way that waits for what the clock alone may bring about
        (a wait that names `clock.passed`), as a page."""

    # --- matches ------------------------------------------------------------------------------

    def matching(self, account: AccountId) -> frozenset[tuple[str, str]]:
        """Return the (key, subject) pairs that hold for an account and its contacts."""

    def put_matching(self, account: AccountId, subject: str, key: str) -> None:
        """Write down that a condition holds for a subject."""

    def drop_matching(self, account: AccountId, subject: str, key: str) -> None:
        """Write down that it holds no more."""

    def forget_matching(self, key: str) -> None:
        """Forget whom a condition holds for that nobody follows any more."""

    # --- caps ---------------------------------------------------------------------------------

    def lock_contact(self, contact: ContactId) -> None:
        """Let nobody else count or begin messages to a contact until the transaction ends."""

    def messages_to(self, contact: ContactId, since: datetime) -> Sequence[datetime]:
        """Return when messages went out, or began to, to a contact at or after an instant, oldest
        first: of all playbooks."""

    def queued_messages(self, contact: ContactId) -> Sequence[Queued]:
        """Return the messages to a contact that wait for room, of runs that are active: those that
        go first before the others."""

    def queue_message(self, queued: Queued) -> None:
        """Write down that a message waits; of one that does already, only when it asks again."""

    def unqueue_message(self, contact: ContactId, key: EffectKey) -> None:
        """Write down that a message waits no more."""
