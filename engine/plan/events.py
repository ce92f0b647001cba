"""What happens to a run (events) and what a run wants done (commands). Data only.

    event ──▶ advance(plan, state, event) ──▶ state, commands

The shell answers every `Do` with exactly one `Done` or `Failed` of the same id, every `WakeAt` with
one `Woke` (unless cancelled), and passes on `Met` and `Moved` as the store reports them. A repeated
or late event is harmless: ids the run no longer knows are ignored. Instants are aware UTC
datetimes of the workspace's clock. No personal data: ids, statuses and instants only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType, TypeAlias

from engine.plan.model import EffectVerb, Json, NodeId

CommandId = NewType("CommandId", str)
Path: TypeAlias = tuple[str, ...]
"""Which repetition and item a step runs in: ("weekly#2", "invite=c-17"); () at the top level."""

RunVerb = Literal[
    "begin",
    "create_task",
    "remind",
    "escalate",
    "withdraw_task",
    "watch",
    "unwatch",
    "evaluate",
    "list_items",
    "finish",
]
Verb: TypeAlias = RunVerb | EffectVerb

# --- commands ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Do:
    """Do `verb` for a node and answer. What each verb takes in `args` and answers is written in
    `engine/effects/verbs.py`. `since` is when the enclosing repetition (or the run) began: facts
    count from there. `results` are the results of the steps the node reads."""

    id: CommandId
    verb: Verb
    node: NodeId | None
    path: Path
    since: datetime
    args: Mapping[str, Json] = field(default_factory=dict)
    results: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send `Woke(id)` at the instant; at once when it is past."""

    id: CommandId
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelWake:
    """Forget a `WakeAt`."""

    id: CommandId


@dataclass(frozen=True, slots=True)
class Unwatch:
    """Forget a watch. Needs no answer, and may be carried out with the next `Do`."""

    id: CommandId


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the timeline about what the core itself decided. Needs no answer, and may be
    written with the next `Do`; `id` makes writing it twice harmless."""

    id: CommandId
    at: datetime
    node: NodeId | None
    path: Path
    what: str
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finish:
    """The run is over; nothing follows."""

    outcome: str
    reason: str


Command: TypeAlias = Do | WakeAt | CancelWake | Unwatch | Note | Finish

# --- events -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The run begins."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """A `Do` was carried out. A `later` in the result asks to be asked again at that instant."""

    at: datetime
    id: CommandId
    result: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Failed:
    """A `Do` can never be carried out. Ends the run visibly. `error` holds no personal data."""

    at: datetime
    id: CommandId
    error: str


@dataclass(frozen=True, slots=True)
class Woke:
    """The instant of a `WakeAt` has come."""

    at: datetime
    id: CommandId


@dataclass(frozen=True, slots=True)
class Met:
    """What a watch waits for has happened. `fact` is the id of the fact, `data` small and not
    personal (`status`, `decision`, `level`)."""

    at: datetime
    id: CommandId
    fact: str
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """The date a watch is anchored to has changed: its instant is to be worked out again."""

    at: datetime
    id: CommandId


Holder = Literal["hand", "group"]
"""Who holds a run: a person, or its group. What a person holds, only a person lets go on."""


@dataclass(frozen=True, slots=True)
class Paused:
    """A person or a rule paused the run."""

    at: datetime
    reason: str
    by: Holder = "hand"


@dataclass(frozen=True, slots=True)
class Resumed:
    """The pause is over; one by the group ends no pause by a person."""

    at: datetime
    by: Holder = "hand"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A person, a `stop` step or an operator ends the run."""

    at: datetime
    reason: str
    outcome: str = "cancelled"


Event: TypeAlias = Started | Done | Failed | Woke | Met | Moved | Paused | Resumed | Cancelled
