"""The brake: how many runs a playbook may begin in an hour, a day, a week or a month. Pure.

Hours, days and so on are those of the calendar in the workspace's zone, a week from Monday: "25 a
day" is what a person reads into it. Knows no records: what has begun is counted elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

Period = Literal["hour", "day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Brake:
    """At most so many runs a period."""

    at_most: int
    per: Period

    def __str__(self) -> str:
        return f"at most {self.at_most} per {self.per}"


def brake_of(enroll: Mapping[str, Any]) -> Brake | None:
    """Return the brake of a playbook's `enroll` section, if it has one.

    >>> str(brake_of({"brake": {"at_most": 25, "per": "day"}}))
    'at most 25 per day'
    """
    written = enroll.get("brake")
    return Brake(int(written["at_most"]), cast(Period, written["per"])) if written else None


def period_start(per: Period, now: datetime, zone: str) -> datetime:
    """Return when the period began that an instant lies in.

    >>> from datetime import UTC
    >>> thursday = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)
    >>> [period_start(per, thursday, "Europe/Berlin").isoformat() for per in ("day", "week")]
    ['2026-03-05T23:00:00+00:00', '2026-03-01T23:00:00+00:00']
    """
    local = now.astimezone(ZoneInfo(zone)).replace(minute=0, second=0, microsecond=0)
    if per == "hour":
        return local.astimezone(UTC)
    day = local.replace(hour=0, fold=0)
    if per == "week":
        day -= timedelta(days=day.weekday())
    elif per == "month":
        day = day.replace(day=1)
    return day.astimezone(UTC)
