"""Why a run did what it did, step by step, and why it did not do the rest. Pure over what it reads.

Every line names the rule with its values, the fact, the plan's version and the place in the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.effects.entities import Effect, Enrollment, Line
from engine.effects.story import tell, values_said
from engine.plan.model import Choose, ForEach, Fork, Node, NodeId, Plan, Repeat, Split, Wait
from engine.plan.steps import body_nodes, targets


@dataclass(frozen=True, slots=True)
class StepStory:
    """One step: where it is written, what happened there, or why nothing did."""

    node: NodeId
    kind: str
    source: str
    lines: tuple[Line, ...]
    effects: tuple[Effect, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A run, why it began, every step of its plan in the order of the file, and how it ended."""

    run: Enrollment
    plan: Plan
    began: str
    steps: tuple[StepStory, ...]
    run_lines: tuple[Line, ...]
    ended: str


def explain(
    run: Enrollment, plan: Plan, lines: Sequence[Line], effects: Sequence[Effect]
) -> Explanation:
    """Put a run's timeline and ledger beside its plan."""
    by_node: dict[str, list[Line]] = {}
    for line in lines:
        by_node.setdefault(line.node or "", []).append(line)
    sends: dict[str, list[Effect]] = {}
    for effect in effects:
        sends.setdefault(effect.node or "", []).append(effect)
    nodes = sorted(plan.nodes.values(), key=lambda node: (node.source.line, node.source.column))
    reached = _reached(plan, {*by_node, *sends})
    steps = tuple(
        StepStory(
            node=node.id,
            kind=type(node).__name__.lower(),
            source=str(node.source),
            lines=tuple(by_node.get(node.id, ())),
            effects=tuple(sends.get(node.id, ())),
            why_not="" if node.id in reached else _why_not(run, plan, node, reached, by_node),
        )
        for node in nodes
    )
    return Explanation(run, plan, _began(run), steps, tuple(by_node.get("", ())), _ended(run))


def _reached(plan: Plan, told: set[str]) -> set[NodeId]:
    """Return the steps the run has come to: those with a line of their own, and those that only
    hold others (parallel, repeat, for each) when one of theirs was come to."""
    reached = {node for node in plan.nodes if node in told}
    holders = [node for node in plan.nodes.values() if isinstance(node, Fork | ForEach | Repeat)]
    for holder in reversed(holders):
        bodies = [body for body in targets(holder) if body not in (None, holder.next)]
        if any(body_nodes(plan, body) & reached for body in bodies if body is not None):
            reached.add(holder.id)
    return reached


def _began(run: Enrollment) -> str:
    trigger = run.trigger
    match trigger.get("by"):
        case "fact":
            by = f"fact {trigger.get('fact')}"
        case "hand":
            by = f"by hand, {trigger.get('user')}"
        case "clock":
            by = "by the clock"
        case _:
            by = f"by the run {trigger.get('enrollment')}"
    rule = trigger.get("rule") if trigger.get("by") in ("fact", "clock") else None
    values = trigger.get("values") or {}
    said = f": {rule}" if rule else ""
    return by + said + (f" ({values_said(values)})" if values else "") + _was_held(trigger)


def _was_held(trigger: Mapping[str, Any]) -> str:
    """Say what held the run before it began, and who let it go."""
    if (kind := trigger.get("held")) is None:
        return ""
    held = {"brake": "the brake", "queue": "the run before it", "group": "its group"}[kind]
    by = f", released by {trigger['released_by']}" if "released_by" in trigger else ""
    return f"; held by {held} from {str(trigger.get('held_at'))[:16]}{by}"


def _ended(run: Enrollment) -> str:
    if run.status != "finished":
        return f"It is {run.status}."
    return f"It ended as {run.outcome}: {run.reason}."


def _is_plain_wait(node: Node) -> bool:
    """A wait for time alone writes its line with the step after it."""
    return isinstance(node, Wait) and node.until is None and node.watch_for is None


def _why_not(
    run: Enrollment,
    plan: Plan,
    node: Node,
    reached: set[NodeId],
    lines: Mapping[str, Sequence[Line]],
) -> str:
    """Say which decision before it went another way; else that the run has not come so far."""
    if (decided := _Decisions(plan, reached, lines).against(node)) is not None:
        return f"{decided.node} went another way: {tell(decided)}"
    if run.status == "finished":
        return f"the run ended first: {run.reason}"
    # Of what holds others nobody can tell from outside whether it is over.
    leaves = [one for one in plan.nodes.values() if not isinstance(one, Fork | ForEach | Repeat)]
    before = [other.id for other in leaves if node.id in targets(other)]
    if _is_plain_wait(node) and reached.intersection(before):
        return "it has come here and waits; `tenure runs show` says until when"
    return "not reached yet"


@dataclass
class _Decisions:
    """Looks back from a step that was not reached, for what kept the run from it."""

    plan: Plan
    reached: set[NodeId]
    lines: Mapping[str, Sequence[Line]]
    _met: set[NodeId] = field(default_factory=set)

    def against(self, node: Node) -> Line | None:
        """Return the line of a decision, when every way to the step was decided against."""
        self._met.add(node.id)
        found: Line | None = None
        for other in self.plan.nodes.values():
            if node.id not in targets(other) or (other.id in self._met and other.id != node.id):
                continue
            here = self._elsewhere(other, node) if other.id in self.reached else self.against(other)
            if here is None:
                return None
            found = found or here
        return found

    def _elsewhere(self, other: Node, node: Node) -> Line | None:
        """Return why a step that was reached did not go on to another."""
        if node.id == other.next and not isinstance(other, Choose | Split):
            return None
        said = [one for one in self.lines.get(other.id, ()) if one.what in _DECIDES]
        return said[-1] if said else None


_DECIDES = frozenset(
    [
        *("chose", "split", "wait over", "until met", "skipped", "not needed"),
        *("task.completed", "task.withdrawn", "task not needed", "done_when met"),
        "escalation.acknowledged",
    ]
)
"""Lines that say which way a step went."""
