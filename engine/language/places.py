"""Places: where each value of an author's YAML stands in its text.

Owns the way from an index in the text to line and column, and from a character of a scalar's
content back to the character the author typed. Knows nothing of parsing, problems or playbooks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
Style: TypeAlias = Literal["plain", "'", '"', "|", ">", "flow", "block", "alias"]

_ESCAPE = re.compile(r"\\(?:x..|u....|U........|\n\s*|.)", re.DOTALL)
_ESCAPES_TO_SPACE = frozenset("nrtbvfe0aNLP_ \t\n")
_PROPERTY = re.compile(r"[&!][^\s,\[\]{}]*\s+")


@dataclass(slots=True)
class Place:
    """Where one value stands: `start` and `end` are indexes into the text.

    Collections hold the places of their entries in `items`, mappings those of their keys in `keys`.
    An alias stands where it is written and shares the entries of what it names.
    Built once by the composer, then only read.
    """

    start: int
    end: int
    style: Style
    items: dict[str | int, Place] = field(default_factory=dict)
    keys: dict[str | int, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lines:
    """A text and where its lines begin. Lines end at `\\n` only, as editors count them."""

    text: str
    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Lines:
        """Index `text`, whose line ends are already `\\n`."""
        return cls(text, (0, *(found.end() for found in re.finditer("\n", text))))

    def at(self, index: int) -> tuple[int, int]:
        """Return the 1-based line and column of the character at `index`.

        >>> Lines.of("ab\\ncd").at(4)
        (2, 2)
        """
        line = bisect_right(self.starts, index)
        return line, index - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return line `number` (1-based) without its end; empty when there is none."""
        if not 1 <= number <= len(self.starts):
            return ""
        start = self.starts[number - 1]
        return self.text[start : self._end(start)]

    def rest(self, start: int, end: int) -> int:
        """How many characters of `start..end` stand on the first line; at least one."""
        seen = self.text[start : min(end, self._end(start))].rstrip()
        return max(1, len(seen))

    def _end(self, start: int) -> int:
        found = self.text.find("\n", start)
        return len(self.text) if found < 0 else found


def content_index(text: str, place: Place, value: str, offset: int) -> int:
    """Return the index in `text` of character `offset` of the scalar `value` written at `place`.

    Visible characters keep their order in every YAML style, so the n-th one of the value is the
    n-th one written; folding, indentation and escapes only change what is between them.

    >>> content_index("a: 'it''s red'", Place(3, 14, "'"), "it's red", 5)
    10
    """
    begin, end = _content_span(text, place)
    before = sum(1 for letter in value[:offset] if not letter.isspace())
    after_last = begin
    for number, (start, stop) in enumerate(_visible(text, begin, end, place.style)):
        if number == before and not value[offset : offset + 1].isspace():
            return start
        if number == before:
            break
        after_last = stop
    blanks = offset - len(value[:offset].rstrip()) if before else 0
    return min(after_last + blanks, end)


def _content_span(text: str, place: Place) -> tuple[int, int]:
    begin, end = place.start, place.end
    while found := _PROPERTY.match(text, begin, end):
        begin = found.end()
    if place.style in ("'", '"'):
        return begin + 1, max(begin + 1, end - 1)
    if place.style in ("|", ">"):
        line_end = text.find("\n", begin, end)
        begin = end if line_end < 0 else line_end + 1
        while begin < end and text[begin].isspace():
            begin += 1
    return begin, end


def _visible(text: str, begin: int, end: int, style: Style) -> Iterator[tuple[int, int]]:
    """Yield the span of each written unit that stands for one visible character."""
    index = begin
    while index < end:
        stop = index + 1
        if style == "'" and text.startswith("''", index):
            stop = index + 2
        elif style == '"' and (found := _ESCAPE.match(text, index, end)):
            stop = found.end()
            if text[index + 1] in _ESCAPES_TO_SPACE:
                index = stop
                continue
        if not text[index].isspace():
            yield index, stop
        index = stop
