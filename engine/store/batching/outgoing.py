"""The rows a batch has not sent yet, by table, and the one statement that sends each table's.

Reads nothing; decides nothing. What another transaction made first is found when it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

import psycopg

from engine.effects.deliveries import Delivery
from engine.effects.enrolling_entities import Decision, Held
from engine.effects.entities import Account, AccountId, Enrollment, EnrollmentId, Fact, Line
from engine.errors import TransientError
from engine.plan.events import CommandId
from engine.store.batching import bulk
from engine.store.batching.journal import Journal
from engine.store.deliveries import delivery_to_json

Row = Mapping[str, Any]


class OutgoingRows:
    """What is to be written. Everything in it can be taken back through its journal until it is
    sent."""

    def __init__(self, now: datetime) -> None:
        self.journal = Journal()
        self._now = now
        self._changed: dict[AccountId, Mapping[str, Any]] = {}
        self._scored: dict[AccountId, Row] = {}
        self._assessed: dict[AccountId, Row] = {}
        self._scores: dict[tuple[AccountId, datetime], Row] = {}
        self._facts: list[Row] = []
        self._runs: list[Row] = []
        self._lines: list[Row] = []
        self._decisions: list[Row] = []
        self._held: list[Row] = []
        self._waits: list[Row] = []
        self._owed: list[Row] = []

    # --- what is to be written ----------------------------------------------------------------

    def change_account(self, account: AccountId, given: Mapping[str, Any]) -> None:
        """Set fields of an account; others stay."""
        before = self._changed.get(account, {})
        self.journal.put(self._changed, account, {**before, **given})

    def score_account(self, account: Account) -> None:
        """Write an account's score and band."""
        row = {
            "id": account.id,
            "score": account.score,
            "band": account.band,
            "band_since": account.band_since,
        }
        self.journal.put(self._scored, account.id, row)

    def assess_account(
        self,
        account: AccountId,
        assessment: Mapping[str, Any] | None,
        reassess_at: datetime | None,
    ) -> None:
        """Write an account's assessment."""
        row = {"id": account, "assessment": assessment, "reassess_at": reassess_at}
        self.journal.put(self._assessed, account, row)

    def put_score(
        self,
        account: AccountId,
        at: datetime,
        score: float,
        band: str,
        model: str | None,
        inputs: Mapping[str, Any] | None,
    ) -> None:
        """Insert or replace a score of the history."""
        row = {
            "account": account,
            "at": at,
            "score": score,
            "band": band,
            "known_at": self._now,
            "model": model,
            "inputs": inputs,
        }
        self.journal.put(self._scores, (account, at), row)

    def put_fact(self, fact: Fact) -> None:
        """Insert a fact that is not known."""
        self.journal.add(self._facts, {**_fields_of(fact), "known_at": self._now})

    def put_enrollment(self, run: Enrollment) -> None:
        """Begin a run that nobody has begun."""
        self.journal.add(self._runs, _fields_of(run))

    def put_line(self, line: Line) -> None:
        """Insert a line unless it is there."""
        self.journal.add(self._lines, _fields_of(line))

    def put_decision(self, decision: Decision) -> None:
        """Insert a decision."""
        self.journal.add(self._decisions, _fields_of(decision))

    def put_held(self, held: Held) -> None:
        """Hold a run for a playbook and subject nothing is held for."""
        self.journal.add(self._held, _fields_of(held))

    def drop_waits(self, enrollment: EnrollmentId, waits: Collection[CommandId]) -> None:
        """Delete waits of a run."""
        for wait in waits:
            self.journal.add(self._waits, {"enrollment": enrollment, "id": wait})

    def owe(self, delivery: Delivery) -> None:
        """Put a delivery into the outbox, after those before it."""
        content = {"enrollment": delivery.enrollment, "delivery": delivery_to_json(delivery)}
        self.journal.add(self._owed, content)

    # --- sending ------------------------------------------------------------------------------

    def send(self, connection: psycopg.Connection[Any]) -> bool:
        """Send everything, and tell whether there was something. TransientError when somebody else
        made one of the rows first: done again, it is found."""
        something = False
        changed = [{"id": id, "fields": of} for id, of in self._changed.items()]
        moved = self._take_moved()
        for statement, rows, new in (
            (bulk.CHANGE_ACCOUNTS, changed, False),
            (bulk.MOVE_HEALTH, moved, False),
            (bulk.SCORE_ACCOUNTS, [*self._scored.values()], False),
            (bulk.ASSESS_ACCOUNTS, [*self._assessed.values()], False),
            (bulk.PUT_SCORES, [*self._scores.values()], False),
            (bulk.PUT_FACTS, self._facts, True),
            (bulk.PUT_ENROLLMENTS, self._runs, True),
            (bulk.PUT_LINES, self._lines, False),
            (bulk.PUT_DECISIONS, self._decisions, False),
            (bulk.PUT_HELD, self._held, True),
            (bulk.DROP_WAITS, self._waits, False),
            (bulk.OWE, self._owed, False),
        ):
            if rows:
                something = True
                done = connection.execute(statement, {"rows": bulk.as_rows(rows)})
                if new and done.rowcount != len(rows):
                    raise _made_elsewhere()
        self._clear()
        return something

    def _take_moved(self) -> list[Row]:
        """Take out what is known of accounts whose new assessment goes into the history as it is:
        it is written once for both."""
        moved: list[Row] = []
        for id, assessed in list(self._assessed.items()):
            scored = self._scored.get(id)
            row = self._scores.get((id, self._now))
            if scored and row and row["inputs"] is assessed["assessment"]:
                since = {"band_since": scored["band_since"]}
                moved.append({**row, **since, "reassess_at": assessed["reassess_at"]})
                del self._scores[id, self._now], self._scored[id], self._assessed[id]
        return moved

    def _clear(self) -> None:
        self.journal.forget()
        tables: Sequence[Any] = (
            *(self._changed, self._scored, self._assessed, self._scores),
            *(self._facts, self._runs, self._lines, self._decisions, self._held),
            *(self._waits, self._owed),
        )
        for table in tables:
            table.clear()


def _made_elsewhere() -> TransientError:
    return TransientError(
        "a fact or a run of this batch was made elsewhere meanwhile",
        remedy="Try again: it is found then.",
    )


_READERS: dict[type, tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]] = {}


def _fields_of(entity: Any) -> dict[str, Any]:
    """Return an entity's fields by name."""
    kind = type(entity)
    if kind not in _READERS:
        names = tuple(field.name for field in fields(kind))
        _READERS[kind] = names, attrgetter(*names)
    names, read = _READERS[kind]
    return dict(zip(names, read(entity), strict=True))
