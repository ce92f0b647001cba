"""A calendar: when somebody works. The value, and its JSON as authors write it.

Owns which dates are working days and why others are not. It must not know instants: windows of
real time are the business of `worktime`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from engine.calendars.hours import OFFICE_WEEK, Week, Window, read_week, write_week
from engine.calendars.places import check_holidays, holidays_in, zone_named
from engine.calendars.refusal import BadCalendar
from engine.errors import InputError
from engine.wording import nearest, quoted

_KEYS = ("zone", "hours", "holidays", "days_off", "working_days", "leave")


@dataclass(frozen=True, slots=True)
class Leave:
    """Days on which one person is away, both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InputError(
                f"leave from {self.first} to {self.last} ends before it starts",
                remedy="Swap the two dates",
            )


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody works, in their own zone. The default: Monday to Friday, 09:00 to 17:00, UTC.

    What wins, strongest first: `leave` (never works), `working_days` (work in spite of a holiday
    or a weekend), `days_off`, public holidays of `country` and `region`, `hours` of the weekday. An
    extra working day on a weekday without hours has those of the first weekday that has some.
    """

    zone: str = "UTC"
    hours: Week = OFFICE_WEEK
    country: str | None = None
    region: str | None = None
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    leave: tuple[Leave, ...] = ()

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Self:
        """Read what `calendars.yaml` holds; every key may be left out. Raises `BadCalendar`.

        >>> calendar = Calendar.from_json({"zone": "Europe/Berlin", "holidays": "DE-BY"})
        >>> holiday_name(calendar, date(2026, 1, 6))
        'Epiphany'
        """
        if not isinstance(written, Mapping):
            raise BadCalendar(f"{quoted(written)} is not a mapping", remedy=_KEYS_REMEDY, path=())
        for key in written:
            if key not in _KEYS:
                raise _unknown_key(str(key))
        zone = written.get("zone", "UTC")
        zone_named(zone if isinstance(zone, str) else str(zone))
        country, region = _read_holidays(written.get("holidays"))
        days_off = _read_dates(written.get("days_off"), "days_off")
        working_days = _read_dates(written.get("working_days"), "working_days")
        if both := days_off & working_days:
            message = f"{min(both)} is a day off too"
            raise BadCalendar(message, remedy="Keep it in one list", path=("working_days",))
        hours = read_week(written["hours"]) if "hours" in written else OFFICE_WEEK
        leave = tuple(_read_leave(entry) for entry in _list(written.get("leave"), "leave"))
        return cls(zone, hours, country, region, days_off, working_days, leave)

    def to_json(self) -> dict[str, Any]:
        """The inverse of `from_json`; what is empty is left out.

        >>> Calendar(country="US").to_json()
        {'zone': 'UTC', 'hours': {'mon-fri': '09:00-17:00'}, 'holidays': 'US'}
        """
        written: dict[str, Any] = {"zone": self.zone, "hours": write_week(self.hours)}
        if self.country:
            written["holidays"] = "-".join(filter(None, (self.country, self.region)))
        if self.days_off:
            written["days_off"] = [day.isoformat() for day in sorted(self.days_off)]
        if self.working_days:
            written["working_days"] = [day.isoformat() for day in sorted(self.working_days)]
        if self.leave:
            written["leave"] = [
                {"first": leave.first.isoformat(), "last": leave.last.isoformat()}
                for leave in self.leave
            ]
        return written


def windows_on(calendar: Calendar, day: date) -> tuple[Window, ...]:
    """The working hours of a date, by the clock on the wall; none on a day off.

    >>> len(windows_on(Calendar(), date(2026, 1, 5))), windows_on(Calendar(), date(2026, 1, 4))
    (1, ())
    """
    if _on_leave(calendar, day):
        return ()
    own = calendar.hours[day.weekday()]
    if calendar.working_days and day in calendar.working_days:
        return own or next(filter(None, calendar.hours), ())
    if not own or day in calendar.days_off or holiday_name(calendar, day):
        return ()
    return own


def holiday_name(calendar: Calendar, day: date) -> str | None:
    """The English name of the public holiday on a date, even where the calendar works on it.

    >>> holiday_name(Calendar(country="DE"), date(2026, 10, 3))
    'German Unity Day'
    """
    if calendar.country is None:
        return None
    return holidays_in(calendar.country, calendar.region, day.year).get(day)


def why_off(calendar: Calendar, day: date) -> str | None:
    """Why nobody works on a date, in words for an explanation; None on a working day.

    >>> why_off(Calendar(country="DE"), date(2026, 1, 1)), why_off(Calendar(), date(2026, 1, 3))
    ("public holiday: New Year's Day", 'no working hours on Saturday')
    """
    if windows_on(calendar, day):
        return None
    if _on_leave(calendar, day):
        return "on leave"
    if day in calendar.days_off:
        return "day off"
    name = holiday_name(calendar, day)
    return f"public holiday: {name}" if name else f"no working hours on {_WEEKDAYS[day.weekday()]}"


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_KEYS_REMEDY = f"Write a mapping with any of: {', '.join(_KEYS)}"


def _on_leave(calendar: Calendar, day: date) -> bool:
    return any(leave.first <= day <= leave.last for leave in calendar.leave)


def _unknown_key(key: str) -> BadCalendar:
    near = nearest(key, _KEYS)
    remedy = f'Did you mean "{near}"?' if near else _KEYS_REMEDY
    return BadCalendar("there is no such key", remedy=remedy, path=(key,))


def _read_holidays(written: object) -> tuple[str | None, str | None]:
    if written is None or written == "none":
        return None, None
    match written:
        case str():
            country, _, region = written.partition("-")
        case {"country": str(country), **rest} if not rest:
            region = ""
        case {"country": str(country), "region": str(region), **rest} if not rest:
            pass
        case _:
            raise BadCalendar(
                f"{quoted(written)} names no country",
                remedy='Write "DE-BY", {country: DE, region: BY} or none, with quotes around "NO"',
                path=("holidays",),
            )
    check_holidays(country, region or None)
    return country, region or None


def _read_leave(written: object) -> Leave:
    match written:
        case {"first": first, "last": last, **rest} if not rest:
            try:
                return Leave(_read_date(first, "leave"), _read_date(last, "leave"))
            except BadCalendar:
                raise
            except InputError as error:
                raise BadCalendar(error.message, remedy=error.remedy, path=("leave",)) from None
        case Mapping():
            remedy = "Write {first: 2026-08-03, last: 2026-08-21}"
            raise BadCalendar("first and last are needed", remedy=remedy, path=("leave",))
        case _:
            day = _read_date(written, "leave")
            return Leave(day, day)


def _read_dates(written: object, key: str) -> frozenset[date]:
    return frozenset(_read_date(entry, key) for entry in _list(written, key))


def _read_date(written: object, key: str) -> date:
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        message = f"{quoted(written)} is not a date"
        raise BadCalendar(message, remedy="Write 2026-12-24", path=(key,)) from None


def _list(written: object, key: str) -> list[Any] | tuple[Any, ...]:
    if written is None:
        return []
    if not isinstance(written, list | tuple):
        message = f"{quoted(written)} is not a list"
        raise BadCalendar(message, remedy="Write [2026-12-24, 2026-12-31]", path=(key,))
    return written
