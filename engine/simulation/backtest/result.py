"""What a backtest found, as values; and as the JSON of `--format json`, whose form is kept.

Owns the form (`FORMAT` counts when it changes in a way that breaks a reader). Finds nothing itself.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Effects:
    """How much reached people. `tasks` are handed to our people, approvals among them."""

    emails: int = 0
    surveys: int = 0
    tasks: int = 0
    reminders: int = 0
    escalations: int = 0
    notes: int = 0

    def __add__(self, other: Effects) -> Effects:
        """Add two up.

        >>> (Effects(emails=1) + Effects(emails=2, tasks=1)).emails
        3
        """
        names = [one.name for one in dataclasses.fields(self)]
        return Effects(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class Entry:
    """One run that would have begun. `outcome` is null while it is under way at the end."""

    account: str
    name: str
    contact: str | None
    at: datetime
    rule: str
    values: Mapping[str, Any]
    outcome: str | None
    reason: str
    ended_at: datetime | None
    effects: Effects


@dataclass(frozen=True, slots=True)
class Day:
    """What a day would have brought, by the workspace's zone."""

    day: date
    entered: int
    effects: Effects


@dataclass(frozen=True, slots=True)
class Week:
    """One person's week, from its Monday: tasks handed out in it; `over` the capacity."""

    monday: date
    tasks: int
    over: bool


def monday_of(day: date) -> date:
    """Return the first day of a day's week.

    >>> str(monday_of(date(2026, 3, 1)))
    '2026-02-23'
    """
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Person:
    """The load of one of our people. `capacity` are tasks a week, null where none was given."""

    user: str
    name: str
    tasks: int
    alarms: int
    most: int
    mean: float
    capacity: float | None
    weeks_over: int
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True)
class Mailing:
    """Emails and surveys per contact: how many contacts got how many, the most of one contact, and
    the most of one within seven days; how many waited for room below a message cap, and how many
    were left out for want of it."""

    contacts: int
    most: int
    most_in_7_days: int
    distribution: Mapping[int, int]
    top: tuple[tuple[str, int], ...]
    waited: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a trigger that was set off started nothing, and how often."""

    why: str
    count: int
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A run that would have been held: by the brake, in a queue, or behind its group."""

    at: datetime
    account: str
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Losses:
    """The customers who were lost in the period, as the facts say: how many the playbook had begun
    for before, and how many days before (the median)."""

    lost: int
    entered_before: int
    days_before: float | None
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from the other version. `earlier` and `later` are runs for the same subject
    that begin at another time, with the days between."""

    against: str
    only_here: tuple[Entry, ...]
    only_there: tuple[Entry, ...]
    moved: tuple[tuple[Entry, float], ...]
    same: int
    effects_here: Effects
    effects_there: Effects
    people: tuple[tuple[str, str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What one version would have done."""

    playbook: str
    title: str
    version: str
    source: str
    first_day: date
    last_day: date
    zone: str
    accounts: int
    played: int
    facts: int
    assumptions: tuple[str, ...]
    notes: tuple[str, ...]
    entries: tuple[Entry, ...]
    by_rule: Mapping[str, int]
    outcomes: Mapping[str, int]
    effects: Effects
    by_day: tuple[Day, ...]
    people: tuple[Person, ...]
    mailing: Mailing
    refused: tuple[Reason, ...]
    held: tuple[HeldBack, ...]
    losses: Losses
    difference: Change | None = None
    format: int = field(default=FORMAT)

    @property
    def subjects(self) -> int:
        """How many accounts, or contacts, would have entered at least once."""
        return len({one.contact or one.account for one in self.entries})


def said(effects: Effects) -> str:
    """Say what reached people.

    >>> said(Effects(emails=1, tasks=1200))
    '1 email, 1,200 tasks'
    """
    words = ("email", "survey", "task", "reminder", "escalation", "note")
    counts = {word: getattr(effects, f"{word}s") for word in words}
    found = [f"{n:,} {word}{'' if n == 1 else 's'}" for word, n in counts.items() if n]
    return ", ".join(found) or "nothing"


def to_json(result: Result) -> str:
    """Return a result as JSON."""
    return json.dumps(_plain(result), indent=2, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(content) for key, content in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(content) for content in value]
    return value.isoformat() if isinstance(value, date) else value
