"""The port to the records, the part about health: assessments, overrides, what is due by the clock.

Part of `Records`; the keepers implement it in `engine/store/health_records.py` and
`engine/simulation/health_memory.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        """Return accounts whose `reassess_at` has come, the most overdue first."""

    def next_assessment(self) -> datetime | None:
        """Return when the clock alone changes an account's health next."""

    def latest_fact(self, account: AccountId, kind: str) -> Fact | None:
        """Return the fact of a kind that occurred last, up to now."""

    def override(self, account: AccountId) -> Override | None:
        """Return the override in force, if any; an expired one that nobody has ended is returned
        too."""

    def put_override(self, override: Override) -> None:
        """Put an override in force; one that was is ended by it."""

    def end_override(self, account: AccountId, at: datetime, by: str) -> None:
        """End the override in force, if any."""
