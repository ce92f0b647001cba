"""Reading the days, instants and lengths of time people type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from engine.errors import InputError


class Day(click.DateTime):
    """A day as people type it: 2026-03-31."""

    name = "day"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Say what to type, in help texts."""
        return "YYYY-MM-DD"


DAY = Day(["%Y-%m-%d"])
"""The kind of `--from` and `--to` of a period: both days are in it, whatever the command."""


def period_of(
    first: datetime, last: datetime | None, zone: str, now: datetime
) -> tuple[datetime, datetime]:
    """Return where a period of days begins and where it is over; without a last day, now. Raises
    InputError when it ends before it begins.

    >>> first, now = datetime(2026, 3, 2), datetime(2027, 1, 1, tzinfo=UTC)
    >>> [f"{at:%d %H:%M}" for at in period_of(first, first, "Europe/Berlin", now)]
    ['01 23:00', '02 23:00']
    """
    here = ZoneInfo(zone)
    begins = first.replace(tzinfo=here).astimezone(UTC)
    ends = (last + timedelta(days=1)).replace(tzinfo=here).astimezone(UTC) if last else now
    if begins >= ends:
        raise InputError("the period ends before it begins", remedy="Let --from be before --to.")
    return begins, ends


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
