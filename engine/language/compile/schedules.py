"""Schedules as authors write them: the five fields of cron, and time zones."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from engine.calendars import BadCalendar
from engine.calendars.places import zone_named

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# fmt: off
_MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)
# fmt: on
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_PART = re.compile(r"(\*|\w+(?:-\w+)?)(?:/(\d+))?")


def bad_schedule(text: str) -> tuple[str, str] | None:
    """Return (what is wrong, what to write) with a schedule; None when it can be used.

    >>> bad_schedule("0 9 * * mon-fri")
    >>> bad_schedule("0 25 * * *")[0]
    '25 is not an hour (0 to 23).'
    >>> bad_schedule("0 9 31 2 *")[0]
    'No day is like that: it never comes round.'
    """
    parts = text.lower().split()
    if len(parts) != len(_FIELDS):
        message = f"A schedule has five parts, and this has {len(parts)}."
        return message, 'Write minute, hour, day, month, weekday: "0 9 * * mon".'
    for part, (what, low, high, words) in zip(parts, _FIELDS, strict=True):
        for one in part.split(","):
            if (wrong := _wrong(one, low, high, words)) is not None:
                article = "an" if what == "hour" else "a"
                message = f"{wrong} is not {article} {what} ({low} to {high})."
                return message, "Use numbers, ranges (1-5), steps (*/15), lists (1,15) or *."
    if not _comes_round(text):
        return "No day is like that: it never comes round.", "Correct the day or the month."
    return None


def _comes_round(text: str) -> bool:
    try:
        return next(CronSim(text, _SOME_DAY), None) is not None
    except CronSimError:
        return False


def _wrong(part: str, low: int, high: int, words: tuple[str, ...]) -> str | None:
    found = _PART.fullmatch(part)
    if found is None or found[2] == "0":
        return part or "nothing"
    if found[1] == "*":
        return None
    numbers = [_number(one, low, words) for one in found[1].split("-")]
    fits = all(number is not None and low <= number <= high for number in numbers)
    known = [number for number in numbers if number is not None]
    return None if fits and known == sorted(known) else part


def _number(text: str, low: int, words: tuple[str, ...]) -> int | None:
    if text in words:
        return words.index(text) + low
    return int(text) if text.isascii() and text.isdigit() else None


def bad_zone(name: str | None) -> tuple[str, str] | None:
    """Return (what is wrong, what to write) with a time zone; None when it can be used."""
    if name is None:
        return None
    try:
        zone_named(name)
    except BadCalendar as error:
        return f'There is no time zone "{name[:60]}".', error.remedy
    return None
