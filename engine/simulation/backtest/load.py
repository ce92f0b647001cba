"""Whose load a version would have been: tasks and alarms of each person, week by week.

Counts only, from what was played.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from engine.effects.entities import UserId
from engine.simulation.backtest.playing import Played
from engine.simulation.backtest.result import Person, Week, monday_of

TASKS = frozenset(["task", "approval"])
"""The kinds of tasks that are work handed to somebody."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many tasks a week a person has time for: their own number, else the one for all."""

    for_all: float | None = None
    own: Mapping[str, float] | None = None

    def of(self, user: str) -> float | None:
        """Return a person's; None when nobody said.

        >>> Capacity(10, {"u-ana": 4}).of("u-ana"), Capacity(10).of("u-bo"), Capacity().of("u-bo")
        (4, 10, None)
        """
        return (self.own or {}).get(user, self.for_all)

    def or_else(self, for_all: float | None) -> Capacity:
        """Return the same with a number for all who have none yet."""
        return Capacity(for_all if self.for_all is None else self.for_all, self.own)


def load_of(
    played: Played, zone: ZoneInfo, days: Sequence[date], capacity: Capacity
) -> Iterable[Person]:
    """Yield the load of everybody who got a task, the highest first."""
    mondays = list(dict.fromkeys(monday_of(day) for day in days))
    weeks: defaultdict[str, Counter[date]] = defaultdict(Counter)
    for task in played.world.tasks.values():
        if task.kind in TASKS and task.assignee and not task.customer:
            weeks[task.assignee][monday_of(task.created_at.astimezone(zone).date())] += 1
    alarms = _alarms(played)
    found = [
        _person(user, weeks[user], alarms[user], mondays, played, capacity.of(user))
        for user in sorted({*weeks, *alarms})
    ]
    return sorted(found, key=lambda one: (-one.weeks_over, -one.most, -one.tasks, one.user))


def _alarms(played: Played) -> Counter[str]:
    return Counter(
        str(line.data.get("recipient"))
        for line in played.trace.lines
        if line.what == "sent" and line.data.get("verb") in ("remind", "escalate")
        if UserId(str(line.data.get("recipient"))) in played.world.users
    )


def _person(
    user: str,
    tasks: Mapping[date, int],
    alarms: int,
    mondays: Sequence[date],
    played: Played,
    capacity: float | None,
) -> Person:
    known = played.world.users.get(UserId(user))
    weeks = tuple(
        Week(monday, count, capacity is not None and count > capacity)
        for monday in mondays
        for count in [tasks.get(monday, 0)]
    )
    total = sum(tasks.values())
    return Person(
        user=user,
        name=known.name if known else user,
        tasks=total,
        alarms=alarms,
        most=max((week.tasks for week in weeks), default=0),
        mean=round(total / max(1, len(weeks)), 2),
        capacity=capacity,
        weeks_over=sum(week.over for week in weeks),
        weeks=weeks,
    )
