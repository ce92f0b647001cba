"""What the world side of a run reads and writes: one frozen value per kind of row.

Both record keepers (PostgreSQL in `engine/store`, memory in `engine/simulation`) speak in these.
Instants are aware UTC datetimes of the workspace's clock; JSON-able data stays plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NewType

from engine.plan.events import CommandId, Path
from engine.plan.model import NodeId, PlanHash

AccountId = NewType("AccountId", str)
ContactId = NewType("ContactId", str)
UserId = NewType("UserId", str)
EnrollmentId = NewType("EnrollmentId", str)
FactId = NewType("FactId", str)
TaskId = NewType("TaskId", str)
EffectKey = NewType("EffectKey", str)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is now. `fields` are the schema's fields by name (dates as ISO texts),
    built-in ones included; `band` and `band_since` are null until a score is known. `assessment` is
    the JSON of the latest `engine.health` assessment, null where the score comes from outside."""

    id: AccountId
    fields: Mapping[str, Any]
    score: float | None = None
    band: str | None = None
    band_since: datetime | None = None
    assessment: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A band a person has forced on an account; in force until it expires or is released."""

    account: AccountId
    band: str
    reason: str
    by: str
    made_at: datetime
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at the customer. `fields` hold the schema's contact fields by name."""

    id: ContactId
    account: AccountId
    role: str | None
    email: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class User:
    """A person on our side. `leave` are first and last days off, both included."""

    id: UserId
    name: str
    email: str
    zone: str | None = None
    calendar: str = "default"
    manager: UserId | None = None
    leave: tuple[tuple[date, date], ...] = ()


EnrollmentStatus = Literal["active", "paused", "finished"]


@dataclass(frozen=True, slots=True)
class Enrollment:
    """One run of one plan for one account, or one contact.

    `trigger` says why it began: {"by": "fact"|"clock"|"hand"|"playbook", "fact": id, "rule": text,
    "values": {name: value}}. `roles` are frozen user ids by role name where the playbook says so.
    """

    id: EnrollmentId
    playbook: str
    plan: PlanHash
    account: AccountId
    contact: ContactId | None
    status: EnrollmentStatus
    started_at: datetime
    trigger: Mapping[str, Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    outcome: str | None = None
    reason: str = ""
    ended_at: datetime | None = None

    @property
    def subject(self) -> str:
        """The id of what the run is for: the contact's, else the account's."""
        return self.contact or self.account


CLOCK = "clock.passed"
"""The kind of what stands for a fact where the clock alone changed something."""
ANSWERED = "survey.answered"
"""The kind of an answer to a survey."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to an account. `enrollment` and `node` are set when it is about one
    step of one run (a task completed, an answer to a survey, a reply to an email)."""

    id: FactId
    kind: str
    account: AccountId
    occurred_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    contact: ContactId | None = None
    enrollment: EnrollmentId | None = None
    node: NodeId | None = None
    path: Path = ()


TaskKind = Literal["task", "approval", "escalation"]
TaskStatus = Literal["open", "done", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Task:
    """A task, an approval or an escalation in somebody's inbox; one per (enrollment, node, path).

    `assignee` is a user's id, or a contact's for a task the customer owns (`customer`). `watch` is
    the run's command that waits for it. `checklist` are (text, ticked) pairs; `ask` the fields an
    answer needs; `level` how far an escalation has climbed.
    """

    id: TaskId
    enrollment: EnrollmentId
    node: NodeId
    path: Path
    account: AccountId
    kind: TaskKind
    title: str
    assignee: str | None
    role: str
    watch: CommandId
    created_at: datetime
    status: TaskStatus = "open"
    description: str = ""
    customer: bool = False
    due_at: datetime | None = None
    snoozed_until: datetime | None = None
    checklist: tuple[tuple[str, bool], ...] = ()
    ask: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    decision: str | None = None
    priority: Literal["low", "normal", "high"] = "normal"
    level: int = 0
    closed_at: datetime | None = None
    closed_by: str | None = None
    reason: str = ""


EffectStatus = Literal["intent", "waiting", "done", "accepted", "refused", "unknown", "skipped"]
MESSAGES = ("send_email", "send_survey")
"""The verbs whose effects count as messages to a contact."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of the ledger: one effect, ever.

    For what touches only our database the key is `<enrollment>:<command>`; for what leaves the
    house it is `<enrollment>/<node>/<path>/<recipient>`, so that a second attempt at the same send
    finds the first whatever crashed between. `intent`: the call may be under way or may have died;
    a later attempt makes it `unknown`. `waiting`: certainly not sent yet, will be tried again.
    `recipient` is an id, never an address.
    """

    key: EffectKey
    enrollment: EnrollmentId
    node: NodeId | None
    path: Path
    verb: str
    status: EffectStatus
    at: datetime
    account: AccountId
    recipient: str | None = None
    provider: str | None = None
    provider_id: str | None = None
    reason: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """A registered wait of a run.

    It is looked at again when a fact touches one of `names` (`health`, `account.lifecycle`,
    `contacts`, a fact kind, a step: see `watching.wake_keys`); `anchors` are the account's date
    fields its instant hangs on (`account.renewal_date`). `slot` names the condition in the plan
    (`until`, `done_when`, `goal`, `exit.0`, `milestone.x`); null when it only listens for its
    task, or for `fact_kind` about `about`.
    """

    enrollment: EnrollmentId
    id: CommandId
    account: AccountId
    node: NodeId | None
    path: Path
    slot: str | None
    since: datetime
    names: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    results: Mapping[str, Any] = field(default_factory=dict)
    task: TaskId | None = None
    fact_kind: str | None = None
    about: NodeId | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an enrollment's timeline: what happened, or did not, and why.

    `key` is unique within the enrollment (a command's or note's id), so that writing a line twice
    leaves one. `what` is a stable word (`task`, `email`, `wait`, `chose`, `skipped`, `outcome`, …),
    `data` the explanation: rule, values, fact, due, recipient id.
    """

    enrollment: EnrollmentId
    key: str
    at: datetime
    node: NodeId | None
    path: Path
    what: str
    data: Mapping[str, Any] = field(default_factory=dict)
