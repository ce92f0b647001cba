"""The port to what measures read.

Knows no records: `RecordReadings` in `engine/effects/assessing.py` reads the present,
`PastReadings` in `replaying.py` plays the past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""No fact lies before it."""


class Happening(Protocol):
    """A fact, as far as measures look at it."""

    @property
    def occurred_at(self) -> datetime:
        """When it happened."""

    @property
    def data(self) -> Mapping[str, Any]:
        """What it tells."""

    @property
    def contact(self) -> str | None:
        """Whom of the customer it is about."""


@dataclass(frozen=True, slots=True)
class Child:
    """A child account: its score, if it has one, and its fields."""

    id: str
    score: float | None
    fields: Mapping[str, Any]


class Readings(Protocol):
    """What is known of one account at one instant. What occurs later is not among it."""

    def field(self, name: str) -> Any:
        """Return a field of the account, None when it has no value."""

    def field_since(self, name: str) -> datetime | None:
        """Return when somebody last said what the field is; None when nobody knows."""

    def latest(self, kind: str) -> Happening | None:
        """Return the fact of a kind that occurred last."""

    def since(self, kind: str, at: datetime) -> Sequence[Happening]:
        """Return the facts of a kind that occurred at or after an instant, oldest first."""

    def children(self) -> Sequence[Child]:
        """Return the child accounts, by id."""
