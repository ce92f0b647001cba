"""What starts a run, in words: the triggers of `Plan.enroll`.

Must not know a drawing. A trigger it has no words for is shown as its values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.calendars import format_span
from engine.plan.model import Span


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
