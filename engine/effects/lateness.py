"""Facts that come in late: what they still change, and when they are too late to start anything.

A fact tells of the instant it occurred at. What is known to have happened after it stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import Fact
from engine.effects.records import Records

CHANGES = {
    "account.changed": ("account.created", "account.changed"),
    "contact.changed": ("contact.created", "contact.changed"),
}


def is_late(records: Records, context: Context, fact: Fact) -> bool:
    """Tell whether a fact comes in too late to set a trigger off by itself."""
    after = timedelta(hours=context.workspace.schema.late_after_h)
    return records.now - fact.occurred_at > after


def still_true(records: Records, fact: Fact) -> dict[str, Any]:
    """Return the fields a fact of a change may set now: those of which nothing newer is known."""
    given = dict(_fields(fact))
    if not given or fact.occurred_at >= records.now:
        return given
    known = records.facts_since(fact.account, CHANGES[fact.kind], fact.occurred_at)
    newer = {
        name
        for one in known
        if one.occurred_at > fact.occurred_at and one.contact == fact.contact
        for name in _fields(one)
    }
    return {name: value for name, value in given.items() if name not in newer}


def _fields(fact: Fact) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = fact.data.get("fields") or {}
    return fields
