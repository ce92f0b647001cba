"""What the store owes a run: to begin, to be told, to be held or ended. One value per kind.

Written with what brought it about, in one transaction; `engine/store/deliveries` puts it into JSON,
the dispatcher takes it to the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from engine.effects.entities import EnrollmentId
from engine.plan.events import CommandId


@dataclass(frozen=True, slots=True)
class Start:
    """Begin the run of an enrollment."""

    enrollment: EnrollmentId


@dataclass(frozen=True, slots=True)
class Wake:
    """Tell a run that what it watches for has happened (`met`), or that its anchor has moved."""

    enrollment: EnrollmentId
    watch: CommandId
    fact: str
    at: datetime
    moved: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stop:
    """End a run from outside: another playbook's `stop` step, or a trigger that begins it anew."""

    enrollment: EnrollmentId
    reason: str
    at: datetime
    outcome: str = "stopped"


@dataclass(frozen=True, slots=True)
class Pause:
    """Hold a run: another of its group has precedence."""

    enrollment: EnrollmentId
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Resume:
    """Let a run go on that `Pause` holds."""

    enrollment: EnrollmentId
    at: datetime


Delivery: TypeAlias = Start | Wake | Stop | Pause | Resume
"""What the store owes a run; the outbox holds it until the run has it."""
