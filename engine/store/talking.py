"""One transaction's talk with PostgreSQL: what is kept back, what is sent, what is remembered.

Knows connections, pipelines and rows; no statement of its own and no meaning. The parts of the
records port stand on it.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from engine.errors import NotFound
from engine.plan.model import Plan, PlanHash
from engine.store.compiling import change, put_rows
from engine.store.errors import Translated
from engine.store.joining import Joined, Write, join
from engine.store.memo import Memo
from engine.store.rows import Rows

T = TypeVar("T")
_Row = tuple[Any, ...]
MOST_ROWS = 6
"""How many rows go into one statement at most: each number of them is a statement of its own."""


class Talk:
    """One transaction on a psycopg connection. Whoever opened it ends it with `commit`, or, when
    others commit, with `flush`.

    `plans` remembers decoded plans between transactions; they never change.
    """

    def __init__(
        self,
        connection: psycopg.Connection[_Row],
        now: datetime,
        plans: MutableMapping[PlanHash, Plan] | None = None,
    ) -> None:
        self._connection = connection
        self._now = now
        self._plans = {} if plans is None else plans
        self._kept: list[Write] = []
        self._last: dict[Rows[Any], list[Any]] = {}
        self._memo = Memo()
        self.owes = False
        """Whether the transaction put something into the outbox."""

    @property
    def now(self) -> datetime:
        return self._now

    def flush(self) -> None:
        """Send what was kept back."""
        self._end_rows()
        if self._kept:
            self._send()

    def commit(self) -> None:
        """Send what was kept back, in as few statements as it can be, and commit."""
        self._end_rows()
        writes, self._kept = join(self._kept), []
        with Translated():
            if len(writes) == 1 and not writes[0].counted and self._untouched:
                carry_out_alone(self._connection, writes[0].statement, writes[0].values)
                return
            for write in writes:
                self._carry_out(write)
            self._connection.commit()

    def _carry_out(self, write: Joined) -> None:
        try:
            answer = self._connection.execute(write.statement, write.values)
        except psycopg.errors.ForeignKeyViolation as error:
            if write.counted:  # a row that is not there explains it
                raise write.counted[0] from error
            raise
        if write.counted:
            write.check(answer.fetchone() or ())

    @property
    def _untouched(self) -> bool:
        return self._connection.pgconn.transaction_status == TransactionStatus.IDLE

    def _end_rows(self) -> None:
        """Put the rows that were kept for the end behind the other writes."""
        for kind, kept in self._last.items():
            for first in range(0, len(kept), MOST_ROWS):
                some = kept[first : first + MOST_ROWS]
                values = {
                    f"{name}_{number}": value
                    for number, one in enumerate(some)
                    for name, value in kind.parameters(one).items()
                }
                self._keep(put_rows(kind, len(some)), None, **values)
        self._last.clear()

    def _keep_last(self, kind: Rows[T], row: T) -> None:
        """Keep back a row until the end of the transaction; one whose key is taken is left out."""
        self._last.setdefault(kind, []).append(row)

    def _keep(self, statement: str, missing: NotFound | None, **values: Any) -> None:
        """Keep a write back; `missing` is raised if it then finds no row."""
        self._kept.append(Write(statement, values, missing))

    def _change(self, kind: Rows[Any], key: str, fields: Mapping[str, Any], what: str) -> None:
        if fields:
            self._memo.forget(what, key)
            values = kind.changes(fields)
            statement = change(kind, tuple(values))
            self._keep(statement, missing_row(what, key), this=key, **values)

    def _send(self, statement: str = "", values: Mapping[str, Any] | None = None) -> Any:
        """Carry out what was kept back and the statement, all in one round trip."""
        kept, self._kept = self._kept, []
        with Translated():
            if not kept:
                return self._connection.execute(statement, values)
            if len(kept) == 1 and not statement:
                return self._send_alone(kept[0])
            return self._send_together(kept, statement, values)

    def _send_alone(self, write: Write) -> None:
        """Carry out one write; a pipeline for one costs half as much again."""
        cursor = self._connection.execute(write.statement, write.values)
        if write.missing is not None and cursor.rowcount == 0:
            raise write.missing

    def _send_together(
        self, kept: Sequence[Write], statement: str, values: Mapping[str, Any] | None
    ) -> Any:
        sent: list[tuple[psycopg.Cursor[_Row], NotFound | None]] = []
        asked = None
        try:
            with self._connection.pipeline():
                for write in kept:
                    cursor = self._connection.execute(write.statement, write.values)
                    sent.append((cursor, write.missing))
                if statement:
                    asked = self._connection.execute(statement, values)
        finally:  # a row that was not there also explains an error that came after it
            for cursor, missing in sent:
                if missing is not None and cursor.rowcount == 0:
                    raise missing
        return asked

    def _row(self, statement: str, **values: Any) -> _Row | None:
        return self._send(statement, values).fetchone()  # type: ignore[no-any-return]

    def _sure(self, statement: str, **values: Any) -> _Row:
        row = self._row(statement, **values)
        assert row is not None, statement
        return row

    def _rows(self, statement: str, **values: Any) -> Sequence[_Row]:
        return self._send(statement, values).fetchall()  # type: ignore[no-any-return]

    def _one(self, kind: Rows[T], statement: str, **values: Any) -> T | None:
        row = self._row(statement, **values)
        return None if row is None else kind.read(row)

    def _all(self, kind: Rows[T], statement: str, **values: Any) -> Sequence[T]:
        return [kind.read(row) for row in self._rows(statement, **values)]

    def _known(
        self, kind: Rows[T], statement: str, key: str, what: str, *, lock: bool = False
    ) -> T:
        """Return what was read before; with `lock`, read it anew and everything else after it."""
        if lock:
            self._memo.clear()
        return self._memo.recall(what, key, lambda: self._named(kind, statement, key, what))

    def _named(self, kind: Rows[T], statement: str, key: str, what: str) -> T:
        found = self._one(kind, statement, key=key)
        if found is None:
            raise missing_row(what, key)
        return found


def missing_row(what: str, key: str) -> NotFound:
    """Return the error that a row is not there."""
    return NotFound(f"there is no {what} {key}", remedy="Check the id.")


def carry_out_alone(
    connection: psycopg.Connection[Any], statement: str, values: Mapping[str, Any] | None = None
) -> None:
    """Carry out the only statement of a transaction: it needs no BEGIN and no COMMIT."""
    connection.autocommit = True
    try:
        connection.execute(statement, values)
    finally:
        if not connection.closed:
            connection.autocommit = False
