"""What tenure.yaml and calendars.yaml say that their forms alone cannot check.

Owns bands, the brand and the calendars. It must not know where a file lies.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from pydantic import RootModel

from engine.calendars import BadCalendar, Calendar
from engine.delivery.brand import Brand
from engine.errors import InputError
from engine.language.workspace.forms import TenureForm, Word
from engine.language.workspace.model import Band
from engine.language.workspace.reading import Sheet


class CalendarsForm(RootModel[dict[Word, Any]]):
    """calendars.yaml: names to what `engine.calendars.Calendar` reads."""


def build_bands(sheet: Sheet[TenureForm], form: TenureForm) -> tuple[Band, ...]:
    """Return the bands, which must begin at 0 and rise, below 100."""
    bands = tuple(Band(name, at_least) for name, at_least in form.bands.items())
    remedy = "Write where each band begins, lowest first: {red: 0, yellow: 40, green: 70}."
    if bands[0].at_least != 0:
        message = f"The first band, {bands[0].name}, begins at {bands[0].at_least:g} and not at 0."
        sheet.add("TN408", message, ("bands", bands[0].name), remedy)
    for below, band in pairwise(bands):
        if not below.at_least < band.at_least < 100:
            message = (
                f"{band.name} begins at {band.at_least:g}: it has to be above {below.name} "
                f"({below.at_least:g}) and below 100."
            )
            sheet.add("TN408", message, ("bands", band.name), remedy)
    return bands


def build_brand(sheet: Sheet[TenureForm], form: TenureForm) -> dict[str, Any]:
    """Return the brand's JSON; its name is the workspace's unless it has one."""
    brand = form.brand.model_dump(exclude_none=True)
    brand.setdefault("name", form.workspace)
    try:
        Brand.from_json(brand)
    except InputError as error:
        sheet.add("TN405", f"{error.message}.", ("brand",), error.remedy, key=True)
    return brand


def build_calendars(sheet: Sheet[CalendarsForm], zone: str) -> dict[str, dict[str, Any]]:
    """Return every calendar's JSON, `default` always among them.

    A calendar that names no zone has the workspace's. One that cannot be used is a problem, with
    the default in its place so that the rest can be checked.
    """
    written = sheet.form.root if sheet.form else {}
    calendars: dict[str, dict[str, Any]] = {"default": Calendar(zone).to_json()}
    for name, given in written.items():
        given = {} if given is None else given
        usual = {"zone": zone, **given} if isinstance(given, dict) else given
        problems = _problems_of(usual)
        for error in problems:
            message = error.message.removeprefix("calendar, ")
            message = message[:1].upper() + message[1:] + "."
            remedy = f"{error.remedy}.".replace("?.", "?")
            sheet.add("TN407", message, (name, *error.path), remedy, key="no such key" in message)
        calendars[name] = calendars["default"] if problems else Calendar.from_json(usual).to_json()
    return calendars


def _problems_of(written: Any) -> list[BadCalendar]:
    """All that is wrong with a calendar: each key by itself, then the whole."""
    parts = [{key: value} for key, value in written.items()] if isinstance(written, dict) else []
    alone = [problem for part in parts if (problem := _problem_of(part)) is not None]
    whole = None if alone else _problem_of(written)
    return alone if whole is None else [whole]


def _problem_of(written: Any) -> BadCalendar | None:
    try:
        Calendar.from_json(written)
    except BadCalendar as problem:
        return problem
    return None
