"""The records port on PostgreSQL. Decides nothing: one method, one statement.

Writes without an answer are kept back and sent with the next statement, or at the end, in one round
trip (no gain on loopback, much over a network); so a change of a row that is not there raises
NotFound then.

Rows that decisions read again and again are asked for once, until they are written or something is
locked: a lock may have waited for somebody who changed what was read before it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.effects.deliveries import Delivery
from engine.effects.entities import (
    Account,
    AccountId,
    Contact,
    ContactId,
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
from engine.plan.codec import plan_from_json
from engine.plan.events import CommandId, Path
from engine.plan.model import NodeId, Plan, PlanHash
from engine.store import rows, statements
from engine.store.compiling import change
from engine.store.deliveries import delivery_to_json
from engine.store.enrolling_records import EnrollingOnPostgres
from engine.store.health_records import HealthOnPostgres
from engine.store.rejects import RejectsOnPostgres
from engine.store.rows import as_jsonb
from engine.store.talking import missing_row

_ACCOUNT = len(rows.ENROLLMENTS.columns)
_CSM = _ACCOUNT + len(rows.ACCOUNTS.columns)
"""Where the account and its CSM begin in the row of a run."""


class PostgresRecords(HealthOnPostgres, EnrollingOnPostgres, RejectsOnPostgres):
    """One transaction on a psycopg connection; whoever opened it ends it, see `Talk`."""

    # --- accounts and people ------------------------------------------------------------------

    def account(self, account: AccountId, *, lock: bool = False) -> Account:
        """With `lock`, no other transaction has the account locked until this one ends.

        Whoever registers a wait and whoever takes in a fact both lock first and look then;
        otherwise each could miss what the other has not yet committed.
        """
        statement = statements.LOCK_ACCOUNT if lock else statements.ACCOUNT
        return self._known(rows.ACCOUNTS, statement, account, "account", lock=lock)

    def children(self, account: AccountId) -> Sequence[Account]:
        return self._all(rows.ACCOUNTS, statements.CHILDREN, account=account)

    def put_account(self, account: AccountId, fields: Mapping[str, Any]) -> bool:
        self._memo.clear()
        written = as_jsonb({**fields, "id": account})
        return self._row(statements.PUT_ACCOUNT, id=account, fields=written) is not None

    def change_account(self, account: AccountId, fields: Mapping[str, Any]) -> None:
        self._memo.forget("account", account)
        missing = missing_row("account", account)
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
        self,
        account: AccountId,
        score: float,
        band: str,
        band_since: datetime | None,
        at: datetime,
        *,
        model: str | None = None,
        inputs: Mapping[str, Any] | None = None,
    ) -> None:
        if band_since is not None:
            fields = {"score": score, "band": band, "band_since": band_since}
            self._change(rows.ACCOUNTS, account, fields, "account")
        self._keep(
            statements.PUT_SCORE,
            None,
            account=account,
            score=score,
            band=band,
            at=at,
            known_at=self._now,
            model=model,
            inputs=None if inputs is None else as_jsonb(inputs),
        )

    def contacts(self, account: AccountId) -> Sequence[Contact]:
        def read() -> Sequence[Contact]:
            found = self._all(rows.CONTACTS, statements.CONTACTS, account=account)
            for one in found:
                self._memo.keep("contact", one.id, one)
            return found

        return [*self._memo.recall("contacts", account, read)]

    def contact(self, contact: ContactId) -> Contact:
        return self._known(rows.CONTACTS, statements.CONTACT, contact, "contact")

    def put_contact(self, contact: Contact) -> bool:
        self._memo.clear()
        own = {name: getattr(contact, name) for name in ("id", "account", "role", "email")}
        fields = as_jsonb({**contact.fields, **own})
        values = {"id": contact.id, "account": contact.account, "fields": fields}
        return self._row(statements.PUT_CONTACT, **values) is not None

    def change_contact(self, contact: ContactId, fields: Mapping[str, Any]) -> None:
        self._memo.forget("contact", contact)
        self._memo.forget_each("contacts")
        missing = missing_row("contact", contact)
        self._keep(statements.CHANGE_CONTACT, missing, this=contact, fields=as_jsonb(fields))

    def user(self, user: UserId) -> User | None:
        return self._memo.recall("user", user, lambda: self._user(user))

    def _user(self, user: UserId) -> User | None:
        row = self._row(statements.USER, user=user)
        return None if row is None else _read_user(row)

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
                raise missing_row("plan", plan)
            self._plans[plan] = plan_from_json(row[0])
        return self._plans[plan]

    def current_plans(self) -> Mapping[str, PlanHash]:
        def read() -> Mapping[str, PlanHash]:
            return dict(self._rows(statements.CURRENT_PLANS))

        return self._memo.recall("plans", "live", read)

    def enrollment(self, enrollment: EnrollmentId, *, lock: bool = False) -> Enrollment:
        if lock:
            self._memo.clear()
        return self._memo.recall(
            "enrollment", enrollment, lambda: self._read_run(enrollment, lock=lock)
        )

    def _read_run(self, enrollment: EnrollmentId, *, lock: bool) -> Enrollment:
        """Read a run, and with it what most steps read next: its account and the account's CSM.

        A lock that somebody else has is waited for alone: what was read in the same statement would
        be older than what they did.
        """
        row = self._row(statements.LOCK_RUN if lock else statements.RUN, key=enrollment)
        if row is None:
            statement = statements.LOCK_ENROLLMENT if lock else statements.ENROLLMENT
            return self._named(rows.ENROLLMENTS, statement, enrollment, "enrollment")
        account = rows.ACCOUNTS.read(row[_ACCOUNT:_CSM])
        self._memo.keep("account", account.id, account)
        if row[_CSM] is not None:
            self._memo.keep("user", row[_CSM], _read_user(row[_CSM:]))
        return rows.ENROLLMENTS.read(row[:_ACCOUNT])

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

    def effect(self, key: EffectKey, *, lock: bool = False) -> Effect | None:
        statement = statements.LOCK_EFFECT if lock else statements.EFFECT
        return self._one(rows.EFFECTS, statement, key=key)

    def put_effect(self, effect: Effect) -> bool:
        return self._row(statements.PUT_EFFECT, **rows.EFFECTS.parameters(effect)) is not None

    def add_effect(self, effect: Effect) -> None:
        self._keep_last(rows.EFFECTS, effect)

    def change_effect(self, key: EffectKey, **fields: Any) -> None:
        self._change(rows.EFFECTS, key, fields, "effect")

    def settle_effect(self, key: EffectKey, **fields: Any) -> None:
        values = rows.EFFECTS.changes(fields)
        self._keep(change(rows.EFFECTS, tuple(values)), None, this=key, **values)

    def leave_out_waiting(self, enrollment: EnrollmentId, reason: str) -> None:
        self._keep(statements.LEAVE_OUT, None, enrollment=enrollment, reason=reason)

    def put_line(self, line: Line) -> None:
        self._keep_last(rows.LINES, line)

    def line(self, enrollment: EnrollmentId, key: str) -> Line | None:
        self._end_rows()
        return self._one(rows.LINES, statements.LINE, enrollment=enrollment, key=key)

    def lines(self, enrollment: EnrollmentId) -> Sequence[Line]:
        self._end_rows()
        return self._all(rows.LINES, statements.LINES, enrollment=enrollment)

    def owe(self, delivery: Delivery) -> None:
        self.owes = True
        content = as_jsonb(delivery_to_json(delivery))
        self._keep(statements.OWE, None, enrollment=delivery.enrollment, delivery=content)


def _read_user(row: Sequence[Any]) -> User:
    leave = tuple((first, last) for first, last in row[-1] or ())
    return User(*(*row[:-1], leave))
