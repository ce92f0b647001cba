"""Times as authors write them: lengths of time, dates, offsets from dates of the account.

Owns the reading of `due`, `wait` and their like. Raises `BadTime`; who calls knows the place.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Literal

from engine.calendars import parse_span
from engine.errors import InputError
from engine.language.expressions import Names
from engine.plan.model import After, Anchor, On, Span, When
from engine.wording import nearest

_OFFSET = re.compile(r"(.+?)\s+(before|after)\s+([A-Za-z_][\w.]*)")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")
_DATE_LIKE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}")


class BadTime(Exception):
    """A time that cannot be read, with the code of the problem and its remedy."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy


def read_span(text: str, *, zero: bool = False, exact: bool = False) -> Span:
    """Read a length of time; `zero` allows nothing at all, `exact` refuses calendar units."""
    try:
        span = parse_span(text)
    except InputError as error:
        raise BadTime("TN316", f"{error.message}.", _sentence(error.remedy)) from None
    if not zero and span.amount == 0:
        message = f'"{text}" is no time at all.'
        raise BadTime(
            "TN317", message, "Write a length of time above zero, such as 1 business day."
        )
    if exact and span.seconds is None:
        message = f'"{text}" hangs on a calendar, and an exact length of time is needed here.'
        raise BadTime("TN317", message, "Use min, h, d or w: 14d.")
    return span


def read_when(text: str, names: Names, if_past: Literal["now", "skip"] = "now") -> When:
    """Read a moment: a span, a date, or an offset from a date that may move.

    >>> read_when("60d before account.renewal_date", Names({"account.renewal_date": "date"}))
    Anchor(field='account.renewal_date', span=Span(amount=60, unit='d'), before=True, if_past='now')
    """
    plain = " ".join(text.split())
    if found := _OFFSET.fullmatch(plain):
        length, side, name = found.groups()
        _check_date(name, names)
        return Anchor(name, read_span(length, zero=True), side == "before", if_past)
    if _NAME.fullmatch(plain):
        _check_date(plain, names)
        return Anchor(plain, None, before=False, if_past=if_past)
    if _DATE_LIKE.fullmatch(plain):
        return On(read_date(plain))
    return After(read_span(plain))


def read_date(text: str) -> str:
    """Read a date, or a date with a time of day; local, so without a zone."""
    try:
        plain = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError:
        message = f'"{text[:40]}" is not a date.'
        raise BadTime("TN318", message, "Write year-month-day: 2026-12-01.") from None
    if isinstance(plain, datetime) and plain.tzinfo is not None:
        message = f'"{text[:40]}" has a zone; dates here are in the account\'s own.'
        raise BadTime("TN318", message, "Write it without the zone: 2026-12-01T09:00.")
    return plain.isoformat()


def _check_date(name: str, names: Names) -> None:
    kind = names.type_of(name)
    if kind in ("date", "datetime"):
        return
    dates = {each for each in names.known() if names.type_of(each) in ("date", "datetime")}
    dates -= {"now", "today"}
    near = nearest(name, dates)
    hint = f"Did you mean `{near}`? " if near else ""
    what = f"`{name}` is not a date" if kind else f"There is no `{name}`"
    known = ", ".join(sorted(each for each in dates if each.startswith("account."))[:8])
    raise BadTime("TN319", f"{what}.", f"{hint}Dates of the account: {known or 'none'}.")


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def anchor_parts(text: str) -> bool:
    """Say whether a text is an offset from a date.

    >>> anchor_parts("90d before account.renewal_date"), anchor_parts("90d")
    (True, False)
    """
    plain = " ".join(text.split())
    return bool(_OFFSET.fullmatch(plain) or _NAME.fullmatch(plain))
