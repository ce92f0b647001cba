"""What becomes of rejected facts: they are looked at, taken in after a fix, or dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.effects.context import Context
from engine.effects.ingesting import ingest
from engine.errors import NotFound, TenureError, TransientError
from engine.services.facts import Answer, Written, accepted, read_fact, reason
from engine.services.rolling_up import moving
from engine.services.transacting import transact
from engine.store.database import Database
from engine.store.records import PostgresRecords
from engine.store.rejects import Reject

PAGE = 500


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of taking one in again."""

    number: int
    answer: Answer


def list_rejects(
    database: Database, *, closed: bool = False, after: int = 0, limit: int = 50
) -> Sequence[Reject]:
    """Return rejects, oldest first; with `closed`, those that are done with too."""
    with database.transaction() as records:
        return records.rejects(closed=closed, after=after, limit=limit)


def show_reject(database: Database, number: int) -> Reject:
    """Return one. Raises NotFound."""
    with database.transaction() as records:
        return _there(records, number)


def replay(
    database: Database,
    contexts: Callable[[], Context],
    numbers: Iterable[int] | None = None,
    *,
    by: str,
) -> Iterator[Replayed]:
    """Take rejected facts in again, those named or all that are open, the oldest first; yield what
    came of each. What cannot be taken in stays open, with the new reason. One that was replayed is
    not taken in twice. Raises NotFound for a number nobody knows."""
    for number in _each(database, numbers):
        yield Replayed(number, _replay_one(database, contexts(), number, by))


def drop(database: Database, numbers: Iterable[int] | None = None, *, by: str) -> list[int]:
    """Close rejects nobody wants, those named or all that are open; return those that were open."""
    return [one for one in _each(database, numbers) if _drop_one(database, one, by)]


def _drop_one(database: Database, number: int, by: str) -> bool:
    def work(records: PostgresRecords) -> bool:
        if _there(records, number).status != "open":
            return False
        records.close_reject(number, "dropped", by)
        return True

    return transact(database, work)


def _each(database: Database, numbers: Iterable[int] | None) -> Iterator[int]:
    if numbers is not None:
        yield from numbers
        return
    after = 0
    while found := list_rejects(database, after=after, limit=PAGE):
        yield from (one.number for one in found)
        after = found[-1].number


def _replay_one(database: Database, context: Context, number: int, by: str) -> Answer:
    def work(records: PostgresRecords) -> Answer:
        found = _there(records, number)
        if found.status == "dropped":
            return Answer("", "rejected", "it was dropped; send the fact again")
        fact = read_fact(_to_replay(found), now=found.received_at)
        if found.status == "replayed":
            return Answer(fact.id, "duplicate", "it was taken in before")
        led_to = ingest(records, context, fact)
        records.close_reject(number, "replayed", by)
        return accepted(fact, led_to)

    show_reject(database, number)
    try:
        return moving(database, context, work)
    except TransientError:
        raise
    except TenureError as error:
        why = reason(error)
    transact(database, lambda records: records.explain_reject(number, why))
    return Answer("", "rejected", why, reject=number)


def _there(records: PostgresRecords, number: int) -> Reject:
    found = records.reject(number, lock=True)
    if found is None:
        raise NotFound(
            f"there is no reject {number}", remedy="See them with `tenure facts rejects list`."
        )
    return found


def _to_replay(reject: Reject) -> Written:
    """Return what came, with what it lacked: an id, always the same, and when it came as when it
    happened."""
    if not isinstance(reject.written, Mapping):
        return str(reject.written)
    given: dict[str, Any] = {name: one for name, one in reject.written.items() if one is not None}
    return {"id": f"reject-{reject.number}", "at": reject.received_at.isoformat(), **given}
