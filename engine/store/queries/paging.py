"""Pages of a list: how long they may be, and the cursors that continue them. Pure."""

from __future__ import annotations

from datetime import datetime

from engine.errors import InputError

LONGEST_PAGE = 500
_NEVER = "never"


def page_size(limit: int) -> int:
    """Return a limit within bounds.

    >>> page_size(50), page_size(0), page_size(10_000)
    (50, 1, 500)
    """
    return max(1, min(limit, LONGEST_PAGE))


def cursor_at(instant: datetime | None, id: str) -> str:
    """Return the cursor of a row in a list by instant (null: last) and id.

    >>> cursor_at(datetime.fromisoformat("2026-03-01T00:00:00Z"), "t-1"), cursor_at(None, "t-2")
    ('2026-03-01T00:00:00+00:00~t-1', 'never~t-2')
    """
    return f"{instant.isoformat() if instant else _NEVER}~{id}"


def read_instant_cursor(cursor: str) -> tuple[datetime | None, str]:
    """Read what `cursor_at` wrote.

    >>> read_instant_cursor("never~t-2")
    (None, 't-2')
    """
    instant, _, id = cursor.partition("~")
    try:
        return (None if instant == _NEVER else datetime.fromisoformat(instant)), id
    except ValueError:
        raise unreadable(cursor) from None


def read_number_cursor(cursor: str) -> int:
    """Read a cursor that is a row's number.

    >>> read_number_cursor("17")
    17
    """
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise unreadable(cursor)
    return int(cursor)


def unreadable(cursor: str) -> InputError:
    """Return the error for a cursor that no list gave."""
    return InputError(
        f"the cursor {cursor[:60]!r} cannot be read",
        remedy="Pass the cursor of a listed row unchanged, or leave it out to begin at the start.",
    )
