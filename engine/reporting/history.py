"""What a field of an account was at an instant, from what is known of its changes. Pure.

A history may begin late: what an account was before the first thing known of it is not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

Change = tuple[datetime, Mapping[str, Any]]


class Unknown(Enum):
    """The one value for what is not known; None is a field without a value."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class History:
    """An account now, what is known of its changes (in the order they happened), and since when it
    is there; `created_at` is None where that was before anything was recorded."""

    now: Mapping[str, Any]
    changes: Sequence[Change] = ()
    created_at: datetime | None = None

    def existed(self, at: datetime) -> bool:
        """Tell whether the account was there."""
        return self.created_at is None or self.created_at <= at

    def at(self, field: str, at: datetime) -> Any:
        """Return a field's value at an instant, or UNKNOWN.

        >>> march, june = datetime(2026, 3, 1), datetime(2026, 6, 1)
        >>> acme = History({"arr": 20}, [(june, {"arr": 20})])
        >>> acme.at("arr", june), acme.at("arr", march)
        (20, <Unknown.UNKNOWN: 'unknown'>)
        >>> History({"arr": 20}).at("arr", march)
        20
        """
        told = [(when, fields[field]) for when, fields in self.changes if field in fields]
        before = [value for when, value in told if when <= at]
        if before:
            return before[-1]
        if self.created_at is not None:  # it began without a value
            return None if told else self.now.get(field)
        return UNKNOWN if told else self.now.get(field)
