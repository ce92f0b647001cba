"""What a simulation leaves behind. Data only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.delivery.provider import Message
from engine.effects.entities import Effect, Enrollment, EnrollmentId, Fact, Line, Task
from engine.effects.letters import Letter
from engine.plan.model import NodeId


@dataclass(frozen=True, slots=True)
class Refusal:
    """A playbook whose trigger was set off, or that was asked for, but that did not start."""

    at: datetime
    playbook: str
    account: str
    why: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A fact that could not be taken in."""

    fact: Fact
    why: str


@dataclass(frozen=True, slots=True)
class Trace:
    """All that happened, oldest first. `lines` are the timelines of all runs in one; `visited` the
    nodes each playbook's runs stood at."""

    lines: Sequence[Line]
    enrollments: Mapping[EnrollmentId, Enrollment]
    ledger: Sequence[Effect]
    tasks: Sequence[Task]
    mails: Sequence[Message]
    posts: Sequence[Letter]
    refusals: Sequence[Refusal]
    rejections: Sequence[Rejection]
    visited: Mapping[str, frozenset[NodeId]]
    ended_at: datetime

    @property
    def outcomes(self) -> Mapping[EnrollmentId, str | None]:
        """Each run's outcome; None while it is under way."""
        return {run.id: run.outcome for run in self.enrollments.values()}
