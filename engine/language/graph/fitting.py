"""Fitting text into boxes: how wide it is, where it breaks, when it is cut.

Widths are estimated for a wide sans-serif (DejaVu Sans), so that text fits in every narrower one.
Must not know boxes.
"""

from __future__ import annotations

import re
import unicodedata

_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")

# Shares of the font size, from DejaVu Sans.
_SHARES = {
    **dict.fromkeys("ijl'|I", 0.3),
    **dict.fromkeys(" .,:;", 0.34),
    **dict.fromkeys('ftr/()[]{}!-"', 0.46),
    **dict.fromkeys("csvxyzkJ", 0.58),
    **dict.fromkeys("mwMW@%→—…", 1.0),
}


def width(text: str, size: float) -> float:
    """Return how wide `text` is at a font size, in pixels; never too little.

    >>> width("il", 10) < width("mm", 10), width("", 10)
    (True, 0.0)
    """
    return size * sum((_share(letter) for letter in text), 0.0)


def _share(letter: str) -> float:
    if letter in _SHARES:
        return _SHARES[letter]
    if ord(letter) > 0x2E7F or unicodedata.east_asian_width(letter) in "WF":
        return 1.15
    if unicodedata.combining(letter):
        return 0.0
    return 0.74 if letter.isupper() or ord(letter) > 0xFF else 0.635


def clean(text: str) -> str:
    """Return text on one line, without characters that XML cannot hold, variables kept together.

    >>> clean("two\\n  lines\\x00 for {{ account.name }}")
    'two lines for {account.name}'
    """
    flat = _VARIABLE.sub(r"{\1}", " ".join(text.split()))
    return "".join(letter for letter in flat if letter.isprintable())


def wrap(text: str, size: float, room: float, lines: int) -> tuple[str, ...]:
    """Break text into at most `lines` lines of `room` pixels; an ellipsis says what is cut.

    >>> wrap("call the champion again", 10, 80, 2)
    ('call the', 'champion…')
    """
    words = _broken(clean(text).split(), size, room)
    found: list[str] = []
    for word in words:
        if found and width(f"{found[-1]} {word}", size) <= room:
            found[-1] = f"{found[-1]} {word}"
        else:
            found.append(word)
    if len(found) <= lines:
        return tuple(found)
    return (*found[: lines - 1], _cut(found[lines - 1], size, room))


def _broken(words: list[str], size: float, room: float) -> list[str]:
    """Break the words that are wider than a line by themselves."""
    found: list[str] = []
    for word in words:
        rest = word
        while width(rest, size) > room:
            start = _start(rest, size, room)
            good = max(start.rfind(mark) for mark in "/-_.")
            take = good + 1 if good > len(start) / 3 else len(start)
            found.append(rest[:take])
            rest = rest[take:]
        found.append(rest)
    return found


def _start(text: str, size: float, room: float) -> str:
    end = 1
    while end < len(text) and width(text[: end + 1], size) <= room:
        end += 1
    return text[:end]


def _cut(text: str, size: float, room: float) -> str:
    return _start(text, size, room - width("…", size)).rstrip() + "…"
