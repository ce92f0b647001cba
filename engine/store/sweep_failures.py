"""Accounts that sweeps could do nothing for: noted when it happens, gone when it is over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.effects.entities import AccountId
from engine.store.tables import sweep_failures as table


@dataclass(frozen=True, slots=True)
class SweepFailure:
    """What a sweep of a kind could not do for an account, since when, and how often it tried.
    `what` names the moment of a schedule; it is empty where the account stands for itself."""

    kind: str
    account: AccountId
    what: str
    why: str
    since: datetime
    last_at: datetime
    times: int


_COLUMNS = [table.c[name] for name in SweepFailure.__dataclass_fields__]


def note_failure(
    connection: Connection, kind: str, account: AccountId, what: str, why: str, at: datetime
) -> None:
    """Write down that an account could not be done, once more."""
    values = {"kind": kind, "account": account, "what": what, "why": why}
    put = upsert(table).values(**values, since=at, last_at=at, times=1)
    changed = {"why": why, "last_at": at, "times": table.c.times + 1}
    connection.execute(put.on_conflict_do_update(index_elements=list(values)[:3], set_=changed))


def settle_failures(
    connection: Connection,
    kind: str,
    done: Collection[AccountId],
    *,
    began: datetime,
    stale: datetime,
) -> None:
    """Forget what is over: of accounts that were `done` in a sweep that `began` then and did not
    fail in it, and what no sweep has come to since before `stale`."""
    is_over = or_(table.c.account == func.any(list(done)), table.c.last_at < stale)
    mine = (table.c.kind == kind, table.c.last_at < began)
    connection.execute(delete(table).where(*mine, is_over))


def list_failures(connection: Connection, *, kind: str | None = None) -> Sequence[SweepFailure]:
    """Return what could not be done lately, the oldest first."""
    wanted = [table.c.kind == kind] if kind is not None else []
    rows = select(*_COLUMNS).where(*wanted).order_by(table.c.since, table.c.account, table.c.what)
    return [SweepFailure(*row) for row in connection.execute(rows)]


def count_failures(connection: Connection) -> int:
    """Count what could not be done lately."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
