"""Triggers in words, and which of them a decision was about. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.calendars import format_span
from engine.plan.codec import decode
from engine.plan.model import Anchor, Condition, Span

BY_HAND = "by hand"
"""What is said of the trigger that only people set off."""


def said(trigger: Mapping[str, Any]) -> str:
    """Say what sets a trigger off.

    >>> said({"trigger": "health.drops", "by": 15.0, "within": {"amount": 14, "unit": "d"}})
    'health drops by 15 within 14d'
    >>> said({"trigger": "schedule", "cron": "0 9 * * mon", "zone": None})
    'schedule 0 9 * * mon'
    """
    kind = str(trigger["trigger"])
    match kind:
        case "health.enters" | "health.leaves":
            return f"{_plain(kind)} {trigger['band']}"
        case "health.drops" | "health.rises":
            within = trigger.get("within")
            span = f" within {format_span(decode(Span, within))}" if within else ""
            return f"{_plain(kind)} by {trigger['by']:g}{span}"
        case "health.crosses":
            way = "below" if trigger.get("below") is not None else "above"
            return f"health crosses {way} {trigger[way]:g}"
        case "fact" | "survey":
            name = trigger["kind"] if kind == "fact" else "survey.answered"
            survey = f" ({trigger['survey']})" if kind == "survey" else ""
            return f"fact {name}{survey}{_where(trigger)}"
        case "date":
            return said_of_date(decode(Anchor, trigger["when"]))
        case "schedule":
            zone = f", {trigger['zone']}" if trigger.get("zone") else ""
            return f"schedule {trigger['cron']}{zone}"
        case "matches" | "stops_matching":
            return f"{kind.replace('_', ' ')} {_text(trigger['when'])}"
    return BY_HAND


def is_about(rule: str, trigger: Mapping[str, Any]) -> bool:
    """Tell whether a decision's rule names a trigger.

    >>> drops = {"trigger": "health.drops", "by": 15.0}
    >>> is_about("health drops by 20 (at least 15)", drops), is_about("by hand, ann", drops)
    (True, False)
    """
    rule = " ".join(rule.split())
    match trigger["trigger"]:
        case "health.drops" | "health.rises" as kind:
            return rule.startswith(_plain(kind)) and rule.endswith(f"{trigger['by']:g})")
        case "survey":
            return rule == f"fact survey.answered{_where(trigger)}"
        case "date" | "schedule" | "by_hand":
            return rule.startswith(said(trigger))
    return rule == said(trigger)


def _plain(kind: str) -> str:
    return kind.replace(".", " ")


def _where(trigger: Mapping[str, Any]) -> str:
    return f" where {_text(trigger['where'])}" if trigger.get("where") else ""


def _text(written: Any) -> str:
    return " ".join(decode(Condition, written).text.split())


def said_of_date(when: Anchor) -> str:
    """Say when a trigger by a date fires; its rule and its firings are named so.

    >>> said_of_date(Anchor("account.renewal_date", Span(90, "d"), True))
    '90d before account.renewal_date'
    """
    if when.span is None:
        return f"on {when.field}"
    return f"{format_span(when.span)} {'before' if when.before else 'after'} {when.field}"
