"""The world in memory: every row a record keeper keeps, with the indices that make it fast.

Owns the tables, the virtual clock and the undo log of the transaction under way. Tables are plain
dicts of immutable values, so undoing is putting old values back. Decides nothing; what a method of
the port means is in `memory.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias, TypeVar

from engine.effects.deliveries import Delivery
from engine.effects.enrolling_entities import Decision, Held, Notice, Queued
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


class Moved:
    """What has changed of an account that the clock looks at: numbers to be joined with `|`."""

    HEALTH = 1
    FIELDS = 2
    DATES = 4
    """What its date triggers hang on."""

    WAITS = 8
    REASSESS = 16
    """When its health is to be worked out anew."""

    ALL = 31


class World:
    """All rows, at one virtual `now`. `outbox`, `handed` (new tasks) and `written` (new lines) are
    what happened since somebody last took them away, `moved` the accounts of which something
    changed that the clock looks at (None while nobody asks). `dated` are the fields that date
    triggers hang on; None when that is more than fields of the account."""

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
        self.queued: dict[str, Mapping[EffectKey, Queued]] = {}
        self.notices: dict[str, Notice] = {}
        self.firings: dict[tuple[str, str, str], datetime] = {}
        self.matching: dict[AccountId, frozenset[tuple[str, str]]] = {}
        self.decided: list[Decision] = []
        self.outbox: list[Delivery] = []
        self.handed: list[TaskId] = []
        self.written: list[Line] = []
        self.moved: dict[AccountId, int] | None = None
        self.dated: frozenset[str] | None = None
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
        if table is self.accounts:
            self.note_moved(key, self._moved(self._undo[-1][2], value))
        elif table is self.scores:
            self.note_moved(key, Moved.HEALTH)
        elif table is self.reassess:
            self.note_moved(key, Moved.REASSESS)
        elif table is self.contacts and self.dated is None:
            self.note_moved(value.account, Moved.DATES)

    def _moved(self, before: Any, now: Account) -> int:
        """Tell what of an account's row is another than before."""
        if before is _ABSENT:
            return Moved.ALL
        if before.fields is now.fields:
            return Moved.HEALTH
        old, new = before.fields, now.fields
        if self.dated is None or any(old.get(name) != new.get(name) for name in self.dated):
            return Moved.HEALTH | Moved.FIELDS | Moved.DATES
        return Moved.HEALTH | Moved.FIELDS

    def note_moved(self, account: AccountId, what: int) -> None:
        """Have the clock look at an account again."""
        if self.moved is not None:
            self.moved[account] = self.moved.get(account, what) | what

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
            self.note_moved(account.id, Moved.ALL)
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
