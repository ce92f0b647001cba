"""The filters of texts: an allow-list, each bounded in what it can make.

Raises ValueError or TypeError for values a filter cannot take; the renderer says which text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from jinja2 import Undefined

from engine.language.texts.values import NoValue, Unprintable, written

LONGEST = 200_000
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}


def _text(value: object) -> str:
    if isinstance(value, Undefined):
        return str(value)  # raises, naming the variable
    text = written(value)
    if len(text) > LONGEST:
        raise ValueError("the text grows too long")
    return text


def _number(value: object) -> int | float | Decimal:
    if isinstance(value, Undefined | NoValue):
        _text(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError("not a number")
    return value


def _items(value: object) -> list[object]:
    if isinstance(value, NoValue):
        raise Unprintable(value.path)
    if isinstance(value, Undefined):
        _text(value)
    if not isinstance(value, list | tuple | str):
        raise TypeError("not a list")
    return list(value)


def _default(value: object, otherwise: object = "") -> object:
    empty = value is None or isinstance(value, Undefined | NoValue)
    return otherwise if empty else value


def _date(value: object, form: str = "") -> str:
    """Write a date; `form` is in the manner of strftime.

    >>> _date("2027-01-05"), _date(date(2027, 1, 5), "%d.%m.%Y")
    ('5 January 2027', '05.01.2027')
    """
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, date):
        _text(value)
        raise TypeError("not a date")
    if len(form) > 60:
        raise ValueError("the format is too long")
    return value.strftime(form) if form else written(value)


def _grouped(value: object, digits: object = None) -> str:
    """Write a number with thousands separators; decimals only where there are any.

    >>> _grouped(1234567), _grouped(1234.5, 2), _grouped(0.25)
    ('1,234,567', '1,234.50', '0.25')
    """
    number = _number(value)
    if digits is not None:
        return f"{number:,.{_digits(digits)}f}"
    return f"{number:,.0f}" if number == number // 1 else f"{number:,}"


def _money(value: object, currency: str = "") -> str:
    """Write an amount of money; cents only where there are any.

    >>> _money(20000), _money(1234.5, "EUR"), _money(-3, "CHF")
    ('20,000', '€1,234.50', '-CHF 3')
    """
    number = _number(value)
    amount = f"{abs(number):,.0f}" if number == number // 1 else f"{abs(number):,.2f}"
    unit = _SYMBOLS.get(currency, f"{currency} " if currency else "")
    return f"{'-' if number < 0 else ''}{unit}{amount}"


def _digits(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value <= 10:
        raise ValueError("digits go from 0 to 10")
    return value


def _round(value: object, digits: object = 0) -> object:
    return round(_number(value), _digits(digits))


def _replace(value: object, old: str, new: str) -> str:
    text = _text(value)
    if len(text) + text.count(old) * len(new) > LONGEST:
        raise ValueError("the text grows too long")
    return text.replace(old, new)


def _truncate(value: object, length: int = 80) -> str:
    """Cut a text after whole words, with an ellipsis.

    >>> _truncate("one two three", 9)
    'one two…'
    """
    text = _text(value)
    if len(text) <= length:
        return text
    head = text[: max(length - 1, 0)]
    return (head.rsplit(" ", 1)[0] if " " in head else head) + "…"


def _end(value: object, index: int) -> object:
    items = _items(value)
    return items[index] if items else NoValue("the first or last of an empty list")


def _join(value: object, separator: str = ", ") -> str:
    return separator.join(_text(each) for each in _items(value))


def _abs(value: object) -> object:
    return abs(_number(value))


def _title(value: object) -> str:
    """Capitals at the beginning of words.

    >>> _title("o'neill-smith's team")
    "O'neill-Smith's Team"
    """
    return re.sub(r"(?<![\w'’])\w", lambda match: match[0].upper(), _text(value).lower())


FILTERS: Mapping[str, Callable[..., object]] = {
    "abs": _abs,
    "capitalize": lambda value: _text(value).capitalize(),
    "date": _date,
    "default": _default,
    "first": lambda value: _end(value, 0),
    "join": _join,
    "last": lambda value: _end(value, -1),
    "length": lambda value: len(_items(value)),
    "lower": lambda value: _text(value).lower(),
    "money": _money,
    "number": _grouped,
    "replace": _replace,
    "round": _round,
    "title": _title,
    "trim": lambda value: _text(value).strip(),
    "truncate": _truncate,
    "upper": lambda value: _text(value).upper(),
}
"""Every filter a text may use, by name."""

TESTS: Mapping[str, Callable[..., bool]] = {
    "defined": lambda value: not isinstance(value, Undefined),
    "none": lambda value: value is None or isinstance(value, NoValue),
    "undefined": lambda value: isinstance(value, Undefined),
}
"""Every test a text may use after `is`, by name."""
