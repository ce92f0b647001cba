"""What the API takes and gives, as pydantic forms: the words of its OpenAPI document.

Answers are read off the records' values by name, so that a field that moves there fails here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from engine.effects.entities import Decided, EnrollmentStatus, TaskKind, TaskStatus
from engine.services.facts import GivenFact

MOST_FACTS = 1_000
MOST_ROWS = 200
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000)]
WrittenFact = Annotated[Any, WithJsonSchema(GivenFact.model_json_schema())]


class Given(BaseModel):
    """What a caller sends: no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True, frozen=True)


# --- facts ------------------------------------------------------------------------------------


class GivenFacts(Given):
    """Many facts, oldest first."""

    facts: list[WrittenFact] = Field(max_length=MOST_FACTS)


class NotStarted(Shown):
    """A playbook whose trigger a fact set off without a run beginning."""

    playbook: str
    why: str


class FactAnswer(Shown):
    """What became of one fact."""

    id: str
    status: Literal["accepted", "duplicate", "rejected"]
    why: str = ""
    started: list[str] = []
    woken: list[str] = []
    not_started: list[NotStarted] = []


class FactAnswers(Shown):
    """One answer for each fact, in the order sent."""

    accepted: int
    duplicate: int
    rejected: int
    answers: list[FactAnswer]


# --- accounts and contacts --------------------------------------------------------------------


class GivenFields(Given):
    """Fields by name, as schema.yaml declares them; those left out stay, null empties one."""

    fields: dict[str, Any]


class GivenRow(GivenFields):
    """One account or contact of many."""

    id: Word


class GivenAccounts(Given):
    """Accounts to create or change."""

    accounts: list[GivenRow] = Field(max_length=MOST_ROWS)


class GivenContacts(Given):
    """Contacts to create or change."""

    contacts: list[GivenRow] = Field(max_length=MOST_ROWS)


class RowAnswer(Shown):
    """What became of one account or contact; `changed` names the fields."""

    id: str
    status: Literal["created", "changed", "unchanged", "rejected"]
    why: str = ""
    changed: list[str] = []
    started: list[str] = []
    woken: list[str] = []
    not_started: list[NotStarted] = []


class RowAnswers(Shown):
    """One answer for each, in the order sent."""

    answers: list[RowAnswer]


class ShownContact(Shown):
    """A contact with its fields."""

    id: str
    account: str
    role: str | None
    email: str
    fields: Mapping[str, Any]


class ShownAccount(Shown):
    """An account with its fields."""

    id: str
    fields: Mapping[str, Any]
    score: float | None
    band: str | None
    band_since: datetime | None


class AccountInFull(ShownAccount):
    """An account and its contacts."""

    contacts: list[ShownContact]


class AccountList(Shown):
    """A page of accounts by id; `next` continues it."""

    accounts: list[ShownAccount]
    next: str | None


class ShownOverride(Shown):
    """A band a person has forced."""

    band: str
    reason: str
    by: str
    made_at: datetime
    expires_at: datetime | None


class ScoreAt(Shown):
    """A score as it was known."""

    at: datetime
    score: float
    band: str


class Health(Shown):
    """An account's health: the score, how it was worked out, and the latest scores."""

    account: str
    score: float | None
    band: str | None
    band_since: datetime | None
    assessment: Mapping[str, Any] | None = Field(
        description="What each measure came to; null where the score comes from outside."
    )
    override: ShownOverride | None
    history: list[ScoreAt] = Field(description="The latest thirty, newest first.")


# --- enrollments ------------------------------------------------------------------------------


class GivenEnrollment(Given):
    """A run to begin."""

    playbook: Word
    account: Word
    contact: Word | None = None
    inputs: dict[str, Any] = {}
    force: bool = Field(False, description="Even if the playbook's `when` does not match.")
    by: Word | None = Field(None, description="The user who wants it; the token by default.")


class Reason(Given):
    """Why, for the timeline."""

    reason: Annotated[Prose, StringConstraints(min_length=1)]


class Started(Shown):
    """A run that has begun."""

    enrollment: str


class ShownEnrollment(Shown):
    """A run."""

    id: str
    playbook: str
    plan: str
    account: str
    contact: str | None
    status: EnrollmentStatus
    started_at: datetime
    trigger: Mapping[str, Any]
    inputs: Mapping[str, Any]
    outcome: str | None
    reason: str
    ended_at: datetime | None


class ShownLine(Shown):
    """A line of a run's timeline."""

    at: datetime
    step: str | None = Field(validation_alias="node")
    path: list[str]
    what: str
    data: Mapping[str, Any]


class ShownSend(Shown):
    """Something that left the house, or did not: to an id, never an address."""

    at: datetime
    step: str | None = Field(validation_alias="node")
    verb: str
    status: str
    recipient: str | None
    reason: str


class EnrollmentInFull(ShownEnrollment):
    """A run, what happened in it, and what it sent."""

    timeline: list[ShownLine]
    sends: list[ShownSend]


class EnrollmentList(Shown):
    """A page of runs, the latest first; `next` continues it."""

    enrollments: list[ShownEnrollment]
    next: str | None


class ShownDecision(Shown):
    """What a trigger that was set off came to, and why."""

    at: datetime
    playbook: str
    plan: str
    account: str
    contact: str | None
    decision: Decided
    rule: str
    why: str
    values: Mapping[str, Any]
    fact: str | None
    enrollment: str | None


class DecisionList(Shown):
    """A page of decisions, the latest first; `next` continues it."""

    decisions: list[ShownDecision]
    next: str | None


# --- tasks ------------------------------------------------------------------------------------


class Acting(Given):
    """Who does it."""

    by: Word | None = Field(None, description="The user who acts; the token by default.")


class Completion(Acting):
    """What a task's doer answers. `ticked` are checklist items, by number; all by default."""

    answers: dict[str, Any] = {}
    ticked: list[int] | None = None
    decision: Literal["approved", "rejected"] | None = None


class Snooze(Acting):
    """Until when a task is hidden; a time without a zone is UTC."""

    until: datetime


class Reassignment(Acting):
    """Whom a task goes to."""

    to: Word
    reason: Prose = ""


class Withdrawal(Acting):
    """Why a task need not be done."""

    reason: Annotated[Prose, StringConstraints(min_length=1)]


class GivenComment(Acting):
    """A comment on a task."""

    text: Annotated[Prose, StringConstraints(min_length=1)]


class ShownTask(Shown):
    """A task, an approval or an escalation."""

    id: str
    enrollment: str
    step: str = Field(validation_alias="node")
    account: str
    kind: TaskKind
    title: str
    description: str
    assignee: str | None
    role: str
    status: TaskStatus
    created_at: datetime
    due_at: datetime | None
    snoozed_until: datetime | None
    checklist: list[tuple[str, bool]]
    ask: Mapping[str, Any]
    answers: Mapping[str, Any]
    decision: str | None
    priority: str
    level: int
    closed_at: datetime | None
    closed_by: str | None
    reason: str


class ShownComment(Shown):
    """A comment on a task."""

    by: str
    at: datetime
    text: str


class TaskInFull(ShownTask):
    """A task with its comments, oldest first."""

    comments: list[ShownComment]


class TaskList(Shown):
    """A page of tasks by due date; `next` continues it."""

    tasks: list[ShownTask]
    next: str | None
