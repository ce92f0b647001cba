"""Zones and public holidays by name, and the nearest name when there is no such place.

The one place that meets `zoneinfo` and `holidays` and translates their errors. Holiday names are
English, whatever the language of the machine, so that every worker says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from engine.calendars.refusal import BadCalendar
from engine.wording import nearest, quoted

if TYPE_CHECKING:
    from holidays import HolidayBase

# What these mean depends on the machine, or nothing.
_NOT_PLACES = frozenset({"localtime", "posixrules", "Factory"})


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone called `name`.

    >>> zone_named("Berlin")
    Traceback (most recent call last):
    engine.calendars.refusal.BadCalendar: calendar, zone: there is no zone "Berlin"
      Did you mean Europe/Berlin?
    """
    try:
        if name not in _NOT_PLACES:
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    near = _nearest_zone(name)
    remedy = f"Did you mean {near}?" if near else "Use an IANA name, such as Europe/Berlin or UTC"
    raise BadCalendar(f"there is no zone {quoted(name)}", remedy=remedy, path=("zone",))


def check_holidays(country: str, region: str | None) -> None:
    """Refuse a country or region whose public holidays nobody knows.

    >>> check_holidays("DE", "Bayer")
    Traceback (most recent call last):
    engine.calendars.refusal.BadCalendar: calendar, holidays: DE has no region "Bayer"
      Did you mean BY? Regions of DE: BB, BE, BW, BY, HB, HE, HH, MV, NI, NW, RP, SH, SL, SN,
      ST, TH, Augsburg
    """
    codes = _countries()
    if country not in codes.values():
        near = nearest(country, codes)
        remedy = f"Did you mean {codes[near]}?" if near else "Use a code of two letters, such as DE"
        message = f"no public holidays are known for country {quoted(country)}"
        raise BadCalendar(message, remedy=remedy, path=("holidays",))
    regions, aliases = _regions(country)
    if region is None or region in regions:
        return
    message = f"{country} has no region {quoted(region)}"
    if not regions:
        raise BadCalendar(message, remedy=f'Write "{country}" alone', path=("holidays",))
    near = nearest(region, aliases)
    hint = f"Did you mean {aliases[near]}? " if near else ""
    remedy = f"{hint}Regions of {country}: {', '.join(regions)}"
    raise BadCalendar(message, remedy=remedy, path=("holidays",))


@lru_cache(maxsize=4096)
def holidays_in(country: str, region: str | None, year: int) -> Mapping[date, str]:
    """The public holidays of a year, with their English names. Cached: do not change it.

    >>> holidays_in("DE", "BY", 2026)[date(2026, 1, 6)]
    'Epiphany'
    """
    check_holidays(country, region)
    found = _country(country)(subdiv=region, years=year, language="en_US")
    return dict(found.items())


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Every code and English name of a country, to its code of two letters."""
    from holidays.registry import COUNTRIES

    known: dict[str, str] = {}
    for name, (_, *codes) in COUNTRIES.items():
        known |= {code: code for code in codes if len(code) == 2}
        known |= {code: codes[0] for code in codes if len(code) == 3}
        known[name.replace("_", " ")] = codes[0]
    return known


@lru_cache(maxsize=512)
def _regions(country: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """The codes of a country's regions, and every code and name of one to its code."""
    found = _country(country)()
    regions: tuple[str, ...] = tuple(found.subdivisions)
    return regions, {**{code: code for code in regions}, **found.subdivisions_aliases}


@lru_cache(maxsize=512)
def _country(country: str) -> type[HolidayBase]:
    """The class that knows a country's holidays, by its code of two letters.

    Only its own module is loaded: the package of all countries takes 60 ms to import, and
    `holidays` itself, which is imported late for that, 50 ms.
    """
    from holidays import __path__ as home
    from holidays.registry import COUNTRIES

    module = next(module for module, names in COUNTRIES.items() if country in names)
    folders = [f"{folder}/countries" for folder in home]
    spec = PathFinder.find_spec(f"holidays.countries.{module}", folders)
    assert spec is not None, module
    assert spec.loader is not None, module
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    found: type[HolidayBase] = getattr(loaded, country)
    return found


def _nearest_zone(name: str) -> str | None:
    zones = {zone.rpartition("/")[2]: zone for zone in sorted(available_timezones())}
    zones |= {zone: zone for zone in zones.values()}
    near = nearest(name.replace(" ", "_"), zones)
    return zones[near] if near else None
