"""The `enroll` section as JSON: what `Plan.enroll` holds and `engine/enrolling` reads.

on            [trigger, …]; each {"trigger": kind} with
                health.enters, health.leaves     band
                health.drops, health.rises       by, within (Span)
                health.crosses                   below | above
                fact                             kind, where (Condition over fact.*, or null)
                survey                           survey (nps, csat, ces), where
                date                             when (Anchor), if_late?
                schedule                         cron, zone (or null: the workspace's), if_late?
                matches, stops_matching          when (Condition)
                by_hand                          -
              if_late is "run", "skip" or the Span it may be late; without it, 7 days
when          Condition or null
again_after   Span or null
brake         {"at_most", "per": hour|day|week|month} or null
while_active  ignore | restart | queue
from, until   first and last local day it starts runs (ISO), or null
mode          "draft" where the playbook is one; else absent
owner         reference to who is told of it ({"role"} or {"user"}); absent without one
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.compile.making import Making
from engine.language.compile.people import BadRef
from engine.language.compile.schedules import bad_schedule, bad_zone
from engine.language.compile.times import BadTime, anchor_parts, read_date
from engine.language.compile.vocabulary import Typed
from engine.language.diagnostics import Severity
from engine.language.expressions import Names
from engine.language.places import Path
from engine.language.schema.playbook import PlaybookForm
from engine.language.schema.tree import Trigger
from engine.language.schema.triggers import (
    Change,
    CrossesTrigger,
    DateTrigger,
    DropsTrigger,
    EnrollForm,
    EntersTrigger,
    FactTrigger,
    LateBody,
    LeavesTrigger,
    MatchesTrigger,
    RisesTrigger,
    ScheduleTrigger,
    StopsMatchingTrigger,
    SurveyTrigger,
)
from engine.language.schema.words import TeamRef, UserRef
from engine.plan.codec import encode
from engine.plan.model import Anchor
from engine.wording import nearest

_PATH: Path = ("enroll",)
_WITH_DATES = ("account.", "contact.", "contacts.")
"""Whose dates a trigger can hang on: a sweep finds them by their fields."""


def make_enroll(making: Making) -> Mapping[str, Any]:
    """Compile the `enroll` section, with `mode` and `owner`; empty when there is none of it."""
    form = making.playbook.form
    return {**_section(making, form.enroll if form else None), **_about(making, form)}


def _section(making: Making, form: EnrollForm | None) -> Mapping[str, Any]:
    triggers = [_trigger(making, one) for one in making.playbook.triggers]
    if form is None:
        return {"on": triggers} if triggers else {}
    names = making.vocabulary.conditions(run=False)
    when = making.condition(form.when, (*_PATH, "when"), names) if form.when else None
    again = form.again_after and making.span(form.again_after, (*_PATH, "again_after"), zero=True)
    return {
        "on": triggers,
        "when": encode(when),
        "again_after": encode(again),
        "brake": form.brake.model_dump() if form.brake else None,
        "while_active": form.while_active,
        "from": _day(making, form, "from"),
        "until": _day(making, form, "until"),
    }


def _about(making: Making, form: PlaybookForm | None) -> Mapping[str, Any]:
    if form is None:
        return {}
    mode = {"mode": form.mode} if form.mode != "live" else {}
    return mode if form.owner is None else {**mode, "owner": _owner(making, form.owner)}


def _owner(making: Making, given: str | TeamRef | UserRef) -> Mapping[str, Any]:
    try:
        found = making.people.ref(given, contact=False, item=False)
        if not {"role", "user"} & set(found):
            remedy = "Name a role of people.yaml, or a person: {user: u-17}."
            raise BadRef("TN302", "A playbook belongs to a role or a person of ours.", remedy)
    except BadRef as bad:
        making.note(bad.code, bad.message, ("owner",), bad.remedy)
        return {"role": "?"}
    return found


def _day(making: Making, form: EnrollForm, key: str) -> str | None:
    text = form.first if key == "from" else form.last
    if text is None:
        return None
    try:
        return read_date(text)
    except BadTime as bad:
        making.note(bad.code, bad.message, (*_PATH, key), bad.remedy)
        return None


def _trigger(making: Making, trigger: Trigger) -> Mapping[str, Any]:
    made: dict[str, Any] = {"trigger": trigger.kind}
    at = (*trigger.path, trigger.kind)
    match trigger.form:
        case EntersTrigger(band=band) | LeavesTrigger(band=band):
            made["band"] = _band(making, band, at)
        case DropsTrigger(change=change) | RisesTrigger(change=change):
            made |= _change(making, change, at)
        case CrossesTrigger(line=line):
            made |= {k: v for k, v in line.model_dump().items() if v is not None}
        case FactTrigger() as form:
            made["kind"] = _fact(making, form.fact, at)
            made["where"] = _where(making, form.where, form.fact, trigger.path)
        case SurveyTrigger() as form:
            made["survey"] = form.survey
            made["where"] = _where(making, form.where, "survey.answered", trigger.path)
        case DateTrigger() as form:
            made["when"] = _date(making, form.date, at)
            made |= _late(making, form.if_late, trigger.path)
        case ScheduleTrigger() as form:
            made |= _schedule(making, form, trigger.path)
            made |= _late(making, form.if_late, trigger.path)
        case MatchesTrigger(matches=text) | StopsMatchingTrigger(stops_matching=text):
            names = making.vocabulary.conditions(run=False)
            made["when"] = encode(making.condition(text, at, names))
        case _:
            pass
    return made


def _band(making: Making, band: str, at: Path) -> str:
    bands = making.vocabulary.common.bands
    if band not in bands:
        near = nearest(band, bands)
        remedy = f"Did you mean {near}?" if near else f"The bands are {', '.join(bands)}."
        making.note("TN323", f"There is no band {band}.", at, remedy)
    return band


def _change(making: Making, change: Change, at: Path) -> Mapping[str, Any]:
    within = making.span(change.within, (*at, "within"), exact=True)
    return {"by": change.by, "within": encode(within)}


def _fact(making: Making, kind: str, at: Path) -> str:
    schema = making.workspace.schema
    if kind not in schema.facts:
        near = nearest(kind, schema.facts)
        hint = f"Did you mean {near}? Else declare" if near else "Declare"
        refused = schema.undeclared_facts == "refuse"
        message = f"The fact {kind} is not declared in schema.yaml."
        remedy = f"{hint} it there, under `facts`."
        severity: Severity = "error" if refused else "warning"
        making.note("TN324", message, at, remedy, severity=severity)
    return kind


def _where(making: Making, text: str | None, kind: str, path: Path) -> Any:
    if text is None:
        return None
    fields = making.workspace.schema.facts.get(kind, {})
    types: Typed = {f"fact.{name}": field.type for name, field in fields.items()}
    choices = {f"fact.{name}": field.one_of for name, field in fields.items() if field.one_of}
    return encode(making.condition(text, (*path, "where"), Names(types, choices)))


def _date(making: Making, text: str, at: Path) -> Any:
    known = making.vocabulary.conditions(run=False).types
    names = Names({name: kind for name, kind in known.items() if name.startswith(_WITH_DATES)})
    if not anchor_parts(text):
        message = f'"{text[:60]}" does not hang on a date of the account.'
        remedy = "Write 90d before account.renewal_date, or 30d after another date."
        making.note("TN318", message, at, remedy)
        return None
    found = making.when(text, at, names)
    if isinstance(found, Anchor) and not found.field.startswith(_WITH_DATES):
        message = f"`{found.field}` is no date of an account or a contact."
        making.note("TN319", message, at, "Use a field of theirs, or a `schedule`.")
    return encode(found)


def _schedule(making: Making, form: ScheduleTrigger, path: Path) -> Mapping[str, Any]:
    for key, why in (("schedule", bad_schedule(form.schedule)), ("zone", bad_zone(form.zone))):
        if why is not None:
            making.note("TN339", why[0], (*path, key), why[1])
    return {"cron": form.schedule, "zone": form.zone}


def _late(making: Making, given: str | LateBody | None, path: Path) -> Mapping[str, Any]:
    if isinstance(given, LateBody):
        given = encode(making.span(given.run, (*path, "if_late", "run"), exact=True))
    return {} if given is None else {"if_late": given}
