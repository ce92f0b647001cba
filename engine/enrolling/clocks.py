"""Triggers by the clock: which a plan has, when a schedule comes round, how late counts. Pure.

Reads `Plan.enroll` as `deciding` does (its shape: `engine/language/compile/enroll.py`). Knows no
records, no accounts and no clock: instants come in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim

from engine.calendars import Calendar, add_span, subtract_span
from engine.enrolling.wording import said_of_date
from engine.plan.codec import decode
from engine.plan.model import Anchor, Condition, Span

USUAL_LATENESS = timedelta(days=7)
"""How late a moment still starts a run when its trigger does not say."""
LONGEST_LATENESS = timedelta(days=366)
"""How late `if_late: run` goes."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A trigger by a date of the account. `lateness` is None for `if_late: skip`."""

    when: Anchor
    lateness: timedelta | None

    @property
    def rule(self) -> str:
        """The trigger in words, which also name it: edited, it is another one."""
        return said_of_date(self.when)

    def key(self, value: str) -> str:
        """Return what is written down when it has fired for a date."""
        return f"date/{self.rule}/{value}"

    def window(self, grace: timedelta) -> timedelta:
        """Return how long ago a moment may lie that fires now."""
        return grace if self.lateness is None else max(self.lateness, grace)

    def due_days(self, calendar: Calendar, now: datetime, grace: timedelta) -> tuple[date, date]:
        """Return days between which all dates lie whose moment could fire now."""
        first, last = self.days(calendar, now - self.window(grace), now)
        return (max(first, now.date() - 2 * _A_DAY) if self.when.before else first), last

    def days(self, calendar: Calendar, first: datetime, last: datetime) -> tuple[date, date]:
        """Return days between which all dates lie whose moment comes between two instants. More
        than those: an account's own zone and its days off are not known here."""
        if (span := self.when.span) is not None:
            move = add_span if self.when.before else subtract_span
            first, last = move(calendar, first, span), move(calendar, last, span)
        spare = _SPARE.get(span.unit if span else "d", 2 * _A_DAY)
        return (first - spare).date(), (last + spare).date()


_SPARE: Mapping[str, timedelta] = {
    "month": timedelta(days=4),
    "business_day": timedelta(days=14),
    "business_hour": timedelta(days=14),
}
"""How far, beyond the zone, a calendar may move a moment that is reckoned back and forth."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A trigger by a cron schedule. `lateness` is None for `if_late: skip`."""

    cron: str
    zone: str
    lateness: timedelta | None

    @property
    def rule(self) -> str:
        """The trigger in words, which also name it.

        >>> Scheduled("0 9 * * mon", "Europe/Berlin", None).rule
        'schedule 0 9 * * mon, Europe/Berlin'
        """
        return f"schedule {self.cron}, {self.zone}"

    def key(self, at: datetime) -> str:
        """Return what is written down when it has fired for a moment."""
        return f"{self.rule}/{at.isoformat()}"

    def window(self, grace: timedelta) -> timedelta:
        """Return how long ago a moment may lie that fires now."""
        return grace if self.lateness is None else max(self.lateness, grace)

    def latest(self, now: datetime) -> datetime | None:
        """Return when it came round last, up to now; where the clocks change, as cron does: an
        hour that is left out counts at its end, one that comes twice the first time.

        >>> monday = Scheduled("0 9 * * mon", "Europe/Berlin", None)
        >>> monday.latest(datetime.fromisoformat("2026-03-04T12:00+00:00")).isoformat()
        '2026-03-02T08:00:00+00:00'
        """
        found = next(CronSim(self.cron, self._local(now + _A_SECOND), reverse=True), None)
        if found is None:
            return None
        for later in CronSim(self.cron, found):  # backwards, an hour left out is not seen
            if later.astimezone(UTC) > now:
                break
            found = later
        return found.astimezone(UTC)

    def following(self, now: datetime) -> datetime | None:
        """Return when it comes round next, after now."""
        found = next(CronSim(self.cron, self._local(now)), None)
        return None if found is None else found.astimezone(UTC)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))


_A_SECOND = timedelta(seconds=1)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Watched:
    """A condition that a playbook's triggers follow. `comes` and `stops` say whether a run starts
    when it comes to hold, and when it stops."""

    key: str
    condition: Condition
    comes: bool
    stops: bool

    @property
    def reads_time(self) -> bool:
        """Tell whether the clock alone can change how it comes out."""
        return any(reads_time(name) for name, _ in self.condition.refs)


def dated(enroll: Mapping[str, Any]) -> tuple[Dated, ...]:
    """Return a plan's triggers by dates."""
    return tuple(
        Dated(decode(Anchor, one["when"]), _lateness(one)) for one in _of(enroll, ("date",))
    )


def scheduled(enroll: Mapping[str, Any], zone: str) -> tuple[Scheduled, ...]:
    """Return a plan's schedules; `zone` is the workspace's."""
    return tuple(
        Scheduled(one["cron"], one["zone"] or zone, _lateness(one))
        for one in _of(enroll, ("schedule",))
    )


def watched(playbook: str, enroll: Mapping[str, Any]) -> tuple[Watched, ...]:
    """Return the conditions a plan's triggers follow, each once."""
    found: dict[str, Watched] = {}
    for one in _of(enroll, ("matches", "stops_matching")):
        condition = decode(Condition, one["when"])
        key = f"{playbook}/{_digest(condition)}"
        known = found.get(key, Watched(key, condition, comes=False, stops=False))
        comes = known.comes or one["trigger"] == "matches"
        stops = known.stops or one["trigger"] == "stops_matching"
        found[key] = Watched(key, condition, comes, stops)
    return tuple(found.values())


def reads_time(name: str) -> bool:
    """Tell whether what a name stands for changes by the clock alone.

    >>> [reads_time(one) for one in ("today", "health.change_7d", "health.score", "account.arr")]
    [True, True, False, False]
    """
    return name in _OF_TIME or name.startswith(("health.change_", "fiscal."))


def next_tick(
    names: Iterable[str],
    now: datetime,
    zone: str,
    band_since: datetime | None,
    scored: Iterable[datetime],
) -> datetime | None:
    """Return when the clock next changes what a name stands for; None when it changes nothing.

    Exact for days, bands and past scores; `now` counts by full hours.

    >>> at = datetime.fromisoformat("2026-03-02T09:30+00:00")
    >>> next_tick(["today"], at, "Europe/Berlin", None, []).isoformat()
    '2026-03-02T23:00:00+00:00'
    """
    found: list[datetime] = []
    for name in names:
        match name.split("_")[-1] if name.startswith("health.change_") else name:
            case "now":
                found.append(now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
            case "health.days_in_band":
                if band_since is not None:
                    days = (now - band_since) // timedelta(days=1) + 1
                    found.append(band_since + timedelta(days=days))
            case length if name.startswith("health.change_"):
                back = timedelta(days=int(length.removesuffix("d")))
                found += [at + back for at in scored if at + back > now][:1]
            case _ if reads_time(name):
                found.append(_midnight(now, zone))
    return min(found, default=None)


def _midnight(now: datetime, zone: str) -> datetime:
    tomorrow = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(zone)).astimezone(UTC)


_OF_TIME = frozenset(
    ["now", "today", "health.days_in_band", "health.trend", "health.stale", "health.forced"]
)


def _of(enroll: Mapping[str, Any], kinds: Iterable[str]) -> list[Mapping[str, Any]]:
    return [one for one in enroll.get("on", ()) if one["trigger"] in kinds]


def _lateness(trigger: Mapping[str, Any]) -> timedelta | None:
    match trigger.get("if_late"):
        case None:
            return USUAL_LATENESS
        case "run":
            return LONGEST_LATENESS
        case "skip":
            return None
        case written:
            seconds = decode(Span, written).seconds
            assert seconds is not None, "the language takes exact lengths only"
            return timedelta(seconds=seconds)


def _digest(condition: Condition) -> str:
    text = " ".join(condition.text.split())
    return hashlib.sha256(text.encode()).hexdigest()[:12]
