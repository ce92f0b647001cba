"""Values as texts see them: nested names that know their path, and how each kind is written.

Owns what may be reached from a text (items of mappings, nothing else) and the escaping that keeps a
value from becoming Markdown. Knows nothing of Jinja.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Namespace:
    """A mapping with the dotted path it was reached by."""

    path: str
    items: Mapping[str, object]

    def get(self, name: str) -> object:
        """The value of `name`, wrapped; KeyError when there is no such name."""
        return wrap(self.items[name], f"{self.path}.{name}")


@dataclass(frozen=True, slots=True, eq=False)
class NoValue:
    """A name that is there but has no value: false in a condition, empty in a loop, unprintable."""

    path: str

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[object]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return other is None or isinstance(other, NoValue)

    def __hash__(self) -> int:
        return 0


class Unprintable(ValueError):
    """A value cannot be written into a text. `path` is its name, None when it has none."""

    def __init__(self, path: str | None) -> None:
        super().__init__(path)
        self.path = path


def wrap(value: object, path: str) -> object:
    """A value as texts see it."""
    match value:
        case None:
            return NoValue(path)
        case Mapping():
            return Namespace(path, value)
        case list() | tuple() | set() | frozenset():
            return [wrap(each, path + "[]") for each in value]
        case _:
            return value


def written(value: object) -> str:
    """A value the way a person would write it; raises Unprintable.

    >>> written(42.0), written(True), written(date(2027, 1, 5)), written(["a", "b"])
    ('42', 'yes', '5 January 2027', 'a, b')
    """
    match value:
        case str():
            return str(value)
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float() | Decimal():
            return str(int(value)) if value == value // 1 else str(value)
        case date():
            return f"{value.day} {value:%B} {value.year}"
        case list():
            return ", ".join(written(each) for each in value)
        case NoValue(path=path) | Namespace(path=path):
            raise Unprintable(path)
        case _:
            raise Unprintable(None)


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?: [A-Za-z0-9]+)*")
"""Words and nothing else, as most values are: there is nothing to escape."""
_BLANK = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_INLINE = re.compile(r"([\\`*_\[\]<>&!|~^{}()$])")
_AT_START = re.compile(r"^( ?\d*)([-+=#:.)])")


def literal_markdown(text: str) -> str:
    r"""Escape a value so that Markdown shows it as it is. Runs of white space become one space,
    and a value of nothing else is nothing: several together must not indent a line.

    >>> literal_markdown("[x](javascript:1) *a*"), literal_markdown("1. one")
    ('\\[x\\]\\(javascript:1\\) \\*a\\*', '1\\. one')
    """
    if _PLAIN.fullmatch(text):
        return text
    plain = _BLANK.sub(" ", _CONTROL.sub("", text))
    if plain == " ":
        return ""
    return _AT_START.sub(r"\1\\\2", _INLINE.sub(r"\\\1", plain))
