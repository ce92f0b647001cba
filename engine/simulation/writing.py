"""How a scenario is written: accounts, contacts, users, facts and habits from YAML, checked.

Owns the form of `tenure simulate`'s account file and of the scenario part of a test. Every slip
becomes a problem at its line; what can be read is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendars import Calendar, add_span
from engine.calendars.places import zone_named
from engine.calendars.refusal import BadCalendar
from engine.effects.context import Context
from engine.effects.entities import (
    Account,
    AccountId,
    Contact,
    ContactId,
    Fact,
    FactId,
    User,
    UserId,
)
from engine.language.compile.values import why_not
from engine.language.places import Path
from engine.language.workspace.model import Field
from engine.plan.model import Plan
from engine.simulation.casting import cast_users
from engine.simulation.doing import read_habits
from engine.simulation.scenario import Scenario, contact_named
from engine.simulation.sheet import Sheet

KEYS = (
    "account",
    "contacts",
    "users",
    "health",
    "inputs",
    "start",
    "trigger",
    "contact",
    "facts",
    "people",
    "until",
)
CLOCK = "clock"
"""In place of a trigger: the run begins by the playbook's own dates, schedules and conditions."""
DEFAULT_START = "2026-03-02T09:00"
"""A Monday."""
DEFAULT_UNTIL = "400d"
_USER_KEYS = ("id", "name", "email", "zone", "calendar", "manager", "leave")
_FACT_KEYS = ("at", "fact", "data", "health", "account", "contact", "id")


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


def read_scenario(
    sheet: Sheet, value: Mapping[str, Any], path: Path, context: Context, plan: Plan | None
) -> Scenario:
    """Read a scenario; what is wrong is noted in the sheet."""
    fields = _fields(
        sheet, value.get("account", {}), (*path, "account"), context.workspace.schema.account
    )
    fields.setdefault("name", "Acme")
    fields.setdefault("id", _slug(fields["name"]))
    users = _users(sheet, value.get("users"), (*path, "users"))
    filled, cast = cast_users(context.workspace, fields, users)
    account = _account(sheet, filled, value, path, context)
    start = _instant(sheet, value.get("start", DEFAULT_START), (*path, "start"), account, context)
    account = _since(account, start, context)
    contacts = _contacts(sheet, value.get("contacts"), (*path, "contacts"), account, context)
    reading = Reading(sheet, context, plan, account, contacts, start)
    trigger = value.get("trigger")
    return Scenario(
        account=account,
        contacts=contacts,
        users=cast,
        start=start,
        until=_moment(reading, value.get("until", DEFAULT_UNTIL), (*path, "until")),
        facts=_facts(reading, value.get("facts"), (*path, "facts")),
        habits=read_habits(sheet, value.get("people"), (*path, "people"), plan),
        inputs=_inputs(sheet, value.get("inputs"), (*path, "inputs"), plan),
        trigger=_trigger(reading, trigger, (*path, "trigger")),
        by_clock=trigger == CLOCK,
        contact=_subject(reading, value.get("contact"), (*path, "contact")),
    )


# --- accounts and people ----------------------------------------------------------------------


def _slug(name: Any) -> str:
    return re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-") or "acme"


def _fields(sheet: Sheet, value: Any, path: Path, schema: Mapping[str, Field]) -> dict[str, Any]:
    found = {}
    for name, content in sheet.mapping(value, path, None).items():
        if name not in schema:
            message = f"There is no field {name} in schema.yaml."
            sheet.unknown("TN506", message, name, schema.keys(), (*path, name))
            continue
        field = schema[name]
        if content is not None and (bad := why_not(content, field.type, field.one_of)):
            sheet.note("TN506", f"{name} does not fit: {bad[0]}.", (*path, name), bad[1])
            continue
        found[name] = content
    return found


def _account(
    sheet: Sheet, fields: dict[str, Any], value: Mapping[str, Any], path: Path, context: Context
) -> Account:
    if (zone := fields.get("zone")) and not _is_zone(str(zone)):
        message = f'There is no time zone "{zone}".'
        sheet.note("TN506", message, (*path, "account", "zone"), "Write it as Europe/Berlin.")
        del fields["zone"]
    score = sheet.number(value.get("health"), (*path, "health"))
    if score is not None and not 0 <= score <= 100:
        sheet.wrong_kind(value["health"], (*path, "health"), "a number from 0 to 100")
        score = None
    band = None if score is None else context.band(score)
    return Account(AccountId(str(fields["id"])), fields, score, band)


def _is_zone(name: str) -> bool:
    try:
        zone_named(name)
    except BadCalendar:
        return False
    return True


def _since(account: Account, start: datetime, context: Context) -> Account:
    if account.score is None:
        return account
    return Account(account.id, account.fields, account.score, account.band, start)


def _contacts(
    sheet: Sheet, value: Any, path: Path, account: Account, context: Context
) -> tuple[Contact, ...]:
    schema = context.workspace.schema
    found = []
    for index, written in enumerate(sheet.items(value, path)):
        at = (*path, index)
        fields = _fields(sheet, written, at, schema.contact)
        role = fields.get("role")
        id = str(fields.setdefault("id", f"c-{role or index + 1}"))
        email = str(fields.setdefault("email", f"{id}@contacts.invalid"))
        fields["account"] = account.id
        found.append(Contact(ContactId(id), account.id, role, email, fields))
    return tuple(found)


def _users(sheet: Sheet, value: Any, path: Path) -> list[User]:
    found = []
    for index, written in enumerate(sheet.items(value, path)):
        at = (*path, index)
        given = sheet.mapping(written, at, _USER_KEYS, ("id",))
        id = sheet.text(given.get("id"), (*at, "id"), "somebody")
        manager = sheet.text(given.get("manager"), (*at, "manager"))
        found.append(
            User(
                UserId(id),
                sheet.text(given.get("name"), (*at, "name"), id),
                sheet.text(given.get("email"), (*at, "email"), f"{id}@users.invalid"),
                sheet.text(given.get("zone"), (*at, "zone")) or None,
                sheet.text(given.get("calendar"), (*at, "calendar"), "default"),
                UserId(manager) if manager else None,
                _leave(sheet, given.get("leave"), (*at, "leave")),
            )
        )
    return found


def _leave(sheet: Sheet, value: Any, path: Path) -> tuple[tuple[date, date], ...]:
    found = []
    for index, written in enumerate(sheet.items(value, path)):
        first, _, last = str(written).partition("..")
        try:
            days = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
        except ValueError:
            remedy = "Write 2026-03-05, or 2026-03-05..2026-03-09."
            sheet.note("TN503", f"{written} is not a day off.", (*path, index), remedy)
            continue
        found.append(days)
    return tuple(found)


def _subject(reading: Reading, value: Any, path: Path) -> ContactId | None:
    if value is None:
        for_contact = reading.plan is not None and reading.plan.subject == "contact"
        return reading.contacts[0].id if for_contact and reading.contacts else None
    return _contact(reading, value, path)


def _contact(reading: Reading, value: Any, path: Path) -> ContactId | None:
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


def _inputs(sheet: Sheet, value: Any, path: Path, plan: Plan | None) -> Mapping[str, Any]:
    known = None if plan is None else plan.inputs
    return {} if value is None else sheet.mapping(value, path, known)


# --- times and facts --------------------------------------------------------------------------


def _instant(sheet: Sheet, value: Any, path: Path, account: Account, context: Context) -> datetime:
    """Read a date with or without a time, by the account's clock."""
    zone = ZoneInfo(context.calendar_of(account).zone)
    try:
        at = datetime.fromisoformat(str(value).strip())
    except ValueError:
        message = f"{value} is not a moment."
        sheet.note("TN503", message, path, "Write a date with a time: 2026-03-02T09:00.")
        at = datetime.fromisoformat(DEFAULT_START)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(ZoneInfo("UTC"))


def _moment(reading: Reading, value: Any, path: Path) -> datetime:
    """Read a moment: so long after the start, or a date."""
    sheet, text = reading.sheet, str(value).strip()
    if re.match(r"\d{4}-", text):
        return _instant(sheet, text, path, reading.account, reading.context)
    span = sheet.span(value, path)
    return reading.start if span is None else add_span(reading.calendar, reading.start, span)


def _trigger(reading: Reading, value: Any, path: Path) -> Fact | None:
    return None if value is None or value == CLOCK else read_fact(reading, value, path, 0)


def _facts(reading: Reading, value: Any, path: Path) -> tuple[Fact, ...]:
    found = [
        read_fact(reading, written, (*path, index), index + 1)
        for index, written in enumerate(reading.sheet.items(value, path))
    ]
    return tuple(fact for fact in found if fact is not None)


def read_fact(reading: Reading, value: Any, path: Path, number: int) -> Fact | None:
    """Read one fact, in its full form or a short one; None when it says nothing."""
    sheet = reading.sheet
    given = sheet.mapping(value, path, _FACT_KEYS, () if number == 0 else ("at",))
    kind, data = _kind(reading, given, path)
    if kind is None:
        return None
    at = reading.start if "at" not in given else _moment(reading, given["at"], (*path, "at"))
    return Fact(
        id=FactId(sheet.text(given.get("id"), (*path, "id"), f"fact-{number}")),
        kind=kind,
        account=reading.account.id,
        occurred_at=at,
        data=data,
        contact=_contact(reading, given.get("contact"), (*path, "contact")),
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
        fields = _fields(sheet, given["account"], (*path, "account"), schema.account)
        return "account.changed", {"fields": fields}
    kind = sheet.text(given["fact"], (*path, "fact"))
    if kind not in schema.facts and schema.undeclared_facts == "refuse":
        message = f"The fact {kind} is not declared in schema.yaml."
        sheet.unknown("TN506", message, kind, schema.facts.keys(), (*path, "fact"), key=False)
    data = given.get("data")
    return kind or None, {} if data is None else sheet.mapping(data, (*path, "data"), None)
