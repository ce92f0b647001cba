"""Whether a value an author wrote fits the field or input it is for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from engine.wording import nearest, shown

_WORDS = {
    "text": "a text",
    "number": "a number",
    "bool": "true or false",
    "date": "a date",
    "datetime": "a date with a time",
    "list": "a list",
}


def why_not(value: object, kind: str, one_of: Collection[str] = ()) -> tuple[str, str] | None:
    """Return (what is wrong, what to write) when a value does not fit; None when it does.

    >>> why_not("adoptng", "text", ("adopting", "churned"))
    ('"adoptng" is not one of its values', 'Did you mean adopting?')
    """
    if not _fits(value, kind):
        remedy = _EXAMPLES.get(kind, f"Write {_WORDS[kind]}.")
        return f"it is {_WORDS[kind]}, and {shown(value)} is not", remedy
    if one_of and value not in one_of:
        near = nearest(str(value), one_of)
        remedy = f"Did you mean {near}?" if near else f"It takes: {', '.join(one_of)}."
        return f"{shown(value)} is not one of its values", remedy
    return None


_EXAMPLES = {
    "text": "Put it in quotes.",
    "number": "Write plain digits: 1200.",
    "bool": "Write true or false.",
    "date": "Write year-month-day: 2026-12-01.",
    "datetime": "Write 2026-12-01T09:00.",
}


def _fits(value: object, kind: str) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "bool":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _reads(value, date)
        case "datetime":
            return isinstance(value, str) and _reads(value, datetime)
        case _:
            return isinstance(value, list)


def _reads(text: str, kind: type[date]) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True
