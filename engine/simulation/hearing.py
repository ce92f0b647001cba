"""Whether a condition can come out otherwise at all: by the clock, by a score. Pure.

What a condition reads is heard of when it changes (`wake_keys`), but for a few names. Where it
reads only such names, nobody need look at it when nothing it reads has changed. Owns that
judgement; evaluates nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from engine.calendars.places import zone_named
from engine.effects.step_names import step_names
from engine.enrolling.clocks import reads_time
from engine.enrolling.crossings import TODAY, Crossing, crossings_of, next_day
from engine.plan.model import Condition, Plan

_HEARD = frozenset(["account", "health", "contact", "contacts", "inputs", TODAY])
_UNHEARD_OF_STEPS = frozenset(["late", "decision"])
"""What the clock, or the run itself, may change of a step without a fact that tells of it."""
BAND = "health.band"


@dataclass(frozen=True, slots=True)
class Ticking:
    """When the clock alone may change how a condition comes out: on days on which a date is
    crossed, and whenever it changes what one of the `names` stands for."""

    crossings: tuple[Crossing, ...]
    names: frozenset[str]

    @property
    def reads_ages(self) -> bool:
        """Whether it hangs on how old scores and bands are."""
        return any(name.startswith("health.") for name in self.names)

    def next_day(self, fields: Mapping[str, Any], now: datetime, zone: str) -> datetime | None:
        """Return when the next day begins on which a date is crossed."""
        if not self.crossings:
            return None
        place = zone_named(zone)
        day = next_day(self.crossings, fields, now.astimezone(place).date())
        return None if day is None else datetime.combine(day, time(), place).astimezone(UTC)


def ticking(plan: Plan, condition: Condition) -> Ticking:
    """Return when the clock alone may change how a condition comes out."""
    names = frozenset(name for name, _ in condition.refs if reads_time(name))
    if TODAY in names and "now" not in names and hears_all(plan, condition):
        crossings = crossings_of(condition)
        if crossings is not None:
            return Ticking(crossings, names - {TODAY})
    return Ticking((), names)


def hears_all(plan: Plan, condition: Condition) -> bool:
    """Tell whether whatever a condition reads is heard of when it changes: by a fact that touches
    its name, or by the clock."""
    return all(kind == "fact" or _is_heard_of(plan, name) for name, kind in condition.refs)


def reads_only_the_band(plan: Plan, condition: Condition) -> bool:
    """Tell whether a score that leaves the band as it is changes nothing for a condition."""
    names = [name for name, _ in condition.refs]
    of_health = [name for name in names if name.startswith("health.")]
    timed = any(map(reads_time, names))
    return not timed and set(of_health) <= {BAND} and hears_all(plan, condition)


def _is_heard_of(plan: Plan, name: str) -> bool:
    head, _, rest = name.partition(".")
    return head in _HEARD or (head in step_names(plan) and rest not in _UNHEARD_OF_STEPS)
