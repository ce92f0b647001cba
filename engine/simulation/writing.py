"""How a scenario is written: who there is, what happens, who does what; from YAML, checked.

Owns the form of `tenure simulate`'s account file and of the scenario part of a test. Every slip
becomes a problem at its line; what can be read is read all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import ContactId, Fact
from engine.language.places import Path
from engine.plan.model import Plan
from engine.simulation.casting import cast_users
from engine.simulation.doing import read_habits
from engine.simulation.scenario import Scenario
from engine.simulation.sheet import Sheet
from engine.simulation.written_facts import (
    DEFAULT_START,
    Reading,
    read_contact,
    read_fact,
    read_instant,
    read_moment,
)
from engine.simulation.written_people import (
    read_account,
    read_account_fields,
    read_contacts,
    read_users,
)

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
DEFAULT_UNTIL = "400d"


def read_scenario(
    sheet: Sheet, value: Mapping[str, Any], path: Path, context: Context, plan: Plan | None
) -> Scenario:
    """Read a scenario; what is wrong is noted in the sheet."""
    fields = read_account_fields(sheet, value.get("account", {}), (*path, "account"), context)
    users = read_users(sheet, value.get("users"), (*path, "users"))
    filled, cast = cast_users(context.workspace, fields, users)
    account = read_account(sheet, filled, value, path, context)
    start = read_instant(
        sheet, value.get("start", DEFAULT_START), (*path, "start"), account, context
    )
    account = replace(account, band_since=None if account.score is None else start)
    contacts = read_contacts(sheet, value.get("contacts"), (*path, "contacts"), account, context)
    reading = Reading(sheet, context, plan, account, contacts, start)
    trigger = value.get("trigger")
    return Scenario(
        account=account,
        contacts=contacts,
        users=cast,
        start=start,
        until=read_moment(reading, value.get("until", DEFAULT_UNTIL), (*path, "until")),
        facts=_facts(reading, value.get("facts"), (*path, "facts")),
        habits=read_habits(sheet, value.get("people"), (*path, "people"), plan),
        inputs=_inputs(sheet, value.get("inputs"), (*path, "inputs"), plan),
        trigger=_trigger(reading, trigger, (*path, "trigger")),
        by_clock=trigger == CLOCK,
        contact=_subject(reading, value.get("contact"), (*path, "contact")),
    )


def _subject(reading: Reading, value: Any, path: Path) -> ContactId | None:
    if value is None:
        for_contact = reading.plan is not None and reading.plan.subject == "contact"
        return reading.contacts[0].id if for_contact and reading.contacts else None
    return read_contact(reading, value, path)


def _inputs(sheet: Sheet, value: Any, path: Path, plan: Plan | None) -> Mapping[str, Any]:
    known = None if plan is None else plan.inputs
    return {} if value is None else sheet.mapping(value, path, known)


def _trigger(reading: Reading, value: Any, path: Path) -> Fact | None:
    return None if value is None or value == CLOCK else read_fact(reading, value, path, 0)


def _facts(reading: Reading, value: Any, path: Path) -> tuple[Fact, ...]:
    found = [
        read_fact(reading, written, (*path, index), index + 1)
        for index, written in enumerate(reading.sheet.items(value, path))
    ]
    return tuple(fact for fact in found if fact is not None)
