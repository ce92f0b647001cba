"""Taking facts in from outside: one answer per fact, one transaction each."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from engine.effects.context import Context
from engine.effects.entities import AccountId, ContactId, EnrollmentId, Fact, FactId
from engine.effects.ingesting import Ingested, ingest
from engine.errors import InputError, NotFound
from engine.plan.model import NodeId
from engine.services.transacting import transact
from engine.store.database import Database

_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class GivenFact(BaseModel):
    """A fact as an outsider sends it. Without `id` it gets a new one: it cannot be sent again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fact: Annotated[
        str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+$", max_length=100)
    ]
    account: _Word
    id: _Word | None = None
    at: datetime | None = None
    data: dict[str, Any] = {}
    contact: _Word | None = None
    enrollment: _Word | None = None
    step: _Word | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one fact: accepted, duplicate, or rejected with why."""

    id: str
    status: Literal["accepted", "duplicate", "rejected"]
    why: str = ""
    led_to: Ingested | None = None


def read_fact(written: Mapping[str, Any], *, now: datetime) -> Fact:
    """Check one fact's form; InputError says which key and why, never the value."""
    try:
        given = GivenFact.model_validate(dict(written))
    except ValidationError as error:
        one = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in one["loc"]) or "the fact"
        raise InputError(
            f"{where}: {one['msg'][:1].lower()}{one['msg'][1:]}",
            remedy="A fact has fact, account and, if you like, id, at, data, contact.",
        ) from None
    return Fact(
        id=FactId(given.id or f"f-{uuid.uuid4().hex[:16]}"),
        kind=given.fact,
        account=AccountId(given.account),
        occurred_at=_instant(given.at) if given.at else now,
        data=given.data,
        contact=ContactId(given.contact) if given.contact else None,
        enrollment=EnrollmentId(given.enrollment) if given.enrollment else None,
        node=NodeId(given.step) if given.step else None,
    )


def _instant(at: datetime) -> datetime:
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise InputError("at: it is outside the years 1 to 9999", remedy="Correct it.") from None


def take_in(
    database: Database, contexts: Callable[[], Context], written: Iterable[Mapping[str, Any]]
) -> list[Answer]:
    """Take facts in, in order; a bad one is rejected and the others go on."""
    return [_take_one(database, contexts(), one) for one in written]


def _take_one(database: Database, context: Context, written: Mapping[str, Any]) -> Answer:
    shown = str(written.get("id") or "")
    try:
        fact = read_fact(written, now=database.now)
        led_to = transact(database, lambda records: ingest(records, context, fact))
    except (InputError, NotFound) as error:
        return Answer(shown, "rejected", error.message)
    status: Literal["accepted", "duplicate"] = "duplicate" if led_to.duplicate else "accepted"
    return Answer(fact.id, status, led_to=led_to)
