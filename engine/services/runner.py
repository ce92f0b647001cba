"""The port to whatever runs enrollments: what services ask of it, and what it answers.

`workflows.client.TemporalRunner` implements it. Nothing here knows Temporal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from engine.effects.entities import EnrollmentId
from engine.plan.events import CommandId, Path
from engine.plan.model import NodeId, Plan, PlanHash
from engine.plan.state import State


@dataclass(frozen=True, slots=True)
class Place:
    """One place a run stands at. `wakes` are purposes by instant; `source` is file:line:col."""

    node: NodeId
    path: Path
    source: str
    phase: str
    asked: CommandId | None = None
    watch: CommandId | None = None
    wakes: Mapping[datetime, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands and what it waits for. `in_flight` are commands not yet answered."""

    enrollment: EnrollmentId
    status: str
    outcome: str | None
    reason: str
    plan: PlanHash
    places: tuple[Place, ...]
    in_flight: tuple[CommandId, ...]
    state: State


@dataclass(frozen=True, slots=True)
class StuckRun:
    """A run that cannot go on by itself. `why` holds no personal data."""

    enrollment: EnrollmentId
    status: str
    since: datetime
    why: str


Ended = Literal["terminated", "timed out", "failed", "cancelled", "completed", "unknown"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a run that is not under way. `since` is real time, None when the runner does
    not know the run at all (`unknown`); `why` is what it failed of, and holds no personal data."""

    how: Ended
    since: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class SweepSchedule:
    """When a kind of sweep comes round. Its instants are real time; `last_ended` is how the last
    one ended, `running` while it has not, `never` before the first."""

    kind: str
    id: str
    every_s: float
    paused: bool
    last_at: datetime | None
    last_ended: str
    next_at: datetime | None


class Runner(Protocol):
    """What steers runs. Every method may raise NotFound (no such run), Conflict (not in a state
    that allows it, in words) and TransientError (the runner or its worker does not answer)."""

    def pause(self, enrollment: EnrollmentId, *, reason: str) -> Standing:
        """Hold a run until it is resumed."""

    def resume(self, enrollment: EnrollmentId) -> Standing:
        """Let a paused run go on, as its playbook's `on_resume` says."""

    def cancel(
        self, enrollment: EnrollmentId, *, reason: str, outcome: str = "cancelled"
    ) -> Standing:
        """End a run: open tasks are withdrawn, waits dropped."""

    def migrate(self, enrollment: EnrollmentId, plan: Plan) -> Standing:
        """Move a run to another plan, which the store must hold; Conflict says why it cannot."""

    def state(self, enrollment: EnrollmentId) -> Standing:
        """Say where a run stands."""

    def sweeps(self) -> Sequence[SweepSchedule]:
        """List the schedules of the sweeps; those that no worker has made yet are missing."""

    def fates(self, enrollments: Sequence[EnrollmentId]) -> Mapping[EnrollmentId, Fate]:
        """Return what became of those of some runs that are not under way; each was asked for by
        its id just before."""

    def stuck(self, limit: int = 100) -> Sequence[StuckRun]:
        """List runs that failed, or whose worker cannot make them go on; newest first."""
