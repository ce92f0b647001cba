"""Holdouts: whether those who are left alone are there to be measured against."""

from __future__ import annotations

from collections.abc import Mapping

from engine.language.compile.making import Making
from engine.language.schema.tree import Step
from engine.plan.model import Escalate, ForEach, Fork, Node, NodeId, Repeat, Split, Task, Wait
from engine.plan.steps.graph import targets


def check_holdouts(making: Making) -> None:
    """Note an arm left alone whose run ends at once: it could never meet the goal, so that the
    others would seem to do better whatever they do. After an arm in a body the run goes on."""
    if making.playbook.form is None or making.playbook.form.goal is None:
        return
    bodies = _bodies(making.nodes)
    for step in making.playbook.every():
        node = making.nodes.get(NodeId(step.id))
        if isinstance(node, Split) and node.id not in bodies:
            _check(making, step, node)


def _check(making: Making, step: Step, split: Split) -> None:
    for arm in split.arms:
        if arm.holdout and not _takes_time(making.nodes, arm.to):
            message = f"Runs in the arm {arm.name} end at once, before the goal could be met."
            remedy = "Let it last as long as the others: steps: [{wait: 90d}]."
            making.note(
                "TN343", message, (*step.path, "arms", arm.name), remedy, severity="warning"
            )


def _bodies(nodes: Mapping[NodeId, Node]) -> set[NodeId]:
    ahead: list[NodeId | None] = []
    for node in nodes.values():
        match node:
            case Fork():
                ahead += [body for _, body in node.branches]
            case ForEach() | Repeat():
                ahead.append(node.body)
    found = set[NodeId]()
    while ahead:
        here = ahead.pop()
        if here is not None and here in nodes and here not in found:
            found.add(here)
            ahead += targets(nodes[here])
    return found


def _takes_time(nodes: Mapping[NodeId, Node], entry: NodeId | None) -> bool:
    ahead, seen = [entry], set[NodeId | None]()
    while ahead:
        here = ahead.pop()
        if here is None or here in seen:
            continue
        seen.add(here)
        match nodes.get(here):
            case None:
                continue
            case Wait() | Escalate() | Repeat() | Task(required=True):
                return True
            case node:
                ahead += targets(node)
    return False
