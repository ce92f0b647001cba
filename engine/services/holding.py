"""What is held: letting it begin, and leaving it out. One transaction each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from engine.effects.context import Context
from engine.effects.enrolling import Enrolled
from engine.effects.enrolling_entities import Held, HeldKind
from engine.effects.holding import begin_held, drop_held
from engine.effects.records import Records
from engine.errors import Conflict
from engine.services.transacting import transact
from engine.store.database import Database
from engine.store.queries.held import list_held, show_held

T = TypeVar("T")
_PAGE = 500


def release(
    database: Database, context: Context, id: str, *, by: str, force: bool = False
) -> Enrolled:
    """Let something held begin, if nothing but the brake is against it now: its playbook's
    conditions are looked at again (not with `force`), and so is what is under way. NotFound for an
    unknown id, Conflict for what is held no more."""

    def work(records: Records, held: Held) -> Enrolled:
        return begin_held(records, context, held, released_by=by, force=force)

    return _with_held(database, id, work)


def drop(database: Database, id: str, *, by: str, reason: str) -> None:
    """Leave something held out for good. NotFound and Conflict as for `release`."""

    def work(records: Records, held: Held) -> None:
        drop_held(records, held, by=by, reason=reason)

    _with_held(database, id, work)


def held_ids(
    database: Database, playbook: str, kind: HeldKind, at_most: int | None = None
) -> Iterator[str]:
    """Yield what is held of a playbook, the oldest first."""
    left, after = at_most, None
    while left is None or left > 0:
        limit = _PAGE if left is None else min(_PAGE, left)
        with database.begin() as connection:
            page = list_held(connection, playbook=playbook, kind=kind, after=after, limit=limit)
        if not page:
            return
        yield from (one.held.id for one in page)
        after = page[-1].cursor
        left = None if left is None else left - len(page)


def _with_held(database: Database, id: str, work: Callable[[Records, Held], T]) -> T:
    """The account is locked before what is held for it, as everywhere."""
    with database.begin() as connection:
        account = show_held(connection, id).account

    def locked(records: Records) -> T:
        records.account(account, lock=True)
        held = records.held(id)
        if held.status != "held":
            raise Conflict(
                f"{id} is held no more: it was {held.status} by {held.closed_by}",
                remedy="See what is held with `tenure enroll held`.",
            )
        return work(records, held)

    return transact(database, locked)
