"""What travels between clients, workflow and activities: flat dataclasses of JSON-able fields.

Part of every stored history: a field may be added with a default, none may change its meaning.
No personal data: ids, statuses and instants only. Knows nothing of who sends or reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

WORKFLOW = "Enrollment"
INPUT_FORMAT = 1


@dataclass
class EnrollmentInput:
    """What one run is given. `plan` and `state` are JSON of `engine.plan.codec`; `state` and what
    follows it are set when the run continues an earlier one. `continue_after` is a number of
    history events after which it continues as new even if the server does not suggest it.
    `started_at` (ISO, workspace time) is when the enrollment was committed: the run counts from
    there, so that a fact that comes in before Temporal begins it is not missed."""

    format: int
    enrollment: str
    account: str
    subject: str
    plan_hash: str
    plan: dict[str, Any]
    clock: str = "real"
    outbound_queue: str = "tenure-outbound"
    continue_after: int = 0
    state: dict[str, Any] | None = None
    carried: list[dict[str, Any]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    started_at: str = ""


@dataclass
class Errand:
    """What one activity is asked: carry out `do` (JSON of a `Do`; null for `note`), after writing
    the notes and dropping the waits that have gathered. `plan_hash` is for `migrate` only. It
    travels as plain data: the converter's way with dataclasses costs a fifth of a worker."""

    enrollment: str
    do: dict[str, Any] | None = None
    notes: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    plan_hash: str = ""


@dataclass
class Told:
    """What a signal says. `delivery` is its id: one that was seen before is dropped."""

    delivery: str
    watch: str = ""
    fact: str = ""
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    outcome: str = "stopped"


@dataclass
class Wanted:
    """What an update asks. `plan` and `plan_hash` are for `migrate` only."""

    reason: str = ""
    outcome: str = "cancelled"
    plan: dict[str, Any] = field(default_factory=dict)
    plan_hash: str = ""


@dataclass
class Place:
    """One place a run stands at: the step, its file and line, and what would move it on."""

    node: str
    path: list[str]
    source: str
    phase: str
    asked: str | None = None
    watch: str | None = None
    wakes: dict[str, str] = field(default_factory=dict)


@dataclass
class Standing:
    """Where a run stands. `wakes` of a place are purposes by instant (ISO, workspace time)."""

    enrollment: str
    status: str
    outcome: str | None
    reason: str
    plan_hash: str
    places: list[Place]
    in_flight: list[str]
    state: dict[str, Any]
