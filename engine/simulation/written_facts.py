"""How what happens in a scenario is written: moments and facts, checked.

Every slip becomes a problem at its line; what can be read is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendars import Calendar, add_span
from engine.effects.context import Context
from engine.effects.entities import Account, Contact, ContactId, Fact, FactId
from engine.language.places import Path
from engine.plan.model import Plan
from engine.simulation.scenario import contact_named
from engine.simulation.sheet import Sheet
from engine.simulation.written_people import read_fields

DEFAULT_START = "2026-03-02T09:00"
"""A Monday."""
FACT_KEYS = ("at", "fact", "data", "health", "account", "contact", "id")


@dataclass(frozen=True, slots=True)
class Reading:
    """One scenario under reading: the sheet, where in it, and what it is checked against."""

    sheet: Sheet
    context: Context
    plan: Plan | None
    account: Account
    contacts: tuple[Contact, ...]
    start: datetime

    @property
    def calendar(self) -> Calendar:
        """The account's calendar, which times of the scenario go by."""
        return self.context.calendar_of(self.account)


# --- times ------------------------------------------------------------------------------------


def read_instant(
    sheet: Sheet, value: Any, path: Path, account: Account, context: Context
) -> datetime:
    """Read a date with or without a time, by the account's clock."""
    zone = ZoneInfo(context.calendar_of(account).zone)
    try:
        at = datetime.fromisoformat(str(value).strip())
    except ValueError:
        message = f"{value} is not a moment."
        sheet.note("TN503", message, path, "Write a date with a time: 2026-03-02T09:00.")
        at = datetime.fromisoformat(DEFAULT_START)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(ZoneInfo("UTC"))


def read_moment(reading: Reading, value: Any, path: Path) -> datetime:
    """Read a moment: so long after the start, or a date."""
    sheet, text = reading.sheet, str(value).strip()
    if re.match(r"\d{4}-", text):
        return read_instant(sheet, text, path, reading.account, reading.context)
    span = sheet.span(value, path)
    return reading.start if span is None else add_span(reading.calendar, reading.start, span)


# --- facts ------------------------------------------------------------------------------------


def read_fact(reading: Reading, value: Any, path: Path, number: int) -> Fact | None:
    """Read one fact, in its full form or a short one; None when it says nothing."""
    sheet = reading.sheet
    given = sheet.mapping(value, path, FACT_KEYS, () if number == 0 else ("at",))
    kind, data = _kind(reading, given, path)
    if kind is None:
        return None
    at = reading.start if "at" not in given else read_moment(reading, given["at"], (*path, "at"))
    return Fact(
        id=FactId(sheet.text(given.get("id"), (*path, "id"), f"fact-{number}")),
        kind=kind,
        account=reading.account.id,
        occurred_at=at,
        data=data,
        contact=read_contact(reading, given.get("contact"), (*path, "contact")),
    )


def _kind(
    reading: Reading, given: Mapping[str, Any], path: Path
) -> tuple[str | None, Mapping[str, Any]]:
    sheet = reading.sheet
    said = [name for name in ("fact", "health", "account") if name in given]
    if len(said) != 1:
        remedy = "Write one of fact: <kind>, health: <score>, account: {field: value}."
        sheet.note("TN501", "It does not say what happens.", path, remedy)
        return None, {}
    if said == ["health"]:
        score = sheet.number(given["health"], (*path, "health"))
        return (None, {}) if score is None else ("health.changed", {"score": score})
    schema = reading.context.workspace.schema
    if said == ["account"]:
        fields = read_fields(sheet, given["account"], (*path, "account"), schema.account)
        return "account.changed", {"fields": fields}
    kind = sheet.text(given["fact"], (*path, "fact"))
    if kind not in schema.facts and schema.undeclared_facts == "refuse":
        message = f"The fact {kind} is not declared in schema.yaml."
        sheet.unknown("TN506", message, kind, schema.facts.keys(), (*path, "fact"), key=False)
    data = given.get("data")
    return kind or None, {} if data is None else sheet.mapping(data, (*path, "data"), None)


def read_contact(reading: Reading, value: Any, path: Path) -> ContactId | None:
    """Read whom something is about, by role or id."""
    if value is None:
        return None
    found = contact_named(reading.contacts, str(value))
    if found is None:
        known = [one.role or one.id for one in reading.contacts]
        reading.sheet.unknown(
            "TN506", f"There is no contact {value}.", str(value), known, path, key=False
        )
        return None
    return found.id
