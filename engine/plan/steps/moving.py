"""Moving branches: go on, leave a step, end a body, take a branch out. And who is asked then.

Owns the ceremony that every step shares. What a kind of step decides is in the module of that kind,
which registers itself with `step`; this one must not know any kind by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from engine.plan.events import Done, Met, Moved, Woke
from engine.plan.model import Json, Node, NodeId
from engine.plan.run import Run
from engine.plan.state import Branch

Answer: TypeAlias = Done | Met | Woke | Moved
Enter: TypeAlias = Callable[[Run, Branch], None]
Hear: TypeAlias = Callable[[Run, Branch, Answer, str], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of step decides. `enter` begins it; `hear` gets its answers, each with the
    purpose of the alarm it was (or ""). `body_over` is told when one of its bodies has ended,
    `dropped` when it is taken out of the run, `again` when an answer asked to be asked again,
    `unblock` when some other step is over. `idle` says of an optional one that nothing more will
    happen to it but that somebody does it."""

    enter: Enter
    hear: Hear
    body_over: Callable[[Run, Branch, Branch], None] | None = None
    dropped: Callable[[Run, Branch, str], None] | None = None
    again: Enter | None = None
    unblock: Enter | None = None
    idle: Callable[[Run, Branch], bool] | None = None


def hear_nothing(run: Run, branch: Branch, event: Answer, purpose: str) -> None:
    """What a step hears that asks nothing itself."""


_KINDS: dict[type[Node], Kind] = {}


def step(node: type[Node], kind: Kind) -> None:
    """Register what a kind of step decides."""
    _KINDS[node] = kind


def kind_of(run: Run, branch: Branch) -> Kind:
    """Return what the step the branch stands at decides by."""
    return _KINDS[type(run.node(branch))]


def enter(run: Run, branch: Branch) -> None:
    """Begin the step the branch stands at."""
    kind_of(run, branch).enter(run, branch)


def go(run: Run, branch: Branch, to: NodeId | None) -> None:
    """Put the branch at a node and enter it; None ends the branch's body."""
    branch = run.drop_timers(run.unwatch(branch))
    if to is None:
        end_body(run, branch)
        return
    enter(run, run.put(branch, node=to, phase="entering", asked=None, data={}))


def leave(run: Run, branch: Branch, result: Mapping[str, Json], to: NodeId | None = None) -> None:
    """Record the step's result and go on, to `to` or else to the node's `next`."""
    run.settle(branch, result)
    if branch.loose:
        take_out(run, branch)
        _unblock(run)
        end_when_nothing_is_left(run)
        return
    go(run, branch, to if to is not None else run.node(branch).next)
    _unblock(run)


def end_body(run: Run, branch: Branch) -> None:
    """The branch has come to the end of its body: tell whoever waits for it."""
    run.branches.pop(branch.id, None)
    parent = run.branches.get(branch.parent) if branch.parent else None
    if parent is None:
        end_when_nothing_is_left(run)
        return
    told = kind_of(run, parent).body_over
    assert told is not None, f"{parent.node} has no bodies"
    told(run, parent, branch)


def take_out(run: Run, branch: Branch) -> Branch:
    """Take one branch out of the run with its alarms and its watch."""
    branch = run.drop_timers(run.unwatch(branch))
    del run.branches[branch.id]
    return branch


def discard(run: Run, branch: Branch, reason: str) -> None:
    """Take the branch, all below it and the tasks they handed out beside them out of the run; what
    is open is withdrawn."""
    for child in run.children(branch.id):
        discard(run, child, reason)
    for beside in run.beside(branch.id):
        discard(run, beside, reason)
    branch = take_out(run, branch)
    if (dropped := kind_of(run, branch).dropped) is not None:
        dropped(run, branch, reason)


def end_when_nothing_is_left(run: Run) -> None:
    """End the run when its last branch has gone. Optional tasks that nothing more will happen to do
    not hold it: they stay in their owners' inboxes."""
    left = list(run.branches.values())
    if run.state.status == "running" and all(_holds_nothing(run, branch) for branch in left):
        for branch in left:
            take_out(run, branch)
        run.finish(run.plan.outcome, "the last step is over", leaves_tasks=bool(left))


def _holds_nothing(run: Run, branch: Branch) -> bool:
    idle = kind_of(run, branch).idle
    return (
        branch.loose
        and not branch.timers
        and not branch.asked
        and (idle is not None and idle(run, branch))
    )


def _unblock(run: Run) -> None:
    for branch in list(run.branches.values()):
        unblock = kind_of(run, branch).unblock
        current = run.branches.get(branch.id)
        if unblock is not None and current is not None:
            unblock(run, current)


# --- answers ----------------------------------------------------------------------------------


def answer(run: Run, branch: Branch, event: Answer) -> None:
    """Give the step what it asked for, listened for or set its alarm for."""
    purpose = ""
    if isinstance(event, Done):
        branch = run.put(branch, asked=None)
        if (later := event.result.get("later")) is not None:
            why = {"why": event.result["why"]} if event.result.get("why") else {}
            run.note(branch, "later", until=later, **why)
            run.wake(branch, datetime.fromisoformat(later), "again")
            return
    if isinstance(event, Woke):
        purpose = branch.timers[event.id]
        left = {timer: why for timer, why in branch.timers.items() if timer != event.id}
        branch = run.put(branch, timers=left)
        if purpose == "again":
            _ask_again(run, branch)
            return
    kind_of(run, branch).hear(run, branch, event, purpose)


def _ask_again(run: Run, branch: Branch) -> None:
    again = kind_of(run, branch).again
    if again is not None and branch.phase == "open":
        again(run, branch)
    else:
        enter(run, run.unwatch(branch))
