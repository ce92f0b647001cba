"""How the triggers of a playbook stand for a subject: what fires when, what is over, what holds.

Looks and writes nothing. What fires is decided in `moments.py`, `sweeping.py` and `starting.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import AccountId, ContactId
from engine.effects.heard import by_fact, by_health
from engine.effects.matching import Live, known_before
from engine.effects.moments import Moment, moments
from engine.effects.records import Records
from engine.enrolling.clocks import dated, scheduled, watched
from engine.health.readings import BEGINNING
from engine.language.expressions import describe


@dataclass(frozen=True, slots=True)
class Stand:
    """How a trigger stands, in words that may end with an instant. `comes` tells of one by the
    clock whether a moment lies ahead; None where the clock alone does not say."""

    said: str
    at: datetime | None = None
    comes: bool | None = None


def stand(
    records: Records,
    context: Context,
    live: Live,
    account: AccountId,
    contact: ContactId | None,
    trigger: Mapping[str, Any],
) -> Stand | None:
    """Say how a trigger stands; None for one that people set off."""
    only = {"on": [trigger]}
    match trigger["trigger"]:
        case "date":
            return _date(records, context, live, account, contact, only)
        case "schedule":
            (schedule,) = scheduled(only, context.workspace.zone)
            return Stand("comes round next", schedule.following(records.now), True)
        case "matches" | "stops_matching":
            return _condition(records, context, live, account, contact, only)
        case "fact" | "survey":
            return Stand(*by_fact(records, account, contact, trigger))
        case str(kind) if kind.startswith("health."):
            return Stand(*by_health(records, account, trigger))
    return None


def _date(
    records: Records,
    context: Context,
    live: Live,
    account: AccountId,
    contact: ContactId | None,
    only: Mapping[str, Any],
) -> Stand:
    (trigger,) = dated(only)
    found = [
        one
        for one in moments(records, context, live, account, timedelta())
        if one.trigger == trigger and one.contact == contact
    ]
    if not found:
        return Stand(f"{trigger.when.field} holds no date", None, False)
    (one,) = found
    if one.at > records.now:
        return Stand("fires", one.at, True)
    if (one.subject, one.key) in records.fired_since(live.playbook, BEGINNING):
        return Stand("has fired for this date, due", one.at, False)
    if records.now <= one.until:
        return Stand("fires with the next sweep, due since", one.at, True)
    return Stand(f"was missed, and comes too late now ({_why_late(one)}), due", one.at, False)


def _why_late(moment: Moment) -> str:
    """Say what keeps a moment that was missed from firing still."""
    window = moment.trigger.window(timedelta())
    if moment.until < moment.at + window:
        return "the date itself is over"
    if moment.trigger.lateness is None:
        return "if_late: skip"
    days = window / timedelta(days=1)
    return f"if_late lets it be {days:g} day{'' if days == 1 else 's'} late"


def _condition(
    records: Records,
    context: Context,
    live: Live,
    account: AccountId,
    contact: ContactId | None,
    only: Mapping[str, Any],
) -> Stand:
    (one,) = watched(live.playbook, only)
    known = known_before(records, context, live, account, contact, BEGINNING)
    verdict = known.holds(one.condition)
    word = "holds" if verdict.holds else "does not hold"
    turned = "; it has to turn first" if verdict.holds == one.comes else ""
    return Stand(f"{word}: {describe(one.condition, verdict)}{turned}")
