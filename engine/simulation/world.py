"""The world in memory: every row a record keeper keeps, with the indices that make it fast.

Owns the tables, the virtual clock and the undo log of the transaction under way. Tables are plain
dicts of immutable values, so undoing is putting old values back. Decides nothing; what a method of
the port means is in `memory.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeAlias, TypeVar

from engine.effects.deliveries import Delivery
from engine.effects.enrolling_entities import Decision, Held, Notice
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
    FactId,
    Line,
    Override,
    Task,
    TaskId,
    User,
    UserId,
    Wait,
)
from engine.plan.codec import plan_hash
from engine.plan.events import CommandId, Path
from engine.plan.model import NodeId, Plan, PlanHash

K = TypeVar("K")
V = TypeVar("V")
Subject: TypeAlias = tuple[str, str]
"""A playbook's name and the id of an account or contact."""
WaitKey: TypeAlias = tuple[EnrollmentId, CommandId]

_ABSENT: Any = object()


class World:
    """All rows, at one virtual `now`. `outbox`, `handed` (new tasks) and `written` (new lines) are
    what happened since somebody last took them away, `moved` the accounts whose rows changed that
    the clock looks at, and whether at their dates, too (None while nobody asks)."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.accounts: dict[AccountId, Account] = {}
        self.children: dict[str, tuple[AccountId, ...]] = {}
        self.scores: dict[AccountId, tuple[tuple[datetime, float], ...]] = {}
        self.contacts: dict[ContactId, Contact] = {}
        self.contacts_of: dict[AccountId, tuple[ContactId, ...]] = {}
        self.users: dict[UserId, User] = {}
        self.turns: dict[str, int] = {}
        self.plans: dict[PlanHash, Plan] = {}
        self.live: dict[str, PlanHash] = {}
        self.enrollments: dict[EnrollmentId, Enrollment] = {}
        self.active: dict[Subject, EnrollmentId] = {}
        self.ended: dict[Subject, datetime] = {}
        self.begun: dict[tuple[str, date], tuple[EnrollmentId, ...]] = {}
        self.begun_on: dict[str, tuple[date, ...]] = {}
        self.under_way: dict[AccountId, tuple[EnrollmentId, ...]] = {}
        self.fact_ids: dict[FactId, int] = {}
        self.facts: dict[tuple[AccountId, str], tuple[Fact, ...]] = {}
        self.waits: dict[AccountId, dict[WaitKey, Wait]] = {}
        self.waits_of: dict[EnrollmentId, dict[CommandId, Wait]] = {}
        self.task_waits: dict[TaskId, WaitKey] = {}
        self.tasks: dict[TaskId, Task] = {}
        self.tasks_of: dict[EnrollmentId, tuple[TaskId, ...]] = {}
        self.task_at: dict[tuple[EnrollmentId, NodeId, Path], TaskId] = {}
        self.load: dict[str, int] = {}
        self.effects: dict[EffectKey, Effect] = {}
        self.waiting: dict[EnrollmentId, frozenset[EffectKey]] = {}
        self.lines: dict[EnrollmentId, dict[str, Line]] = {}
        self.reassess: dict[AccountId, datetime] = {}
        self.rolling_up: dict[AccountId, None] = {}
        self.overrides: dict[AccountId, Override] = {}
        self.held: dict[str, Held] = {}
        self.held_of: dict[AccountId, tuple[str, ...]] = {}
        self.messages: dict[str, tuple[EffectKey, ...]] = {}
        self.notices: dict[str, Notice] = {}
        self.firings: dict[tuple[str, str, str], datetime] = {}
        self.matching: dict[AccountId, frozenset[tuple[str, str]]] = {}
        self.decided: list[Decision] = []
        self.outbox: list[Delivery] = []
        self.handed: list[TaskId] = []
        self.written: list[Line] = []
        self.moved: dict[AccountId, bool] | None = None
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []
        self._marks = (0, 0, 0, 0)

    # --- one write, undoable ------------------------------------------------------------------

    def put(self, table: dict[K, V], key: K, value: V) -> None:
        """Set a row."""
        self._undo.append((table, key, table.get(key, _ABSENT)))
        table[key] = value
        if self.moved is not None:
            self._note_moved(table, key, value)

    def _note_moved(self, table: Any, key: Any, value: Any) -> None:
        """Note the accounts whose rows the clock looks at."""
        assert self.moved is not None
        if table is self.accounts or table is self.reassess or table is self.scores:
            self.note_moved(key, dates=table is self.accounts and self._has_other_fields(value))
        elif table is self.contacts:
            self.note_moved(value.account, dates=True)

    def _has_other_fields(self, now: Account) -> bool:
        """Tell whether the row just put differs from the one before in more than its health."""
        before = self._undo[-1][2]
        return before is _ABSENT or before.fields is not now.fields

    def note_moved(self, account: AccountId, *, dates: bool) -> None:
        """Have the clock look at an account again; `dates`: at its dates as well."""
        if self.moved is not None:
            self.moved[account] = self.moved.get(account, False) or dates

    def drop(self, table: dict[K, V], key: K) -> None:
        """Remove a row if it is there."""
        if key in table:
            self._undo.append((table, key, table.pop(key)))

    def begin(self) -> None:
        """Begin a transaction."""
        self._undo.clear()
        self._marks = (len(self.outbox), len(self.handed), len(self.written), len(self.decided))

    def roll_back(self) -> None:
        """Take back all that was written since `begin`."""
        for table, key, old in reversed(self._undo):
            if old is _ABSENT:
                table.pop(key, None)
            else:
                table[key] = old
        self._undo.clear()
        owed, handed, written, decided = self._marks
        del self.outbox[owed:], self.handed[handed:], self.written[written:]
        del self.decided[decided:]

    # --- what the port cannot write -----------------------------------------------------------

    def add_accounts(self, accounts: Iterable[Account]) -> None:
        """Put accounts; a score they come with is their first."""
        for account in accounts:
            self.accounts[account.id] = account
            self.note_moved(account.id, dates=True)
            if account.score is not None:
                since = account.band_since or self.now
                self.scores[account.id] = ((since, account.score),)
            if parent := account.fields.get("parent"):
                known = self.children.get(parent, ())
                self.children[parent] = tuple(sorted({*known, account.id}))

    def add_contacts(self, contacts: Iterable[Contact]) -> None:
        """Put contacts; what they are called by is also among their fields."""
        for contact in contacts:
            self.contacts[contact.id] = contact
            known = self.contacts_of.get(contact.account, ())
            self.contacts_of[contact.account] = tuple(sorted({*known, contact.id}))

    def add_users(self, users: Iterable[User]) -> None:
        """Put users."""
        self.users.update((user.id, user) for user in users)

    def make_live(self, *plans: Plan) -> tuple[PlanHash, ...]:
        """Keep plans and let new runs of their playbooks take them; returns their hashes."""
        hashes = tuple(plan_hash(plan) for plan in plans)
        for plan, hash in zip(plans, hashes, strict=True):
            self.plans[hash] = plan
            self.live[plan.playbook] = hash
        return hashes
