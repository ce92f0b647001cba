"""Whether a fact can be taken in: its instant, its texts and numbers, the fields it changes. Pure.

The gate before everything a fact leads to: behind it a field of an account has the type the schema
says, whoever sent it. Says which name does not fit and what would, never the value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from engine.delivery.provider import is_address
from engine.effects.entities import Fact
from engine.effects.surveying import SURVEYS
from engine.errors import InputError
from engine.health.readings import BEGINNING
from engine.language.compile.values import why_not
from engine.language.expressions.names import WORDS
from engine.language.workspace.model import Field, Schema
from engine.wording import nearest

LARGEST_INTEGER = 2**63
MOST_AHEAD = timedelta(days=1)
"""How far the clock of whoever sends a fact may be ahead of ours, or in another zone by mistake."""


def fitted(schema: Schema, fact: Fact, now: datetime) -> Fact:
    """Return the fact as it is taken in: nothing has happened later than now. Raises InputError
    when it does not fit."""
    _check_instant(fact, now)
    _check_storable(fact)
    _check_declared(schema, fact)
    match fact.kind:
        case "survey.answered":
            _check_answer(fact)
        case "account.created" | "account.changed":
            _check_fields(schema.account, fact, {"id": fact.account})
        case "contact.created" | "contact.changed":
            _check_fields(schema.contact, fact, {"id": fact.contact, "account": fact.account})
    return fact if fact.occurred_at <= now else replace(fact, occurred_at=now)


def misfit(field: Field, value: Any) -> str | None:
    """Say what a field takes, when a value is not that; None when it is. Null empties a field that
    need not have a value.

    >>> misfit(Field("arr", "number"), "lots")
    'a number'
    >>> misfit(Field("arr", "number"), None) is None
    True
    """
    if value is None:
        return WORDS[field.type] if field.required else None
    if why_not(value, field.type, field.one_of) is not None:
        return f"one of {', '.join(field.one_of)}" if field.one_of else WORDS[field.type]
    if field.name == "zone" and value not in _zones():
        return "a time zone such as Europe/Berlin"
    if field.name == "email" and not is_address(value):
        return "an email address"
    return None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


# --- checks -----------------------------------------------------------------------------------


def _check_instant(fact: Fact, now: datetime) -> None:
    if fact.occurred_at > now + MOST_AHEAD:
        raise InputError(
            f"a fact {fact.kind} lies in the future",
            remedy="Send it when it has happened; correct its time.",
        )
    if fact.occurred_at.year < BEGINNING.year:
        raise InputError(
            f"a fact {fact.kind} lies before {BEGINNING.year}", remedy="Correct its time."
        )


def _check_storable(fact: Fact) -> None:
    ids = (fact.id, fact.kind, fact.account, fact.contact, fact.enrollment, fact.node, *fact.path)
    for value in (*ids, fact.data):
        _check_value(value)


def _check_value(value: Any) -> None:
    """Refuse what the store could not keep, however deep. Numbers and plain texts come first: most
    are."""
    if isinstance(value, str):
        if not can_be_kept(value):
            raise InputError(
                "a fact holds a NUL character or half a character",
                remedy="Correct the text where it comes from.",
            )
    elif isinstance(value, int):
        if not -LARGEST_INTEGER <= value < LARGEST_INTEGER:
            raise InputError(
                "a fact holds an integer of more than 64 bits", remedy="Send it as text."
            )
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InputError(
                "a fact holds a number that is not finite", remedy="Leave it out, or send null."
            )
    elif isinstance(value, dict | Mapping):
        for key, content in value.items():
            _check_value(key)
            _check_value(content)
    elif isinstance(value, list | tuple):
        for content in value:
            _check_value(content)


def can_be_kept(text: str) -> bool:
    """Tell whether PostgreSQL has such a text: no NUL character, no half of one.

    >>> can_be_kept("Zoë"), can_be_kept("a\\x00"), can_be_kept("\\ud800")
    (True, False, False)
    """
    whole = text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)
    return whole and "\x00" not in text


def _check_declared(schema: Schema, fact: Fact) -> None:
    declared = schema.facts.get(fact.kind)
    if declared is None:
        if schema.undeclared_facts == "refuse":
            raise InputError(
                f"facts of kind {fact.kind!r} are not declared",
                remedy="Declare it under `facts:` in schema.yaml, or allow undeclared facts.",
            )
        return
    for name, spec in declared.items():
        value = fact.data.get(name)
        if value is None and spec.required:
            raise InputError(
                f"a fact {fact.kind} needs {name!r} in its data", remedy=f"Add {name}: {spec.type}."
            )
        if value is not None and why_not(value, spec.type, spec.one_of) is not None:
            wanted = f"one of {', '.join(spec.one_of)}" if spec.one_of else WORDS[spec.type]
            raise InputError(
                f"{name!r} of a fact {fact.kind} is not {wanted}", remedy=f"Send {wanted} there."
            )


def _check_answer(fact: Fact) -> None:
    """An answer to no survey in particular would count as one to each, and a score that its survey
    has not in every figure made of it."""
    if fact.data.get("survey") is None:
        raise InputError(
            f"a fact {fact.kind} does not say in its data which survey it answers",
            remedy=f"Add survey: one of {', '.join(SURVEYS)}, or a name of your own.",
        )
    survey, score = str(fact.data["survey"]), fact.data.get("score")
    if survey not in SURVEYS or not isinstance(score, int | float):
        return
    low, high, *_ = SURVEYS[survey]
    if not low <= score <= high:
        raise InputError(
            f"an answer to a survey of kind {survey} is from {low} to {high}",
            remedy="Correct the fact's score, or its survey.",
        )


def _check_fields(schema: Mapping[str, Field], fact: Fact, fixed: Mapping[str, Any]) -> None:
    fields = fact.data.get("fields", {})
    if not isinstance(fields, Mapping):
        raise InputError(
            f"`fields` of a fact {fact.kind} are not names with values",
            remedy='Write them like {"fields": {"lifecycle": "adopting"}}.',
        )
    for name, value in fields.items():
        if name not in schema:
            near = nearest(str(name), schema)
            raise InputError(
                f"a fact {fact.kind} changes the field {str(name)[:60]!r}, which is not in the "
                "schema",
                remedy=f"Did you mean {near}?" if near else "Declare it in schema.yaml.",
            )
        if name in fixed and value != fixed[name]:
            raise InputError(f"{name!r} never changes", remedy="Leave it out.")
        if (wanted := misfit(schema[name], value)) is not None:
            raise InputError(
                f"{name!r} of a fact {fact.kind} does not fit", remedy=f"It takes {wanted}."
            )
