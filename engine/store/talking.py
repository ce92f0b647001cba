"""One transaction's talk with PostgreSQL: what is kept back, what is sent, what is remembered.

Knows connections, pipelines and rows; no statement of its own and no meaning. The parts of the
records port stand on it.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import psycopg

from engine.errors import NotFound
from engine.plan.model import Plan, PlanHash
from engine.store.compiling import change
from engine.store.errors import Translated
from engine.store.memo import Memo
from engine.store.rows import Rows

T = TypeVar("T")
_Row = tuple[Any, ...]
_Kept = tuple[str, dict[str, Any], NotFound | None]


class Talk:
    """One transaction on a psycopg connection. Whoever opened it calls `flush` before the commit.

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
        self._kept: list[_Kept] = []
        self._memo = Memo()
        self.owes = False
        """Whether the transaction put something into the outbox."""

    @property
    def now(self) -> datetime:
        return self._now

    def flush(self) -> None:
        """Send what was kept back."""
        if len(self._kept) == 1:
            self._send_alone(*self._kept.pop())
        elif self._kept:
            self._send()

    def _send_alone(self, statement: str, values: dict[str, Any], missing: NotFound | None) -> None:
        """Carry out one write; a pipeline for one costs half as much again."""
        with Translated():
            cursor = self._connection.execute(statement, values)
        if missing is not None and cursor.rowcount == 0:
            raise missing

    def _keep(self, statement: str, missing: NotFound | None, **values: Any) -> None:
        """Keep a write back; `missing` is raised if it then finds no row."""
        self._kept.append((statement, values, missing))

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
            return self._send_together(kept, statement, values)

    def _send_together(
        self, kept: Sequence[_Kept], statement: str, values: Mapping[str, Any] | None
    ) -> Any:
        sent: list[tuple[psycopg.Cursor[_Row], NotFound | None]] = []
        asked = None
        try:
            with self._connection.pipeline():
                for text, given, missing in kept:
                    sent.append((self._connection.execute(text, given), missing))
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
