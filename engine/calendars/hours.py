"""The working hours of a week: as authors write them, and as windows per weekday.

Owns the words `mon-fri` and `09:00-12:00, 13:00-17:00`. It must not know zones or dates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from itertools import groupby
from typing import Any, TypeAlias

from engine.calendars.refusal import BadCalendar
from engine.wording import nearest, quoted

Window: TypeAlias = tuple[time, time]
"""From, inclusive, to, exclusive. An end of 00:00 is the midnight that ends the day."""
Week: TypeAlias = tuple[tuple[Window, ...], ...]
"""Seven entries, Monday first; the windows of each in order and apart; none: a day off."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OFFICE_WEEK: Week = (((time(9), time(17)),),) * 5 + ((), ())

_WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})")
_WRITE = 'Write "09:00-17:00", or "09:00-12:00, 13:00-17:00" with a break'


def read_week(written: object) -> Week:
    """Read `{mon-fri: "09:00-17:00", sat: [...]}`. Days that are not named are off.

    >>> week = read_week({"mon-thu": "9:00-12:00, 13:00-17:00", "sat": "off"})
    >>> len(week[0]), len(week[4]), write_week(week)
    (2, 0, {'mon-thu': '09:00-12:00, 13:00-17:00'})
    """
    if not isinstance(written, Mapping):
        raise _bad(f"{quoted(written)} says no days", 'Write hours: {mon-fri: "09:00-17:00"}')
    week: dict[int, tuple[Window, ...]] = {}
    for key, value in written.items():
        windows = _read_windows(value, str(key))
        for day in _read_days(str(key)):
            if day in week:
                raise _bad(f"{DAYS[day]} is named twice", "Name each day once", str(key))
            week[day] = windows
    if not any(week.values()):
        raise _bad("no day has working hours", 'Write hours: {mon-fri: "09:00-17:00"}')
    return tuple(week.get(day, ()) for day in range(7))


def write_week(week: Week) -> dict[str, str]:
    """The inverse of `read_week`, neighbouring days with the same hours joined.

    >>> write_week(OFFICE_WEEK)
    {'mon-fri': '09:00-17:00'}
    """
    written = {}
    for windows, run in groupby(range(7), key=lambda day: week[day]):
        days = list(run)
        if windows:
            key = DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
            written[key] = ", ".join(f"{_clock(a)}-{_clock(b, end=True)}" for a, b in windows)
    return written


def _read_days(key: str) -> list[int]:
    days: list[int] = []
    for part in key.split(","):
        ends = [_read_day(name, key) for name in re.split("[-–]", part)]
        if len(ends) > 2:
            raise _bad(f"{quoted(part)} is not a range of days", 'Write "mon-fri"', key)
        length = (ends[-1] - ends[0]) % 7
        days += [(ends[0] + n) % 7 for n in range(length + 1)]
    return days


def _read_day(name: str, key: str) -> int:
    plain = name.strip().lower()
    for number, names in enumerate(zip(DAYS, _NAMES, strict=True)):
        if plain in names:
            return number
    near = nearest(plain, (*DAYS, *_NAMES))
    remedy = f'Did you mean "{near}"?' if near else f"Use {', '.join(DAYS)}, or mon-fri"
    raise _bad(f"{quoted(name.strip())} is not a day of the week", remedy, key)


def _read_windows(value: object, key: str) -> tuple[Window, ...]:
    if value is None or (isinstance(value, str) and value.strip().lower() in ("", "off", "none")):
        return ()
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise _bad(f"{quoted(value)} is not working hours", _WRITE, key)
    return _joined(sorted(_read_window(part, key) for part in parts), key)


def _read_window(part: Any, key: str) -> tuple[int, int]:
    match = _WINDOW.fullmatch(part.strip()) if isinstance(part, str) else None
    if match is None:
        raise _bad(f"{quoted(part)} is not working hours", _WRITE, key)
    hours = [int(group) for group in match.groups()]
    start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if max(hours[1], hours[3]) > 59 or start >= 1440 or end > 1440:
        raise _bad(f"{quoted(part)}: there is no such time of day", _WRITE, key)
    if end == 0 or start > end:
        remedy = "Split hours that pass midnight: 22:00-24:00 on one day, 00:00-06:00 on the next"
        raise _bad(f"{quoted(part)} ends before it starts", remedy, key)
    if start == end:
        raise _bad(f"{quoted(part)} is no time at all", 'Write "off" for a day off', key)
    return start, end


def _joined(windows: list[tuple[int, int]], key: str) -> tuple[Window, ...]:
    joined: list[tuple[int, int]] = []
    for start, end in windows:
        if joined and start < joined[-1][1]:
            raise _bad("two windows overlap", "Write each hour once", key)
        if joined and start == joined[-1][1]:
            start = joined.pop()[0]
        joined.append((start, end))
    return tuple((_time(start), _time(end)) for start, end in joined)


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _clock(at: time, *, end: bool = False) -> str:
    return "24:00" if end and at == time(0) else at.isoformat("minutes")


def _bad(message: str, remedy: str, key: str | None = None) -> BadCalendar:
    return BadCalendar(message, remedy=remedy, path=("hours", key) if key else ("hours",))
