"""Values of a plan in words: triggers, times, people, whatever a spec holds.

Must not know a drawing. A trigger it has no words for is shown as its values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from engine.calendars import format_span
from engine.plan.codec import decode
from engine.plan.model import After, Anchor, On, Span, When


def trigger_words(value: Any) -> str:
    """Return a trigger, or a value inside one, as a line.

    >>> trigger_words({"trigger": "health.drops", "by": 15, "within": {"amount": 14, "unit": "d"}})
    'health drops by 15 within 14d'
    >>> trigger_words({"trigger": "fact", "kind": "champion.left"})
    'champion.left'
    """
    match value:
        case {"amount": amount, "unit": unit}:
            return format_span(Span(amount, unit))
        case {"text": str(text)}:
            return text
        case {"type": "After" | "On" | "Anchor"}:
            return when_words(decode(When, value))
        case {"trigger": "survey", "survey": str(kind), **rest}:
            return " ".join([f"survey {kind} answered", *_pairs(rest)])
        case {"trigger": "schedule", "cron": str(cron), **rest}:
            return " ".join([f"schedule {cron}", *_pairs(rest)])
        case {"trigger": "by_hand"}:
            return "by hand"
        case {"trigger": "date", "when": when}:
            return trigger_words(when)
        case {"trigger": "matches", "when": when}:
            return f"as soon as {trigger_words(when)}"
        case {"trigger": "fact", "kind": str(kind), **rest}:
            return " ".join([kind, *_pairs(rest)])
        case {"trigger": str(name), "band": band}:
            return f"{name.replace('.', ' ')} {band}"
        case {"trigger": str(name), **rest}:
            return " ".join([name.replace(".", " "), *_pairs(rest)])
        case Mapping():
            return " ".join(_pairs(value))
        case list() | tuple():
            return ", ".join(trigger_words(one) for one in value)
        case _:
            return str(value)


def _pairs(values: Mapping[Any, Any]) -> list[str]:
    return [f"{key} {trigger_words(one)}" for key, one in values.items() if one is not None]


def when_words(when: When) -> str:
    """Return an instant as the author wrote it.

    >>> when_words(Anchor("account.renewal_date", Span(60, "d"), before=True))
    '60d before account.renewal_date'
    """
    match when:
        case After():
            return format_span(when.span)
        case On():
            return when.date
        case Anchor():
            side = "before" if when.before else "after"
            return f"{format_span(when.span)} {side} {when.field}" if when.span else when.field
        case _:
            assert_never(when)


def said(value: Any) -> str:
    """Return a value of a spec in words: a reference, a span, a condition, a list of them.

    >>> said([{"contact": "champion"}, {"role": "csm"}]), said({"amount": 2, "unit": "d"})
    ('champion, csm', '2d')
    """
    match value:
        case {"amount": _, "unit": _}:
            return trigger_words(value)
        case {"text": str(text)}:
            return text
        case {"team": str(team)}:
            return f"team {team}"
        case {"subject": _}:
            return "the contact"
        case {"item": _}:
            return "each of them"
        case Mapping():
            return ", ".join(said(one) for one in value.values())
        case list() | tuple():
            return ", ".join(said(one) for one in value)
        case _:
            return str(value)
