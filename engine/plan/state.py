"""Where a run stands: a small value, JSON-able by `codec`. Data only.

A run is a tree of branches. Each branch stands at one node in one phase; a node with bodies (fork,
repetition, for-each) keeps its own branch waiting while child branches run the bodies. A branch
with `loose` set is a task that was handed out without waiting for it: nobody joins it, but the run
is not over before it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType

from engine.plan.events import CommandId, Event, Holder, Met, Path
from engine.plan.model import Json, NodeId

BranchId = NewType("BranchId", str)
ROOT = BranchId("0")
STATE_FORMAT = 2

Status = Literal["new", "running", "paused", "closing", "finished"]


@dataclass(frozen=True, slots=True)
class Branch:
    """One place the run stands at. `asked` is the command it awaits an answer to, `watch` what it
    listens for, `timers` what will wake it; `data` is the node's own small memory."""

    id: BranchId
    node: NodeId
    path: Path
    since: datetime
    phase: str = "entering"
    parent: BranchId | None = None
    loose: bool = False
    asked: CommandId | None = None
    watch: CommandId | None = None
    timers: Mapping[CommandId, str] = field(default_factory=dict)
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """One enrollment's run. `subject` is the account or contact it is for (its split arms hang on
    it). `results` holds, by step id and path (see `run.result_key`), what each step came to;
    `asked` how many commands of each name the run has given where it now stands (see
    `run.command_name`), and `early` the news that came before the run asked for it (see
    `run.Run.hold_early`)."""

    subject: str
    started_at: datetime | None = None
    status: Status = "new"
    outcome: str | None = None
    reason: str = ""
    branches: Mapping[BranchId, Branch] = field(default_factory=dict)
    results: Mapping[str, Json] = field(default_factory=dict)
    timers: Mapping[CommandId, datetime] = field(default_factory=dict)
    watches: Mapping[CommandId, str] = field(default_factory=dict)
    held: tuple[Event, ...] = ()
    early: tuple[Met, ...] = ()
    paused_at: datetime | None = None
    paused_by: Holder = "hand"
    asked: Mapping[str, int] = field(default_factory=dict)
    format: int = STATE_FORMAT
