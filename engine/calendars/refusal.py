"""How a calendar or a span that cannot be used is refused: with its place and the nearest name.

It must not know what a calendar is; the other modules of this package raise from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from engine.errors import InputError


class BadCalendar(InputError):
    """A calendar as written cannot be used.

    `path` leads to the part that is wrong, as keys from the top (`("hours", "mon-fri")`), so that
    whoever knows the file can point at the line.
    """

    def __init__(self, message: str, *, remedy: str, path: tuple[str, ...]) -> None:
        super().__init__(f"calendar, {', '.join(path)}: {message}", remedy=remedy)
        self.path = path


def nearest(name: str, options: Iterable[str]) -> str | None:
    """The option most like `name`, whatever its case; None when none is like it.

    >>> nearest("tuseday", ["monday", "tuesday"]), nearest("xyz", ["monday"])
    ('tuesday', None)
    """
    known = {option.casefold(): option for option in options}
    found = get_close_matches(name.casefold(), known, n=1, cutoff=0.55)
    return known[found[0]] if found else None


def shown(value: object) -> str:
    """A value as it is quoted in a message, never too long to read.

    >>> shown("x" * 100)
    '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."'
    """
    text = str(value)
    return f'"{text if len(text) <= 40 else text[:37] + "..."}"'
