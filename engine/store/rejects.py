"""Facts that were not taken in: what was written, where it came from, why not, what became of it.

Only the store keeps them: no run ever reads one. What was written stays as it came, so that it can
be taken in again after a fix.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg.types.json import Json
from sqlalchemy import Boolean, bindparam, cast, insert, literal_column, or_, select, update

from engine.store.compiling import compiled
from engine.store.tables import rejects
from engine.store.talking import Talk

Status = Literal["open", "replayed", "dropped"]


@dataclass(frozen=True, slots=True)
class Reject:
    """A fact that was rejected. `written` is what came: a JSON object, or a text that is none."""

    number: int
    received_at: datetime
    source: str
    written: Any
    why: str
    status: Status
    closed_at: datetime | None = None
    closed_by: str | None = None


_columns = (
    *(rejects.c.number, rejects.c.received_at, rejects.c.source, rejects.c.written),
    *(rejects.c.why, rejects.c.status, rejects.c.closed_at, rejects.c.closed_by),
)
_OPEN = rejects.c.status == literal_column("'open'")
_PUT = compiled(
    insert(rejects)
    .values(
        received_at=bindparam("received_at"),
        source=bindparam("source"),
        written=bindparam("written"),
        why=bindparam("why"),
        status=literal_column("'open'"),
    )
    .returning(rejects.c.number)
)
_LIST = compiled(
    select(*_columns)
    .where(
        rejects.c.number > bindparam("after"),
        or_(_OPEN, cast(bindparam("closed"), Boolean)),
    )
    .order_by(rejects.c.number)
    .limit(bindparam("most"))
)
_ONE = compiled(select(*_columns).where(rejects.c.number == bindparam("number")))
_LOCK = compiled(select(*_columns).where(rejects.c.number == bindparam("number")).with_for_update())
_CLOSE = compiled(
    update(rejects)
    .where(rejects.c.number == bindparam("this"))
    .values(status=bindparam("status"), closed_at=bindparam("at"), closed_by=bindparam("by"))
)
_EXPLAIN = compiled(
    update(rejects).where(rejects.c.number == bindparam("this")).values(why=bindparam("why"))
)


class RejectsOnPostgres(Talk):
    """The rejects, in the transaction of what they belong to."""

    def put_reject(self, written: Any, why: str, source: str) -> int:
        """Keep what was rejected; return its number."""
        given = {"received_at": self._now, "source": source, "why": why}
        return int(self._sure(_PUT, written=Json(written, _dumps), **given)[0])

    def rejects(self, *, closed: bool, after: int, limit: int) -> Sequence[Reject]:
        """Return rejects by number, those after one; with `closed`, those that are done with
        too."""
        found = self._rows(_LIST, closed=closed, after=after, most=limit)
        return [Reject(*row) for row in found]

    def reject(self, number: int, *, lock: bool = False) -> Reject | None:
        """Return one; with `lock`, nobody else closes it until the transaction ends."""
        row = self._row(_LOCK if lock else _ONE, number=number)
        return None if row is None else Reject(*row)

    def close_reject(self, number: int, status: Status, by: str) -> None:
        """Note that it was taken in after all, or that nobody wants it."""
        self._keep(_CLOSE, None, this=number, status=status, at=self._now, by=by)

    def explain_reject(self, number: int, why: str) -> None:
        """Note why it was rejected when it was tried last."""
        self._keep(_EXPLAIN, None, this=number, why=why)


def _dumps(written: Any) -> str:
    """Write what came as JSON; numbers that JSON has not are written as texts."""
    try:
        return json.dumps(written, allow_nan=False, default=str)
    except ValueError:
        return json.dumps(_finite(written), default=str)


def _finite(value: Any) -> Any:
    match value:
        case dict():
            return {str(name): _finite(one) for name, one in value.items()}
        case list():
            return [_finite(one) for one in value]
        case float() if value != value or value in (float("inf"), float("-inf")):
            return str(value)
    return value
