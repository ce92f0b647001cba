"""What a playbook compiles to: the plan. Data only; standard library only.

A plan is a flat graph of nodes keyed by ids that come from the YAML. `next` names the node that
follows; None means the end of the body the node is in (a branch, a repetition, or the run).
`spec` fields are JSON-able mappings the core carries but never reads: *what* an effect does is the
business of `engine/effects`; *when* it happens is the business of the core. Every node keeps the
file and line it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NewType, TypeAlias

NodeId = NewType("NodeId", str)
PlanHash = NewType("PlanHash", str)
Json: TypeAlias = Any

PLAN_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Source:
    """A place in an author's file; line and column are 1-based."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


EffectVerb = Literal[
    "send_email",
    "send_survey",
    "notify",
    "call",
    "set_field",
    "start_playbook",
    "stop_playbook",
    "transfer",
]
Unit = Literal["s", "min", "h", "d", "w", "month", "business_hour", "business_day"]


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as the author wrote it. Calendar and business units need a calendar.

    >>> Span(3, "d").seconds, Span(1, "business_day").seconds
    (259200.0, None)
    """

    amount: float
    unit: Unit

    @property
    def seconds(self) -> float | None:
        """The exact length in seconds, or None when it depends on a calendar."""
        per = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800}.get(self.unit)
        return None if per is None else float(self.amount * per)


@dataclass(frozen=True, slots=True)
class Condition:
    """A CEL expression. `refs` are the names it reads, each with its type (`health.score`: number,
    `email.replied`: fact, `triage.risk_reason`: text), so that only facts that can change it wake
    it, and it can be evaluated without the schema it was checked against."""

    text: str
    source: Source
    refs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class After:
    """So long after the moment the step begins."""

    span: Span


@dataclass(frozen=True, slots=True)
class On:
    """A fixed local date or date-time (ISO), in the account's zone."""

    date: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """So long before or after a date of the account that may move (`60d before
    account.renewal_date`). Recomputed when the date moves. `if_past` says what happens when the
    instant has gone by already: go on `now`, or `skip` to the wait's `on_skip`."""

    field: str
    span: Span | None
    before: bool
    if_past: Literal["now", "skip"] = "now"


When: TypeAlias = After | On | Anchor


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of a task's overdue ladder, counted from the due instant."""

    after: Span
    action: Literal["remind", "escalate"]
    to: str


@dataclass(frozen=True, slots=True)
class Case:
    """One arm of a choice: the first whose condition holds is taken. `to` None: straight on."""

    when: Condition
    to: NodeId | None


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a split. `holdout` arms are measured against, and usually empty."""

    name: str
    weight: float
    to: NodeId | None
    holdout: bool = False


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a repetition comes round: the first choice whose condition holds (None always
    holds) gives the span; re-read each time."""

    choices: tuple[tuple[Condition | None, Span], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """`reads` names the earlier steps whose results this node's texts and conditions read."""

    id: NodeId
    source: Source
    next: NodeId | None = None
    reads: tuple[NodeId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect(_Base):
    """Act on the world and go on. What `spec` holds for each verb: `engine/effects/verbs.py`."""

    verb: EffectVerb
    spec: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(_Base):
    """Hand out a task and, when `required`, wait until it is done.

    A task that is not required goes on at once and is watched beside the run. It is done by
    `task.completed`, or when `done_when` holds. `depends_on` are ids of tasks that must be over
    first. `within` ends the wait: the task is withdrawn and `routes["timeout"]` taken. `routes`
    maps the decision of an approval (`approved`, `rejected`, `timeout`) to a node; a decision that
    is not in it goes to `next`.
    """

    spec: Mapping[str, Json]
    required: bool = True
    depends_on: tuple[NodeId, ...] = ()
    done_when: Condition | None = None
    overdue: tuple[Rung, ...] = ()
    within: When | None = None
    routes: Mapping[str, NodeId | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(_Base):
    """Alarm `chain[0]`, then one further up every `every`, until acknowledged (or `until` holds).

    With `give_up` the escalation ends unanswered that long after the last rung and `on_give_up` is
    taken."""

    spec: Mapping[str, Json]
    chain: tuple[str, ...]
    every: Span
    until: Condition | None = None
    give_up: Span | None = None
    on_give_up: NodeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(_Base):
    """Wait for an instant (`due`), a condition (`until`), or whichever comes first.

    With both, `due` is the timeout: when it comes first, `on_timeout` is taken (None: `next`).
    `watch_for` names a fact of this very run that also ends the wait (`survey.answered`)
    and `about` the step it must be about.
    `on_skip` is where an Anchor with `if_past: skip` goes when it is past (None: `next`).
    """

    due: When | None = None
    until: Condition | None = None
    watch_for: str | None = None
    about: NodeId | None = None
    on_timeout: NodeId | None = None
    on_skip: NodeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(_Base):
    """Take the first case that holds, else `otherwise` (None: `next`)."""

    cases: tuple[Case, ...]
    otherwise: NodeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(_Base):
    """Take one arm by weight; the same subject always takes the same arm."""

    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork(_Base):
    """Run branches at once; go on when `all` are over, or when the `first` is (others are
    cancelled: their tasks withdrawn, their waits ended)."""

    branches: tuple[tuple[str, NodeId | None], ...]
    join: Literal["all", "first"] = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach(_Base):
    """Run `body` once for each item `spec` selects (contacts, child accounts), all at once."""

    spec: Mapping[str, Json]
    body: NodeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat(_Base):
    """Run `body`, then again `every` (counted from the start of the repetition), until `until`
    holds (looked at before each repetition, and at any moment between two) or `at_most` is
    reached."""

    body: NodeId | None
    every: Cadence | None = None
    at_most: int | None = None
    until: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class End(_Base):
    """End the run with an outcome."""

    outcome: str


Node: TypeAlias = Effect | Task | Escalate | Wait | Choose | Split | Fork | ForEach | Repeat | End


@dataclass(frozen=True, slots=True)
class Exit:
    """End the run when the condition holds at any moment."""

    when: Condition
    outcome: str


@dataclass(frozen=True, slots=True)
class Milestone:
    """A condition with a target time: measured and reported, never blocking."""

    name: str
    when: Condition
    within: Span | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled playbook. `enroll` is the trigger section as JSON, read by `engine/enrolling`.

    `outcome` is what a run that reaches its end is called. `on_resume` says what a pause does to
    waits: `shift` them by the pause; `catch_up`, an hour apart, with those that passed; or `skip`
    those that passed together with the one effect each was holding back.
    """

    playbook: str
    title: str
    source: Source
    nodes: Mapping[NodeId, Node]
    entry: NodeId | None
    subject: Literal["account", "contact"] = "account"
    outcome: str = "completed"
    goal: Condition | None = None
    exits: tuple[Exit, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    enroll: Mapping[str, Json] = field(default_factory=dict)
    inputs: Mapping[str, Json] = field(default_factory=dict)
    roles: Literal["live", "frozen"] = "live"
    on_resume: Literal["shift", "catch_up", "skip"] = "shift"
    format: int = PLAN_FORMAT
