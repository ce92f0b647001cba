"""The words that messages of every layer share: a value as it is named, the name that was meant.

Pure. It must not know what the values are of, nor how a message is rendered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

_MOST_CHARACTERS = 60


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, whatever its case; None when none is like it.

    >>> nearest("scor", {"score", "band"}), nearest("Tuseday", ["monday", "tuesday"])
    ('score', 'tuesday')
    >>> nearest("xyz", ["monday"]) is None
    True
    """
    folded = {option.casefold(): option for option in sorted(known)}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return how many there are, in words; `many` where the plural is more than an s.

    >>> counted(1, "run"), counted(0, "run"), counted(12_000, "day off", "days off")
    ('1 run', '0 runs', '12,000 days off')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def quoted(value: object) -> str:
    """Return a value for use in a message: one line, quoted, not long.

    >>> quoted("two\\n  lines")
    '"two lines"'
    """
    flat = " ".join(str(value).split())
    short = flat if len(flat) <= _MOST_CHARACTERS else flat[: _MOST_CHARACTERS - 3] + "..."
    return f'"{short}"'


def shown(value: object) -> str:
    """Return what an author wrote, as a message names it.

    >>> shown("red"), shown(None), shown([1]), shown(True), shown(5)
    ('"red"', 'nothing', 'a list', 'true', '5')
    """
    match value:
        case None:
            return "nothing"
        case Mapping():
            return "a mapping"
        case list():
            return "a list"
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
    return str(value)
