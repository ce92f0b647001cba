"""Cells: a text of a CSV file as a value of its field's type, or why it is none. Pure.

A reader is given a text that is not empty, and raises `Unusable`. Strict on purpose: what could be
read in two ways is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Any, TypeAlias
from zoneinfo import available_timezones

from engine.language.workspace.model import Field, FieldType
from engine.wording import nearest

Reader: TypeAlias = Callable[[str], Any]


class Unusable(ValueError):
    """Why a cell is no value of its field. Does not hold the cell's text."""


_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@.,;:\"]+(\.[^\s@.,;:\"]+)+")
_ID = re.compile(r"\w[\w.+-]{0,99}")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def reader_of(field: Field) -> Reader:
    """Return how cells of a field are read: by its name where that says more than its type."""
    if field.name == "zone":
        return read_zone
    if field.name == "email":
        return read_email
    if field.name == "id":
        return read_id
    if field.one_of:
        return partial(read_choice, field.one_of)
    return _BY_TYPE[field.type]


def read_text(text: str) -> str:
    """Any text will do."""
    return text


def read_id(text: str) -> str:
    """Read an id: it becomes part of keys, and of histories that must hold no personal data.

    >>> read_id("0015g00000B3xyz-1")
    '0015g00000B3xyz-1'
    """
    if "@" in text:
        raise Unusable("looks like an email address; an id must not be personal data")
    if not _ID.fullmatch(text):
        raise Unusable("is not an id: up to 100 letters, digits, and . _ + - inside")
    return text


def read_choice(allowed: Sequence[str], text: str) -> str:
    """Read one of some words.

    >>> read_choice(["adopting", "churned"], "churned")
    'churned'
    """
    if text in allowed:
        return text
    close = nearest(text, allowed)
    hint = f"; did you mean {close}?" if close else ""
    raise Unusable(f"is not one of {', '.join(allowed)}{hint}")


def read_number(text: str) -> int | float:
    """Read plain digits.

    >>> read_number("-12"), read_number("12000.50")
    (-12, 12000.5)
    """
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if re.fullmatch(r"-?\d{1,3}([,'’ \u00a0\u202f]\d{3})+(\.\d+)?", text):
        raise Unusable("is a number with thousands separators; write plain digits: 12000.50")
    if re.fullmatch(r"-?[\d.]+,\d+", text):
        raise Unusable("is a number with a decimal comma; write a point: 12000.50")
    raise Unusable("is not a number in plain digits, such as 12000.50")


def read_bool(text: str) -> bool:
    """Read true or false.

    >>> read_bool("TRUE"), read_bool("0")
    (True, False)
    """
    if text.lower() not in _TRUTH:
        raise Unusable("is neither true nor false")
    return _TRUTH[text.lower()]


def read_date(text: str) -> str:
    """Read an ISO date.

    >>> read_date("2026-09-30")
    '2026-09-30'
    """
    if not _DATE.fullmatch(text):
        raise Unusable("is not a date like 2026-09-30 (year, month, day)")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Unusable("is a day that does not exist") from None


def read_datetime(text: str) -> str:
    """Read an ISO instant; it is kept in UTC.

    >>> read_datetime("2026-09-30T10:00:00+02:00")
    '2026-09-30T08:00:00+00:00'
    """
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise Unusable("has no offset; write it like 2026-09-30T08:00:00Z")
        return instant.astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable("is not an instant like 2026-09-30T08:00:00Z") from None


def read_list(text: str) -> list[str]:
    """Read texts with semicolons between them.

    >>> read_list("beta; emea;")
    ['beta', 'emea']
    """
    return [part for part in (part.strip() for part in text.split(";")) if part]


def read_zone(text: str) -> str:
    """Read a time zone by its name.

    >>> read_zone("Europe/Zurich")
    'Europe/Zurich'
    """
    if text not in _zones():
        close = nearest(text, _zones())
        hint = f"; did you mean {close}?" if close else ""
        raise Unusable(f"is not a time zone like Europe/Berlin{hint}")
    return text


def read_email(text: str) -> str:
    """Read an email address.

    >>> read_email("anna@customer.example")
    'anna@customer.example'
    """
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise Unusable("is not an email address")
    return text


def read_leave(text: str) -> list[list[str]]:
    """Read days off: first and last day, several with semicolons between them.

    >>> read_leave("2026-07-01..2026-07-14; 2026-08-01")
    [['2026-07-01', '2026-07-14'], ['2026-08-01', '2026-08-01']]
    """
    return sorted(_merged(_period(part) for part in read_list(text)))


def _period(text: str) -> tuple[str, str]:
    first, _, last = (part.strip() for part in text.partition(".."))
    try:
        begin, end = read_date(first), read_date(last or first)
    except Unusable:
        raise Unusable("is not days off like 2026-07-01..2026-07-14; 2026-08-01") from None
    if end < begin:
        raise Unusable("ends before it begins")
    return begin, end


def _merged(periods: Iterable[tuple[str, str]]) -> list[list[str]]:
    longest: dict[str, str] = {}
    for first, last in periods:
        longest[first] = max(last, longest.get(first, last))
    return [[first, last] for first, last in longest.items()]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


_BY_TYPE: Mapping[FieldType, Reader] = {
    "text": read_text,
    "number": read_number,
    "bool": read_bool,
    "date": read_date,
    "datetime": read_datetime,
    "list": read_list,
}
