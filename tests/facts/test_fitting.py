"""What a declared fact may hold, and facts nobody declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.effects.entities import AccountId, ContactId, Fact, FactId
from engine.effects.fitting import fitted
from engine.errors import InputError
from engine.language.workspace.model import (
    BUILT_IN_ACCOUNT,
    BUILT_IN_CONTACT,
    BUILT_IN_FACTS,
    Field,
    Schema,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TICKET = {
    "priority": Field("priority", "text", one_of=("low", "high"), required=True),
    "hours": Field("hours", "number"),
}
SCHEMA = Schema(
    account={one.name: one for one in BUILT_IN_ACCOUNT},
    contact={one.name: one for one in BUILT_IN_CONTACT},
    contact_roles=(),
    facts={
        **{kind: {one.name: one for one in fields} for kind, fields in BUILT_IN_FACTS.items()},
        "ticket.opened": TICKET,
    },
)


def fact(kind: str, **data: Any) -> Fact:
    return Fact(FactId("f-1"), kind, AccountId("acme"), NOW, data, ContactId("kim"))


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400])
def test_integers_that_others_cannot_hold_are_refused(number: int) -> None:
    for data in ({"score": number}, {"fields": {"arr": number}}, {"in": [{"deep": number}]}):
        for kind in ("health.changed", "account.changed", "ticket.closed"):
            with pytest.raises(InputError, match="more than 64 bits"):
                fitted(SCHEMA, fact(kind, **data), NOW)


def test_declared_fact_that_fits_is_taken_with_what_more_it_tells() -> None:
    given = fact("ticket.opened", priority="high", hours=2.5, topic="login")
    assert fitted(SCHEMA, given, NOW) == given


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        ("ticket.opened", {}, "needs 'priority'"),
        ("ticket.opened", {"priority": "urgent"}, "is not one of low, high"),
        ("ticket.opened", {"priority": "low", "hours": "two"}, "is not a number"),
        ("account.created", {"fields": {"arr": "lots"}}, "does not fit"),
        ("account.created", {"fields": {"size": 3}}, "not in the schema"),
        ("contact.created", {"fields": {"email": "kim"}}, "does not fit"),
        ("survey.answered", {"score": 9}, "which survey it answers"),
        ("survey.answered", {"score": 9, "survey": "csat"}, "from 1 to 5"),
    ],
)
def test_declared_fact_that_does_not_fit_is_refused(
    kind: str, data: dict[str, Any], why: str
) -> None:
    with pytest.raises(InputError, match=why):
        fitted(SCHEMA, fact(kind, **data), NOW)


def test_undeclared_fact_is_taken_or_refused_as_the_workspace_says() -> None:
    given = fact("door.opened", colour="red")
    assert fitted(SCHEMA, given, NOW) == given
    with pytest.raises(InputError, match="not declared"):
        fitted(replace(SCHEMA, undeclared_facts="refuse"), given, NOW)
