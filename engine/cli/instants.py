"""Reading the days, instants and lengths of time people type."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engine.errors import InputError


def read_instant(text: str, zone: str, *, now: datetime | None = None) -> datetime:
    """Read a day or an instant by the clock of a zone; with `now`, also a length of time from then.
    Raises InputError.

    >>> read_instant("2026-03-02", "Europe/Berlin").isoformat()
    '2026-03-01T23:00:00+00:00'
    >>> read_instant("14d", "UTC", now=datetime(2026, 3, 2, tzinfo=UTC)).isoformat()
    '2026-03-16T00:00:00+00:00'
    """
    from engine.calendars import Calendar, add_span, parse_span

    try:
        found = datetime.fromisoformat(text)
        local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        length = ", or 14d" if now else ""
    try:
        if now is not None:
            return add_span(Calendar(zone), now, parse_span(text))
    except InputError:
        pass
    raise InputError(
        f"{text[:40]!r} is not a day or an instant" + (", nor a length of time" if now else ""),
        remedy=f"Write 2026-03-31, 2026-03-31T14:00{length}.",
    )
