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
from engine.effects.matching import Live, known_before
from engine.effects.moments import moments
from engine.effects.records import Records
from engine.enrolling.clocks import dated, scheduled, watched
from engine.health.readings import BEGINNING
from engine.language.expressions import describe


@dataclass(frozen=True, slots=True)
class Stand:
    """How a trigger stands, in words that may end with an instant."""

    said: str
    at: datetime | None = None


def stand(
    records: Records,
    context: Context,
    live: Live,
    account: AccountId,
    contact: ContactId | None,
    trigger: Mapping[str, Any],
) -> Stand | None:
    """Say how a trigger by the clock or by a condition stands; None for one by facts."""
    only = {"on": [trigger]}
    match trigger["trigger"]:
        case "date":
            return _date(records, context, live, account, contact, only)
        case "schedule":
            (schedule,) = scheduled(only, context.workspace.zone)
            return Stand("comes round next", schedule.following(records.now))
        case "matches" | "stops_matching":
            return _condition(records, context, live, account, contact, only)
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
        return Stand(f"{trigger.when.field} holds no date")
    (one,) = found
    if one.at > records.now:
        return Stand("fires", one.at)
    if (one.subject, one.key) in records.fired_since(live.playbook, BEGINNING):
        return Stand("has fired for this date, due", one.at)
    if records.now <= one.until:
        return Stand("is due since", one.at)
    return Stand("was missed, and is too late since", one.until)


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
