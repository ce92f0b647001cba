"""Taking facts in from outside: the one way, for the command line, files, the API and webhooks.

One answer for each fact: accepted, duplicate, or rejected with why. What is rejected is kept, so
that it can be taken in after a fix. Many facts go in batches, one transaction each; what comes of
them is the same as one by one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from engine.effects.context import Context
from engine.effects.entities import AccountId, ContactId, EnrollmentId, Fact, FactId
from engine.effects.ingesting import Ingested, ingest
from engine.errors import InputError, TenureError, TransientError
from engine.plan.model import NodeId
from engine.services.rolling_up import roll_up
from engine.services.transacting import transact
from engine.store.batching import BatchedRecords, Spoiled
from engine.store.database import Database
from engine.store.records import PostgresRecords

BATCH = 500
"""Facts of one transaction: enough that the commit costs little, few enough that whoever waits for
one of their accounts waits a tenth of a second."""

_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Written: TypeAlias = Mapping[str, Any] | str
"""A fact as it came: names with values, or a text that could not be read as such."""


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


_GIVEN = TypeAdapter(GivenFact)
_PARTS = "A fact has fact, account and, if you like, id, at, data, contact, enrollment, step."


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one fact: accepted, duplicate, or rejected with why; `reject` is the number it
    is kept under then."""

    id: str
    status: Literal["accepted", "duplicate", "rejected"]
    why: str = ""
    led_to: Ingested | None = None
    reject: int | None = None


def read_fact(written: Written, *, now: datetime) -> Fact:
    """Check one fact's form; InputError says which key and why, never the value."""
    if not isinstance(written, Mapping):
        raise InputError("it is not a JSON object", remedy='Write {"fact": …, "account": …}.')
    try:
        given = _GIVEN.validate_python(dict(written))
    except ValidationError as error:
        raise _misread(error) from None
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


def _misread(error: ValidationError) -> InputError:
    """Say what is wrong with the form of a fact, never the value."""
    one = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in one["loc"]) or "the fact"
    match where, one["type"]:
        case _, "missing":
            return InputError(f"{where} is missing", remedy=_PARTS)
        case _, "extra_forbidden":
            remedy = f"What a fact tells goes into data. {_PARTS}"
            return InputError(f"{where[:60]} is no part of a fact", remedy=remedy)
        case "fact", "string_pattern_mismatch":
            remedy = "Write small letters, with a dot: contract.signed."
            return InputError("fact: that is no name of a kind", remedy=remedy)
        case "at", _:
            remedy = "Write 2026-03-02 or 2026-03-02T09:00:00Z."
            return InputError("at: that is no day and no instant", remedy=remedy)
    return InputError(f"{where}: {one['msg'][:1].lower()}{one['msg'][1:]}", remedy=_PARTS)


def _instant(at: datetime) -> datetime:
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise InputError("at: it is outside the years 1 to 9999", remedy="Correct it.") from None


def take_in(
    database: Database,
    contexts: Callable[[], Context],
    written: Iterable[Written],
    *,
    source: str = "",
) -> list[Answer]:
    """Take facts in, in order; a bad one is rejected and kept, and the others go on. `source` says
    where they come from, for whoever reads the rejects. Raises TransientError when the database
    cannot be reached: what was answered until then is done, and sending all again does no harm to
    facts with ids."""
    return [
        one
        for answers in take_in_batches(database, contexts, written, source=source)
        for one in answers
    ]


def take_in_batches(
    database: Database,
    contexts: Callable[[], Context],
    written: Iterable[Written],
    *,
    source: str = "",
) -> Iterator[Sequence[Answer]]:
    """Take facts in as they come, a batch at a time, in bounded memory; yield each batch's answers
    when it is committed."""
    coming = iter(written)
    while batch := list(islice(coming, BATCH)):
        context = contexts()
        answers = _take_batch(database, context, batch, source)
        roll_up(database, context)
        yield answers


def _take_batch(
    database: Database, context: Context, written: Sequence[Written], source: str
) -> Sequence[Answer]:
    if len(written) > 1:
        together = partial(_together, context=context, written=written, source=source)
        try:
            return transact(database, together, BatchedRecords)
        except TransientError:
            raise
        except TenureError:  # one of them cannot be stored: which one, is found one by one
            pass
    return [_take_one(database, context, one, source) for one in written]


def _together(
    records: BatchedRecords, *, context: Context, written: Sequence[Written], source: str
) -> list[Answer]:
    read = [_readable(one, records.now) for one in written]
    facts = [one for one in read if isinstance(one, Fact)]
    records.look_ahead({one.account for one in facts}, {one.id for one in facts}, facts)
    found = [_ingested(records, context, one) for one in read]
    return [
        rejected(records, one, reason(came), source) if isinstance(came, TenureError) else came
        for one, came in zip(written, found, strict=True)
    ]


def _ingested(
    records: BatchedRecords, context: Context, fact: Fact | TenureError
) -> Answer | TenureError:
    if isinstance(fact, TenureError):
        return fact
    try:
        with records.alone(fact.kind):
            return accepted(fact, ingest(records, context, fact))
    except (TransientError, Spoiled):
        raise
    except TenureError as error:
        return error


def _readable(written: Written, now: datetime) -> Fact | InputError:
    try:
        return read_fact(written, now=now)
    except InputError as error:
        return error


def _take_one(database: Database, context: Context, written: Written, source: str) -> Answer:
    try:
        fact = read_fact(written, now=database.now)
        return accepted(fact, transact(database, lambda records: ingest(records, context, fact)))
    except TransientError:
        raise
    except TenureError as error:
        why = reason(error)
    return transact(database, lambda records: rejected(records, written, why, source))


def accepted(fact: Fact, led_to: Ingested) -> Answer:
    """Return the answer to a fact that was taken in, or was known."""
    return Answer(fact.id, "duplicate" if led_to.duplicate else "accepted", led_to=led_to)


def reason(error: TenureError) -> str:
    """Say why a fact is not taken in, and what to do about it.

    >>> reason(InputError("there is no account acme", remedy="Check the id."))
    'there is no account acme. Check the id.'
    """
    return f"{error.message}. {error.remedy}" if error.remedy else error.message


def rejected(records: PostgresRecords, written: Written, why: str, source: str) -> Answer:
    """Keep a fact that is not taken in, and return the answer to it."""
    number = records.put_reject(written, why, source)
    shown = str(written.get("id") or "") if isinstance(written, Mapping) else ""
    return Answer(shown, "rejected", why, reject=number)
