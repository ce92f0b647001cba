"""How the triggers by facts and by health stand for a subject: what came last, where the score is.

Looks and writes nothing. What a fact sets off is decided in `engine/enrolling/deciding.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.calendars import format_span
from engine.effects.entities import Account, AccountId, ContactId, Fact
from engine.effects.records import Records
from engine.enrolling.parts import part
from engine.health.readings import BEGINNING
from engine.language.expressions import describe, evaluate
from engine.plan.model import Condition, Span

Said = tuple[str, datetime | None]
"""Words, and the instant they end with."""


def by_fact(
    records: Records, account: AccountId, contact: ContactId | None, trigger: Mapping[str, Any]
) -> Said:
    """Say which fact of a trigger's kind happened last, and whether its condition held for it."""
    survey = trigger.get("survey")
    kind = "survey.answered" if survey else str(trigger["kind"])
    of_survey = (None, survey)
    facts = [
        one
        for one in records.facts_since(account, [kind], BEGINNING)
        if contact is None or one.contact in (None, contact)
        if survey is None or one.data.get("survey") in of_survey
    ]
    if not facts:
        return "no such fact has come", None
    return _latest(facts[-1], trigger.get("where"))


def _latest(fact: Fact, where: Mapping[str, Any] | None) -> Said:
    if where is None:
        return "such a fact happened last", fact.occurred_at
    condition = part(Condition, where)
    verdict = evaluate(condition, {f"fact.{name}": value for name, value in fact.data.items()})
    word = "holds" if verdict.holds else "does not hold"
    said = f"{word} for the latest: {describe(condition, verdict)}, which happened"
    return said, fact.occurred_at


def by_health(records: Records, account: AccountId, trigger: Mapping[str, Any]) -> Said:
    """Say where the score and the band are, seen from a trigger."""
    found = records.account(account)
    if found.score is None:
        return "no score is known yet", None
    kind = trigger["trigger"]
    if kind in ("health.enters", "health.leaves"):
        return _of_band(str(found.band), trigger), found.band_since
    if kind == "health.crosses":
        return f"the score is {found.score:g}", None
    return _moves(records, found, found.score, trigger), None


def _of_band(band: str, trigger: Mapping[str, Any]) -> str:
    if trigger["trigger"] == "health.leaves":
        other = "" if band == trigger["band"] else f" and not {trigger['band']}"
        return f"the band is {band}{other} since"
    if band == trigger["band"]:
        return f"has to leave {band} first, its band since"
    return f"the band is {band} since"


def _moves(records: Records, account: Account, score: float, trigger: Mapping[str, Any]) -> str:
    if not trigger.get("within"):
        return f"the score is {score:g}"
    span = part(Span, trigger["within"])
    assert span.seconds is not None, "the language takes exact lengths only"
    known = records.scores_since(account.id, records.now - timedelta(seconds=span.seconds))
    falls = trigger["trigger"] == "health.drops"
    far = max(known, default=score) if falls else min(known, default=score)
    name = "highest" if falls else "lowest"
    return f"the score is {score:g}, the {name} of the last {format_span(span)} {far:g}"
