"""What the API takes and gives of runs and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from engine.effects.enrolling_entities import Decided
from engine.effects.entities import EnrollmentStatus
from engine.web.api.shapes.kinds import Given, Prose, Shown, Word


class GivenEnrollment(Given):
    """A run to begin."""

    playbook: Word
    account: Word
    contact: Word | None = None
    inputs: dict[str, Any] = Field(default_factory=dict)
    force: bool = Field(False, description="Even if the playbook's `when` does not match.")
    by: Word | None = Field(None, description="The user who wants it; the token by default.")


class Reason(Given):
    """Why, for the timeline."""

    reason: Annotated[Prose, StringConstraints(min_length=1)]


class Started(Shown):
    """A run that has begun, or that is held and begins later under the same id."""

    enrollment: str
    status: Literal["started", "held"] = "started"
    why: str = ""


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
