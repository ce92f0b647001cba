"""How the people of a scenario are written: the account, its contacts, our own users; checked.

Every slip becomes a problem at its line; what can be read is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.calendars.places import zone_named
from engine.calendars.refusal import BadCalendar
from engine.effects.context import Context
from engine.effects.entities import Account, AccountId, Contact, ContactId, User, UserId
from engine.language.compile.values import why_not
from engine.language.places import Path
from engine.language.workspace.model import Field
from engine.simulation.sheet import Sheet

USER_KEYS = ("id", "name", "email", "zone", "calendar", "manager", "leave")


def read_fields(
    sheet: Sheet, value: Any, path: Path, schema: Mapping[str, Field]
) -> dict[str, Any]:
    """Read fields of an account or contact: those that schema.yaml has, of a fitting value."""
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


def read_account_fields(sheet: Sheet, value: Any, path: Path, context: Context) -> dict[str, Any]:
    """Read the fields of the account, with a name and an id in any case."""
    fields = read_fields(sheet, value, path, context.workspace.schema.account)
    fields.setdefault("name", "Acme")
    fields.setdefault("id", _slug(fields["name"]))
    return fields


def _slug(name: Any) -> str:
    return re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-") or "acme"


def read_account(
    sheet: Sheet, fields: dict[str, Any], value: Mapping[str, Any], path: Path, context: Context
) -> Account:
    """Make the account of its fields and of the health in `value`."""
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


def read_contacts(
    sheet: Sheet, value: Any, path: Path, account: Account, context: Context
) -> tuple[Contact, ...]:
    """Read the account's contacts; one without an id or address gets them by its role or place."""
    schema = context.workspace.schema
    found = []
    for index, written in enumerate(sheet.items(value, path)):
        at = (*path, index)
        fields = read_fields(sheet, written, at, schema.contact)
        role = fields.get("role")
        id = str(fields.setdefault("id", f"c-{role or index + 1}"))
        email = str(fields.setdefault("email", f"{id}@contacts.invalid"))
        fields["account"] = account.id
        found.append(Contact(ContactId(id), account.id, role, email, fields))
    return tuple(found)


def read_users(sheet: Sheet, value: Any, path: Path) -> list[User]:
    """Read our own people, as far as they are said."""
    found = []
    for index, written in enumerate(sheet.items(value, path)):
        at = (*path, index)
        given = sheet.mapping(written, at, USER_KEYS, ("id",))
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
