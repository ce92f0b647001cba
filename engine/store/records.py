"""The records port on PostgreSQL. Decides nothing: one method, one statement.

Writes without an answer are kept back and sent with the next statement, or at the end, in one round
trip (no gain on loopback, much over a network); so a change of a row that is not there raises
NotFound then.

Rows that decisions read again and again are asked for once, until they are written or something is
locked: a lock may have waited for somebody who changed what was read before it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import psycopg

from engine.effects.entities import (
    Account,
    AccountId,
    Contact,
    ContactId,
    Delivery,
    Effect,
    EffectKey,
    Enrollment,
    EnrollmentId,
    Fact,
    Line,
    Task,
    TaskId,
    User,
    UserId,
    Wait,
)
from engine.errors import NotFound
from engine.plan.codec import plan_from_json
from engine.plan.events import CommandId, Path
from engine.plan.model import NodeId, Plan, PlanHash
from engine.store import rows, statements
from engine.store.deliveries import delivery_to_json
from engine.store.errors import Translated
from engine.store.memo import Memo
from engine.store.rows import Rows, as_jsonb

T = TypeVar("T")
_Row = tuple[Any, ...]
_Kept = tuple[str, dict[str, Any], NotFound | None]


class PostgresRecords:
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

    # --- accounts and people ------------------------------------------------------------------

    def account(self, account: AccountId, *, lock: bool = False) -> Account:
        """With `lock`, no other transaction has the account locked until this one ends.

        Whoever registers a wait and whoever takes in a fact both lock first and look then;
        otherwise each could miss what the other has not yet committed.
        """
        statement = statements.LOCK_ACCOUNT if lock else statements.ACCOUNT
        return self._known(rows.ACCOUNTS, statement, account, "account", lock=lock)

    def children(self, account: AccountId) -> Sequence[AccountId]:
        return [row[0] for row in self._rows(statements.CHILDREN, account=account)]

    def change_account(self, account: AccountId, fields: Mapping[str, Any]) -> None:
        self._memo.forget("account", account)
        missing = _missing("account", account)
        self._keep(statements.CHANGE_ACCOUNT, missing, this=account, fields=as_jsonb(fields))

    def score_at(self, account: AccountId, at: datetime) -> float | None:
        row = self._row(statements.SCORE_AT, account=account, at=at)
        return row[0] if row else None

    def scores_since(self, account: AccountId, since: datetime) -> Sequence[float]:
        before = self.score_at(account, since)
        later = self._rows(statements.SCORES_SINCE, account=account, since=since)
        return [*([] if before is None else [before]), *(row[0] for row in later)]

    def last_scored(self, account: AccountId) -> datetime | None:
        return self._sure(statements.LAST_SCORED, account=account)[0]  # type: ignore[no-any-return]

    def put_score(
        self, account: AccountId, score: float, band: str, band_since: datetime | None, at: datetime
    ) -> None:
        if band_since is not None:
            fields = {"score": score, "band": band, "band_since": band_since}
            self._change(rows.ACCOUNTS, account, fields, "account")
        self._keep(statements.PUT_SCORE, None, account=account, score=score, band=band, at=at)

    def contacts(self, account: AccountId) -> Sequence[Contact]:
        def read() -> Sequence[Contact]:
            return self._all(rows.CONTACTS, statements.CONTACTS, account=account)

        return [*self._memo.recall("contacts", account, read)]

    def contact(self, contact: ContactId) -> Contact:
        return self._known(rows.CONTACTS, statements.CONTACT, contact, "contact")

    def change_contact(self, contact: ContactId, fields: Mapping[str, Any]) -> None:
        self._memo.forget("contact", contact)
        self._memo.forget_each("contacts")
        missing = _missing("contact", contact)
        self._keep(statements.CHANGE_CONTACT, missing, this=contact, fields=as_jsonb(fields))

    def user(self, user: UserId) -> User | None:
        return self._memo.recall("user", user, lambda: self._user(user))

    def _user(self, user: UserId) -> User | None:
        row = self._row(statements.USER, user=user)
        if row is None:
            return None
        leave = tuple((first, last) for first, last in row[-1] or ())
        return User(*(*row[:-1], leave))

    def open_tasks(self, users: Collection[UserId]) -> Mapping[UserId, int]:
        found: dict[UserId, int] = dict(self._rows(statements.OPEN_TASKS, users=list(users)))
        return {user: found.get(user, 0) for user in users}

    def next_turn(self, team: str) -> int:
        return int(self._sure(statements.NEXT_TURN, team=team)[0])

    # --- plans and enrollments ----------------------------------------------------------------

    def plan(self, plan: PlanHash) -> Plan:
        if plan not in self._plans:
            row = self._row(statements.PLAN, hash=plan)
            if row is None:
                raise _missing("plan", plan)
            self._plans[plan] = plan_from_json(row[0])
        return self._plans[plan]

    def current_plans(self) -> Mapping[str, PlanHash]:
        def read() -> Mapping[str, PlanHash]:
            return dict(self._rows(statements.CURRENT_PLANS))

        return self._memo.recall("plans", "live", read)

    def enrollment(self, enrollment: EnrollmentId, *, lock: bool = False) -> Enrollment:
        statement = statements.LOCK_ENROLLMENT if lock else statements.ENROLLMENT
        return self._known(rows.ENROLLMENTS, statement, enrollment, "enrollment", lock=lock)

    def last_ended(self, playbook: str, subject: str) -> datetime | None:
        row = self._sure(statements.LAST_ENDED, playbook=playbook, subject=subject)
        return row[0]  # type: ignore[no-any-return]

    def enrollments(self, account: AccountId) -> Sequence[Enrollment]:
        return self._all(rows.ENROLLMENTS, statements.ENROLLMENTS, account=account)

    def put_enrollment(self, enrollment: Enrollment) -> bool:
        values = rows.ENROLLMENTS.parameters(enrollment)
        return self._row(statements.PUT_ENROLLMENT, **values) is not None

    def change_enrollment(self, enrollment: EnrollmentId, **fields: Any) -> None:
        self._change(rows.ENROLLMENTS, enrollment, fields, "enrollment")

    # --- facts --------------------------------------------------------------------------------

    def put_fact(self, fact: Fact) -> bool:
        values = rows.FACTS.parameters(fact)
        return self._row(statements.PUT_FACT, **values, known_at=self._now) is not None

    def facts_since(
        self, account: AccountId, kinds: Collection[str], since: datetime
    ) -> Sequence[Fact]:
        statement = statements.FACTS_SINCE
        return self._all(rows.FACTS, statement, account=account, kinds=list(kinds), since=since)

    # --- waits --------------------------------------------------------------------------------

    def put_wait(self, wait: Wait) -> None:
        self._keep(statements.PUT_WAIT, None, **rows.WAITS.parameters(wait))

    def drop_waits(
        self, enrollment: EnrollmentId, waits: Collection[CommandId] | None = None
    ) -> None:
        if waits is None:
            self._keep(statements.DROP_ALL_WAITS, None, enrollment=enrollment)
        elif waits:
            self._keep(statements.DROP_WAITS, None, enrollment=enrollment, waits=list(waits))

    def has_wait(self, enrollment: EnrollmentId, wait: CommandId) -> bool:
        return self._row(statements.HAS_WAIT, enrollment=enrollment, wait=wait) is not None

    def waits_touched(self, account: AccountId, names: Collection[str]) -> Sequence[Wait]:
        return self._all(rows.WAITS, statements.WAITS_TOUCHED, account=account, names=list(names))

    def wait_for_task(self, task: TaskId) -> Wait | None:
        return self._one(rows.WAITS, statements.WAIT_FOR_TASK, task=task)

    # --- tasks --------------------------------------------------------------------------------

    def put_task(self, task: Task) -> None:
        self._keep(statements.PUT_TASK, None, **rows.TASKS.parameters(task))

    def task(self, task: TaskId, *, lock: bool = False) -> Task:
        statement = statements.LOCK_TASK if lock else statements.TASK
        if lock:
            self._memo.clear()
        return self._named(rows.TASKS, statement, task, "task")

    def task_of(self, enrollment: EnrollmentId, node: NodeId, path: Path) -> Task | None:
        statement = statements.TASK_OF
        return self._one(rows.TASKS, statement, enrollment=enrollment, node=node, path=list(path))

    def tasks_of(
        self, enrollment: EnrollmentId, nodes: Collection[NodeId] | None = None
    ) -> Sequence[Task]:
        if nodes is None:
            return self._all(rows.TASKS, statements.TASKS_OF, enrollment=enrollment)
        statement = statements.TASKS_OF_NODES
        return self._all(rows.TASKS, statement, enrollment=enrollment, nodes=list(nodes))

    def change_task(self, task: TaskId, **fields: Any) -> None:
        self._change(rows.TASKS, task, fields, "task")

    # --- the ledger, the timeline, the outbox -------------------------------------------------

    def effect(self, key: EffectKey) -> Effect | None:
        return self._one(rows.EFFECTS, statements.EFFECT, key=key)

    def put_effect(self, effect: Effect) -> bool:
        return self._row(statements.PUT_EFFECT, **rows.EFFECTS.parameters(effect)) is not None

    def change_effect(self, key: EffectKey, **fields: Any) -> None:
        self._change(rows.EFFECTS, key, fields, "effect")

    def put_line(self, line: Line) -> None:
        self._keep(statements.PUT_LINE, None, **rows.LINES.parameters(line))

    def lines(self, enrollment: EnrollmentId) -> Sequence[Line]:
        return self._all(rows.LINES, statements.LINES, enrollment=enrollment)

    def owe(self, delivery: Delivery) -> None:
        self.owes = True
        content = as_jsonb(delivery_to_json(delivery))
        self._keep(statements.OWE, None, enrollment=delivery.enrollment, delivery=content)

    # --- talking to the server ----------------------------------------------------------------

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
            statement = statements.change(kind, tuple(values))
            self._keep(statement, _missing(what, key), this=key, **values)

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
            raise _missing(what, key)
        return found


def _missing(what: str, key: str) -> NotFound:
    return NotFound(f"there is no {what} {key}", remedy="Check the id.")
