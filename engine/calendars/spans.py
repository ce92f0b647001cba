"""Lengths of time as authors write them: `3d`, `4 business hours`, `1 month`.

Owns the words for units and the bounds of amounts. It must not know a calendar: how long a span is
from a given moment is the business of `arithmetic`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import get_args

from engine.errors import InputError
from engine.plan.model import Span, Unit
from engine.wording import nearest, quoted

ACCEPTED = "write an amount and a unit: 30s, 90 min, 4h, 3d, 2w, 1 month, " + (
    "4 business hours, 5 business days"
)

_WORDS: dict[Unit, tuple[str, ...]] = {
    "s": ("s", "sec", "secs", "second", "seconds"),
    "min": ("min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "wk", "wks", "week", "weeks"),
    "month": ("month", "months"),
    "business_hour": ("business hour", "business hours"),
    "business_day": ("business day", "business days"),
}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in words}

# What people write that has another meaning elsewhere, or none here.
_MEANT = {
    "m": '"min" or "month"',
    "mo": '"month"',
    "ms": '"s"',
    "y": '"12 months" for a year',
    "year": '"12 months" for a year',
    "years": '"12 months" for a year',
    "quarter": '"3 months" for a quarter',
    "quarters": '"3 months" for a quarter',
    "bd": '"business days"',
    "bh": '"business hours"',
    "working day": '"business day"',
    "working days": '"business days"',
    "workday": '"business day"',
    "workdays": '"business days"',
    "weekday": '"business day"',
    "weekdays": '"business days"',
    "working hour": '"business hour"',
    "working hours": '"business hours"',
    "business": '"business hours" or "business days"',
    "business week": '"business days"',
    "business weeks": '"business days"',
}

# Ten years in each unit; business units at 261 days a year of 8 hours.
_MOST: dict[Unit, int] = {
    "s": 3653 * 86_400,
    "min": 3653 * 1_440,
    "h": 3653 * 24,
    "d": 3653,
    "w": 521,
    "month": 120,
    "business_hour": 261 * 8 * 10,
    "business_day": 261 * 10,
}
_WHOLE: dict[Unit, str] = {
    "d": "use hours for a part of a day",
    "w": "use days for a part of a week",
    "month": "use days for a part of a month",
    "business_day": "use business hours for a part of a business day",
}

_SPAN = re.compile(r"(-?)([0-9]+(?:\.[0-9]+)?)\s*([^\W\d_](?:.*[^\W\d_])?)?", re.ASCII)


def parse_span(text: str | int | float) -> Span:
    """Read a span: one amount and one unit. A number alone is refused, whatever its type.

    >>> parse_span("5 business days"), parse_span("1.5h")
    (Span(amount=5, unit='business_day'), Span(amount=1.5, unit='h'))
    """
    match = _SPAN.fullmatch(re.sub(r"(?<=[a-z])[\s_-]+", " ", str(text).strip().lower()))
    if match is None:
        raise InputError(f"{quoted(text)} is not a length of time", remedy=_capital(ACCEPTED))
    sign, number, word = match.groups()
    if word is None:
        raise InputError(f"{sign}{number[:40]} what? A unit is missing", remedy=_capital(ACCEPTED))
    if sign:
        raise InputError(f"{quoted(text)} is less than nothing", remedy="Leave the minus sign out")
    unit = _UNIT_OF.get(word)
    if unit is None:
        raise _unknown_unit(text, word)
    amount = float(number)
    span = Span(int(amount) if amount.is_integer() else amount, unit)
    check_span(span)
    return span


def format_span(span: Span) -> str:
    """Say a span as an author would write it; `parse_span` reads it back.

    >>> [format_span(Span(n, u)) for n, u in ((5, "business_day"), (1.5, "h"), (1, "month"))]
    ['5 business days', '1.5h', '1 month']
    """
    amount = format(Decimal(repr(span.amount)), "f")
    amount = amount.rstrip("0").rstrip(".") if "." in amount else amount
    if span.unit in ("s", "h", "d", "w"):
        return f"{amount}{span.unit}"
    if span.unit == "min":
        return f"{amount} min"
    return f"{amount} {_WORDS[span.unit][0 if span.amount == 1 else 1]}"


def check_span(span: Span) -> None:
    """Refuse a span that no calendar can add: negative, longer than ten years, half a month.

    >>> check_span(Span(0.5, "business_day"))
    Traceback (most recent call last):
    engine.errors.InputError: 0.5 business days is not a whole number of them
      Use business hours for a part of a business day
    """
    if span.unit not in get_args(Unit):
        raise InputError(f"{quoted(span.unit)} is not a unit of time", remedy=_capital(ACCEPTED))
    most = _MOST[span.unit]
    if not 0 <= span.amount <= most:  # refuses nan too
        raise InputError(
            f"{quoted(span.amount)[1:-1]} {_WORDS[span.unit][-1]} is not between 0 and ten years",
            remedy=f"Use at most {format_span(Span(most, span.unit))}",
        )
    if span.unit in _WHOLE and span.amount != int(span.amount):
        raise InputError(
            f"{format_span(span)} is not a whole number of them",
            remedy=_capital(_WHOLE[span.unit]),
        )


def _unknown_unit(text: object, word: str) -> InputError:
    meant = _MEANT.get(word)
    if meant is None and (near := nearest(word, _UNIT_OF)):
        meant = f'"{near}"'
    hint = f"Did you mean {meant}? " if meant else ""
    return InputError(
        f"{quoted(text)}: {quoted(word)} is not a unit of time", remedy=hint + _capital(ACCEPTED)
    )


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
