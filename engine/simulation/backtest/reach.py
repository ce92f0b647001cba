"""Whom the triggers by dates and conditions can reach at all, from what is told of accounts. Pure.

A date that never comes near the period begins nothing, and neither does a condition on fields that
nobody changes. Errs on the side of reaching: an account left out would have had no run and no
refusal. A trigger that is not understood here reaches everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.calendars import Calendar
from engine.effects.entities import Account
from engine.enrolling.clocks import Dated, dated, reads_time, watched
from engine.plan.model import Plan
from engine.simulation.backtest.past import Told

BY_FACTS = frozenset(["fact", "survey"])
"""Triggers that a fact of a kind sets off, and nothing else."""
BY_NOBODY = frozenset(["by_hand"])
"""Triggers that only a person sets off: nobody does in a backtest."""
_CONDITIONS = frozenset(["matches", "stops_matching"])
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Reach:
    """What must be told of an account for one of a plan's triggers to reach it: `fields` that
    change from `start` on, `kinds` of facts, dates `between` two days. `everybody` when that is not
    all."""

    everybody: bool
    fields: frozenset[str]
    kinds: frozenset[str]
    between: tuple[tuple[str, str, str], ...]
    start: datetime

    def reaches(self, account: Account, told: Sequence[Told]) -> bool:
        """Tell whether a trigger may reach an account, by its fields today and what was told."""
        return (
            self.everybody
            or any(self._tells(one) for one in told)
            or any(_may_be(days, account.fields, told) for days in self.between)
        )

    def _tells(self, one: Told) -> bool:
        """Tell whether a condition on fields may come out otherwise by what is told."""
        if not self.fields or one.known_at < self.start:
            return False
        return one.created or not self.fields.isdisjoint(one.fields)


def reach_of(plan: Plan, calendar: Calendar, start: datetime, end: datetime) -> Reach:
    """Return whom the triggers of a plan can reach in a period."""
    kinds = {str(one["trigger"]) for one in plan.enroll.get("on", ())}
    others = {one for one in kinds if not one.startswith("health.")}
    dates, conditions = dated(plan.enroll), list(_conditions(plan))
    known = BY_FACTS | BY_NOBODY | _CONDITIONS | {"date"}
    own = all(one.when.field.startswith("account.") for one in dates)
    plain = all(map(_is_plain, conditions)) and not (conditions and plan.subject != "account")
    refs = [ref for refs in conditions for ref in refs]
    return Reach(
        everybody=not (others <= known and own and plain),
        fields=frozenset(name.partition(".")[2] for name, kind in refs if kind != "fact"),
        kinds=frozenset(name for name, kind in refs if kind == "fact"),
        between=tuple(_between(one, calendar, start, end) for one in dates) if own else (),
        start=start,
    )


def _conditions(plan: Plan) -> Iterator[tuple[tuple[str, str], ...]]:
    for one in watched(plan.playbook, plan.enroll):
        yield one.condition.refs


def _is_plain(refs: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a condition reads fields of the account and facts only."""
    return all(
        kind == "fact" or (name.startswith("account.") and not reads_time(name))
        for name, kind in refs
    )


def _between(
    trigger: Dated, calendar: Calendar, start: datetime, end: datetime
) -> tuple[str, str, str]:
    first, last = trigger.days(calendar, start - trigger.window(timedelta()), end)
    return trigger.when.field.partition(".")[2], first.isoformat(), last.isoformat()


def _may_be(days: tuple[str, str, str], today: Mapping[str, Any], told: Iterable[Told]) -> bool:
    """Tell whether a field has, or ever had, a date between two days, or what may be one."""
    name, first, last = days
    ever = [today, *(one.fields for one in told), *(one.before for one in told)]
    written = (str(fields.get(name) or "") for fields in ever)
    return any(first <= one[:10] <= last or not _DAY.match(one) for one in written if one)
