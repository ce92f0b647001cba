"""The port to the records: what carrying out a run needs read and written, in one transaction.

Two record keepers implement it, `engine/store` on PostgreSQL and `engine/simulation` in memory, and
pass the same contract tests. All that is decided is decided above this port, once, for both.
A `Records` lives for one transaction; what it wrote is kept or dropped as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from engine.effects.deliveries import Delivery
from engine.effects.enrolling_records import EnrollingRecords
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
from engine.effects.health_records import HealthRecords
from engine.plan.events import CommandId, Path
from engine.plan.model import NodeId, Plan, PlanHash


class Records(HealthRecords, EnrollingRecords, Protocol):
    """One transaction over what is known. Methods that name a missing row raise NotFound."""

    @property
    def now(self) -> datetime:
        """The workspace's clock at the start of the transaction."""

    # --- accounts and people ------------------------------------------------------------------

    def account(self, account: AccountId, *, lock: bool = False) -> Account:
        """Return an account; with `lock`, no fact about it is taken in and no wait on it registered
        elsewhere until the transaction ends. Lock it before an enrollment or a task."""

    def children(self, account: AccountId) -> Sequence[Account]:
        """Return the accounts whose `parent` is this one, by id."""

    def put_account(self, account: AccountId, fields: Mapping[str, Any]) -> bool:
        """Insert; False (and nothing written) when there is one of that id."""

    def change_account(self, account: AccountId, fields: Mapping[str, Any]) -> None:
        """Set fields of the account; others stay."""

    def score_at(self, account: AccountId, at: datetime) -> float | None:
        """Return the health score of an instant, None before the first: by what is known now, a
        score that came in late too. What was known then is for reports, and not asked here."""

    def scores_since(self, account: AccountId, since: datetime) -> Sequence[float]:
        """Return the score of an instant (as `score_at`), if any, and all of later instants, in
        order."""

    def last_scored(self, account: AccountId) -> datetime | None:
        """Return when the latest score in the history was taken."""

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
        """Record a score in the history, as known now, and, with `band_since`, as the current one;
        one of the same instant is replaced. `model` and `inputs` say how it was computed; without
        them it came from outside."""

    def contacts(self, account: AccountId) -> Sequence[Contact]:
        """Return the account's contacts, by id."""

    def contact(self, contact: ContactId) -> Contact: ...

    def put_contact(self, contact: Contact) -> bool:
        """Insert; False (and nothing written) when there is one of that id."""

    def change_contact(self, contact: ContactId, fields: Mapping[str, Any]) -> None:
        """Set fields of the contact, `role` and `email` among them; others stay."""

    def user(self, user: UserId) -> User | None:
        """Return a user, or None when nobody has that id."""

    def open_tasks(self, users: Collection[UserId]) -> Mapping[UserId, int]:
        """Count the open tasks of each user."""

    def next_turn(self, team: str) -> int:
        """Return 0, 1, 2 … a new number at each call for a team: its round robin."""

    # --- plans and enrollments ----------------------------------------------------------------

    def plan(self, plan: PlanHash) -> Plan: ...

    def current_plans(self) -> Mapping[str, PlanHash]:
        """Return the live plan of each playbook, by playbook name."""

    def enrollment(self, enrollment: EnrollmentId, *, lock: bool = False) -> Enrollment:
        """Return an enrollment; with `lock`, nobody else changes it until the transaction ends."""

    def last_ended(self, playbook: str, subject: str) -> datetime | None:
        """Return when the latest run of the playbook for the subject ended."""

    def enrollments(self, account: AccountId) -> Sequence[Enrollment]:
        """Return the runs under way for an account, oldest first."""

    def put_enrollment(self, enrollment: Enrollment) -> bool:
        """Insert; False (and nothing written) when one is active for its playbook and subject."""

    def change_enrollment(self, enrollment: EnrollmentId, **fields: Any) -> None: ...

    # --- facts --------------------------------------------------------------------------------

    def put_fact(self, fact: Fact) -> bool:
        """Insert; False (and nothing written) when a fact of that id is known."""

    def facts_since(
        self, account: AccountId, kinds: Collection[str], since: datetime
    ) -> Sequence[Fact]:
        """Return facts of those kinds that occurred at or after an instant, oldest first."""

    # --- waits --------------------------------------------------------------------------------

    def put_wait(self, wait: Wait) -> None:
        """Insert or replace, by enrollment and id."""

    def drop_waits(
        self, enrollment: EnrollmentId, waits: Collection[CommandId] | None = None
    ) -> None:
        """Forget waits of a run, or all of them."""

    def has_wait(self, enrollment: EnrollmentId, wait: CommandId) -> bool:
        """Tell whether a run's wait still stands."""

    def waits_touched(self, account: AccountId, names: Collection[str]) -> Sequence[Wait]:
        """Return waits of the account's active runs that hang on one of the names (`names` or
        `anchors`), and those that listen for a fact kind among them, oldest first."""

    def wait_for_task(self, task: TaskId) -> Wait | None: ...

    # --- tasks --------------------------------------------------------------------------------

    def put_task(self, task: Task) -> None: ...

    def task(self, task: TaskId, *, lock: bool = False) -> Task: ...

    def task_of(self, enrollment: EnrollmentId, node: NodeId, path: Path) -> Task | None: ...

    def tasks_of(
        self, enrollment: EnrollmentId, nodes: Collection[NodeId] | None = None
    ) -> Sequence[Task]:
        """Return the tasks of a run (of some nodes only), oldest first."""

    def change_task(self, task: TaskId, **fields: Any) -> None: ...

    # --- the ledger, the timeline, the outbox -------------------------------------------------

    def effect(self, key: EffectKey, *, lock: bool = False) -> Effect | None:
        """Return a row of the ledger; with `lock`, nobody else changes it until the transaction
        ends."""

    def put_effect(self, effect: Effect) -> bool:
        """Insert; False (and nothing written) when the key is taken."""

    def add_effect(self, effect: Effect) -> None:
        """Insert at the end of the transaction, and read it in another; one whose key is taken is
        left as it is."""

    def change_effect(self, key: EffectKey, **fields: Any) -> None: ...

    def settle_effect(self, key: EffectKey, **fields: Any) -> None:
        """Set fields of a row that is known to be there; one that is not is no error."""

    def leave_out_waiting(self, enrollment: EnrollmentId, reason: str) -> None:
        """Mark as skipped what of a run's sends waits to be tried again."""

    def put_line(self, line: Line) -> None:
        """Write a line; one of the same enrollment and key is left as it is."""

    def line(self, enrollment: EnrollmentId, key: str) -> Line | None:
        """Return the line of a key, if there is one."""

    def lines(self, enrollment: EnrollmentId) -> Sequence[Line]:
        """Return the timeline, oldest first (by instant, then in the order written)."""

    def owe(self, delivery: Delivery) -> None:
        """Put a delivery in the outbox."""
