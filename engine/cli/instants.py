"""Reading the days and instants people type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.errors import InputError


def read_instant(text: str, zone: str, *, now: datetime | None = None) -> datetime:
    """Read a day or an instant by the clock of a zone; with `now`, also a length of time from then.

    >>> read_instant("2026-03-02", "Europe/Berlin").isoformat()
    '2026-03-01T23:00:00+00:00'
    >>> read_instant("14d", "UTC", now=datetime(2026, 3, 2, tzinfo=UTC)).isoformat()
    '2026-03-16T00:00:00+00:00'
    """
    from engine.calendars import parse_span

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        span = parse_span(text) if now is not None else None
        if now is None or span is None or span.seconds is None:
            raise InputError(
                f"{text[:40]!r} is not a day or an instant",
                remedy="Write 2026-03-31, or 2026-03-31T14:00.",
            ) from None
        return now + timedelta(seconds=span.seconds)
    local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)
