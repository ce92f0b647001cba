"""Blocks: a plan's flat graph as what it is, steps one after the other with lanes side by side.

Owns finding where lanes part and meet again. It must not know what a step says or how it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from engine.language.graph.words import arm_label, branch_label, case_label, route_label
from engine.plan.model import (
    Choose,
    Effect,
    End,
    Escalate,
    ForEach,
    Fork,
    Node,
    NodeId,
    Plan,
    Repeat,
    Split,
    Task,
    Wait,
)


@dataclass(frozen=True, slots=True)
class Lane:
    """One way through a step; no steps is straight on to where the lanes meet."""

    label: str
    steps: tuple[Step, ...]

    @property
    def ends(self) -> bool:
        """Whether no run comes out at the other end."""
        return bool(self.steps) and self.steps[-1].ends


@dataclass(frozen=True, slots=True)
class Step:
    """A node, and the lanes that part at it or (`inside`) the body it holds."""

    node: Node
    lanes: tuple[Lane, ...] = ()
    inside: bool = False

    @property
    def ends(self) -> bool:
        """Whether the run is over after this step, whichever lane it takes."""
        if isinstance(self.node, End):
            return True
        waits_for_all = not isinstance(self.node, Fork) or self.node.join == "all"
        if self.inside or not waits_for_all or not self.lanes:
            return False
        over = [lane.ends for lane in self.lanes]
        return any(over) if isinstance(self.node, Fork) else all(over)


def blocks(plan: Plan) -> tuple[Step, ...]:
    """Return the plan's steps as blocks; every node that can be reached appears once.

    >>> from engine.plan.examples import WAIT_A_DAY
    >>> [step.node.id for step in blocks(WAIT_A_DAY)]
    ['pause']
    """
    return _Reader(plan).steps(plan.entry, frozenset())


class _Reader:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._read: set[NodeId] = set()

    def steps(self, start: NodeId | None, stops: frozenset[NodeId]) -> tuple[Step, ...]:
        """Read from `start` up to one of `stops` or the end of the body."""
        found: list[Step] = []
        at = start
        while at is not None and at not in stops and at not in self._read:
            self._read.add(at)
            node = self._plan.nodes[at]
            step, at = self._step(node, stops)
            found.append(step)
        return tuple(found)

    def _step(self, node: Node, stops: frozenset[NodeId]) -> tuple[Step, NodeId | None]:
        if isinstance(node, Fork | ForEach | Repeat):
            lanes = [Lane(label, self.steps(to, frozenset())) for label, to in _bodies(node)]
            return Step(node, tuple(lanes), inside=not isinstance(node, Fork)), node.next
        ways = _ways(node)
        if len(ways) < 2:
            return Step(node), ways[0][1] if ways else None
        meet = self._meeting(node, [to for _, to in ways])
        within = stops | {meet} if meet is not None else stops
        lanes = [Lane(label, self.steps(to, within)) for label, to in ways]
        return Step(node, tuple(lanes)), meet

    def _meeting(self, node: Node, ways: list[NodeId | None]) -> NodeId | None:
        """Where the ways meet again; when only one goes on, that is where."""
        reached = [self._flow.reach(to) for to in ways]
        seen: set[NodeId] = set()
        shared: set[NodeId] = set()
        for one in reached:
            shared |= seen & one
            seen |= one
        if not shared:
            return node.next
        return max(sorted(shared), key=lambda one: len(self._flow.reach(one)))

    @cached_property
    def _flow(self) -> _Flow:
        return _Flow(self._plan)


class _Flow:
    """What can follow a node within its own body."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._known: dict[NodeId, frozenset[NodeId]] = {}

    def reach(self, start: NodeId | None) -> frozenset[NodeId]:
        """Return `start` and every node a run can come to from it in the same body."""
        if start is None:
            return frozenset()
        if start not in self._known:
            found: set[NodeId] = set()
            ahead = [start]
            while ahead:
                if (at := ahead.pop()) not in found:
                    found.add(at)
                    ahead += [to for to in self._after(at) if to is not None]
            self._known[start] = frozenset(found)
        return self._known[start]

    def _after(self, at: NodeId) -> Iterable[NodeId | None]:
        node = self._plan.nodes[at]
        return (node.next,) if _holds_bodies(node) else (to for _, to in _ways(node))


def _holds_bodies(node: Node) -> bool:
    return isinstance(node, Fork | ForEach | Repeat)


def _bodies(node: Fork | ForEach | Repeat) -> list[tuple[str, NodeId | None]]:
    if isinstance(node, Fork):
        return [(branch_label(name), to) for name, to in node.branches]
    return [("", node.body)]


def _ways(node: Node) -> list[tuple[str, NodeId | None]]:
    """The ways a run can leave a node, each with its label; the usual one first."""
    match node:
        case Choose():
            only = len(node.cases) == 1
            ways = [(case_label(case.when, only=only), case.to or node.next) for case in node.cases]
            return [*ways, ("no" if only else "otherwise", node.otherwise or node.next)]
        case Split():
            return [(arm_label(arm, node.arms), arm.to or node.next) for arm in node.arms]
        case Task():
            return _decisions(node)
        case Escalate():
            aside = [("nobody answered", node.on_give_up)] if node.on_give_up else []
            return [("acknowledged" if aside else "", node.next), *aside]
        case Wait():
            aside = [("too late", node.on_timeout)] if node.on_timeout else []
            aside += [("already past", node.on_skip)] if node.on_skip else []
            aside = [(label, to) for label, to in aside if to != node.next]
            usual = "happened" if node.until or node.watch_for else "in time"
            return [(usual if aside else "", node.next), *aside]
        case End():
            return []
        case Effect() | Fork() | ForEach() | Repeat():
            return [("", node.next)]
        case _:
            assert_never(node)


def _decisions(node: Task) -> list[tuple[str, NodeId | None]]:
    """The ways out of a task; decisions that lead to the same place share one."""
    decisions = ["approved", "rejected"] if node.spec.get("kind") == "approval" else ["done"]
    decisions += ["timeout"] if node.within or "timeout" in node.routes else []
    to: dict[NodeId | None, list[str]] = {}
    for decision in decisions:
        to.setdefault(node.routes.get(decision) or node.next, []).append(route_label(decision))
    if len(to) == 1:
        return [("", next(iter(to)))]
    return [(" or ".join(labels), target) for target, labels in to.items()]
