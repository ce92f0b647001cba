"""Move a run to another plan: what stands where it stood, what is asked again, what cannot be.

Pure, standard library only. A run may move when every step it stands at is still there, is the same
kind of step and lies in the same body. What was handed out keeps its dates; waits are worked out
again by the new plan. Must be called while no command is unanswered: an answer under the old plan
means nothing under the new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.plan.advance import run_slots
from engine.plan.events import CommandId, Done
from engine.plan.model import (
    Choose,
    Condition,
    Escalate,
    ForEach,
    Fork,
    Node,
    NodeId,
    Plan,
    Repeat,
    Task,
    Wait,
)
from engine.plan.run import count_command
from engine.plan.state import Branch, State
from engine.plan.steps import targets


def migrate(state: State, old: Plan, new: Plan) -> tuple[State, tuple[str, ...]]:
    """Return the state under the new plan, or the old state and why the run cannot move.

    Conditions that hold for the whole run (goal, exits, milestones) are watched afresh when they
    changed: their new watches are in the state, and `follow_up` says what to do about them.

    >>> from engine.plan.advance import begin
    >>> from engine.plan.examples import WAIT_A_DAY
    >>> migrate(begin("acme"), WAIT_A_DAY, replace(WAIT_A_DAY, playbook="other"))[1]
    ('the run is of the playbook wait-a-day, the plan of other',)
    """
    problems = tuple(_problems(state, old, new))
    if problems:
        return state, problems
    kept = {
        watch: slot
        for watch, slot in state.watches.items()
        if slot not in run_slots(old) or _condition(old, slot) == _condition(new, slot)
    }
    if state.status == "new":
        return state, ()
    passed = {slot for slot in run_slots(old) if slot not in state.watches.values()}
    fresh = [slot for slot in run_slots(new) if slot not in {*kept.values(), *passed}]
    asked = dict(state.asked)
    kept.update({count_command(asked, slot): slot for slot in fresh})
    count_command(asked, "migrated")
    return replace(state, watches=kept, asked=asked), ()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What the shell does after a migration: begin `watches` (by slot), drop `dropped`, and tell
    the run that each of `moved` is to be worked out again."""

    watches: Mapping[str, CommandId]
    dropped: tuple[CommandId, ...]
    moved: tuple[CommandId, ...]


def follow_up(before: State, after: State, old: Plan, new: Plan) -> FollowUp:
    """Say what a migration from `before` to `after` leaves to do."""
    return FollowUp(
        watches={
            slot: watch for watch, slot in after.watches.items() if watch not in before.watches
        },
        dropped=tuple(watch for watch in before.watches if watch not in after.watches),
        moved=tuple(
            branch.watch
            for branch in after.branches.values()
            if branch.watch is not None and _waits_otherwise(branch, old, new)
        ),
    )


# --- problems ---------------------------------------------------------------------------------


def _problems(state: State, old: Plan, new: Plan) -> Iterator[str]:
    if old.playbook != new.playbook:
        yield f"the run is of the playbook {old.playbook}, the plan of {new.playbook}"
        return
    if old.subject != new.subject:
        yield f"the run is for one {old.subject}, the plan for one {new.subject}"
    if state.status in ("closing", "finished"):
        yield "the run is over"
    before, after = _bodies(old), _bodies(new)
    for branch in state.branches.values():
        yield from _node_problems(branch, old, new)
        if branch.node in new.nodes and before.get(branch.node) != after.get(branch.node):
            yield f"the step {branch.node} the run stands at has moved into or out of a body"
    yield from _held_problems(state, old, new)


def _node_problems(branch: Branch, old: Plan, new: Plan) -> Iterator[str]:
    was, now = old.nodes[branch.node], new.nodes.get(branch.node)
    if now is None:
        yield f"the step {branch.node} the run stands at is gone"
    elif type(now) is not type(was):
        yield f"the step {branch.node} the run stands at was {_kind(was)} and is now {_kind(now)}"
    elif isinstance(was, Task) and isinstance(now, Task):
        if branch.phase != "blocked" and len(now.overdue) < len(was.overdue):
            yield f"the task {branch.node} is out with a longer overdue ladder than it now has"
    elif (
        isinstance(was, Escalate) and isinstance(now, Escalate) and len(now.chain) < len(was.chain)
    ):
        yield f"the escalation {branch.node} is under way with a longer chain than it now has"


def _held_problems(state: State, old: Plan, new: Plan) -> Iterator[str]:
    """A choice made under the old plan and held by a pause names an arm of the old plan."""
    answered = {event.id for event in state.held if isinstance(event, Done)}
    for branch in state.branches.values():
        node = new.nodes.get(branch.node)
        choosing = isinstance(node, Choose) and branch.asked in answered
        if choosing and node != old.nodes[branch.node]:
            yield f"the run was paused in the middle of the choice {branch.node}; resume it first"


def _kind(node: Node) -> str:
    name = type(node).__name__.lower()
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _bodies(plan: Plan) -> Mapping[NodeId, str]:
    """Map each step to the body it lies in: `repeat id`, `fork id.branch`; none at the top."""
    found: dict[NodeId, str] = {}
    for node in plan.nodes.values():
        for name, first in _inner(node):
            for inside in _straight(plan, first):
                found[inside] = name
    return found


def _inner(node: Node) -> Iterator[tuple[str, NodeId | None]]:
    match node:
        case Fork():
            yield from ((f"{node.id}.{name}", body) for name, body in node.branches)
        case ForEach() | Repeat():
            yield str(node.id), node.body


def _straight(plan: Plan, first: NodeId | None) -> set[NodeId]:
    """The steps of a body without those of bodies inside it."""
    found: set[NodeId] = set()
    ahead = [first]
    while ahead:
        at = ahead.pop()
        if at is None or at in found:
            continue
        found.add(at)
        node = plan.nodes[at]
        ahead.extend((node.next,) if list(_inner(node)) else targets(node))
    return found


# --- what is watched --------------------------------------------------------------------------


def _condition(plan: Plan, slot: str) -> tuple[str, str] | None:
    """What a slot of the run waits for and, for an exit, what it then calls the outcome."""
    found: Condition | None = None
    outcome = ""
    if slot == "goal":
        found = plan.goal
    elif slot.startswith("exit."):
        at = int(slot.removeprefix("exit."))
        if at < len(plan.exits):
            found, outcome = plan.exits[at].when, plan.exits[at].outcome
    else:
        marks = {f"milestone.{mark.name}": mark for mark in plan.milestones}
        found = marks[slot].when if slot in marks else None
    return None if found is None else (found.text, outcome)


def _waits_otherwise(branch: Branch, old: Plan, new: Plan) -> bool:
    was, now = old.nodes[branch.node], new.nodes[branch.node]
    match was, now:
        case Wait(), Wait():
            return (_text(was.until), was.due) != (_text(now.until), now.due)
        case Repeat(), Repeat():
            return (_text(was.until), was.every) != (_text(now.until), now.every)
        case _:
            return False


def _text(condition: Condition | None) -> str | None:
    return None if condition is None else condition.text
