"""The port to the records, the part about health: assessments, overrides, what is due by the clock.

Part of `Records`; the keepers implement it in `engine/store/health_records.py` and
`engine/simulation/health_memory.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from engine.effects.entities import AccountId, Fact, Override


class HealthRecords(Protocol):
    """What health needs read and written, in one transaction."""

    def keep_assessment(
        self,
        account: AccountId,
        assessment: Mapping[str, Any] | None,
        reassess_at: datetime | None,
    ) -> None:
        """Keep the latest assessment of an account and when the clock alone changes it next."""

    def due_for_assessment(self, limit: int) -> Sequence[AccountId]:
        """Return accounts whose `reassess_at` has come or whose children have moved, the most
        overdue first."""

    def roll_up(self, parent: AccountId) -> None:
        """Have an account assessed soon, for a child of it has moved. It is not locked by this."""

    def parents_told(self, limit: int) -> Sequence[AccountId]:
        """Return accounts that are to be assessed because a child has moved, by id."""

    def forget_roll_ups(self, parent: AccountId) -> None:
        """Forget that children of an account have moved, as far as is known here."""

    def latest_facts(self, account: AccountId, kinds: Collection[str]) -> Mapping[str, Fact]:
        """Return the fact of each kind that occurred last, up to now; kinds without one are left
        out."""

    def fields_said(self, account: AccountId, fields: Collection[str]) -> Mapping[str, datetime]:
        """Return when a fact `account.created` or `account.changed` last said what each field is,
        up to now; fields of which none did are left out."""

    def override(self, account: AccountId) -> Override | None:
        """Return the override in force, if any; an expired one that nobody has ended is returned
        too."""

    def put_override(self, override: Override) -> None:
        """Put an override in force; one that was is ended by it."""

    def end_override(self, account: AccountId, at: datetime, by: str) -> None:
        """End the override in force, if any."""
