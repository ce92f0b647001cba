"""Owners: tasks, approvals and alarms that nobody can ever get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from engine.language.compile.making import Making
from engine.language.places import Path
from engine.language.schema.tree import Step
from engine.plan.model import Escalate, Node, NodeId, Task


def check_owners(making: Making) -> None:
    """Note roles and teams that lead to nobody, where nobody else is named instead."""
    for step in making.playbook.every():
        for node in (making.nodes.get(NodeId(step.id)), making.nodes.get(_approval(step))):
            for ref, instead, path, what in _asked(step, node):
                why = making.people.leads_nowhere(ref)
                if why and (instead is None or making.people.leads_nowhere(instead)):
                    message = f"Nobody can {what}: {why}."
                    remedy = "Correct people.yaml, or name somebody else as `fallback`."
                    making.note("TN305", message, (*step.path, *path), remedy)


def _approval(step: Step) -> NodeId:
    return NodeId(f"{step.id}.approve")


_Ref: TypeAlias = Mapping[str, Any]


def _asked(step: Step, node: Node | None) -> Iterator[tuple[_Ref, _Ref | None, Path, str]]:
    """Give whom a step asks for something, whom else, where that is written, and what it is."""
    match node:
        case Task(spec=spec, overdue=overdue):
            by: Path = {"email": ("approve", "by"), "approve": ("by",)}.get(step.kind, ("assign",))
            doing = "decide this" if spec["kind"] == "approval" else "own this task"
            yield spec["assign"], spec["fallback"], by, doing
            for index, rung in enumerate(overdue):
                yield {"role": rung.to}, None, ("overdue", index, rung.action), "be told"
        case Escalate(chain=chain):
            for index, role in enumerate(chain):
                yield {"role": role}, None, ("to", index), "be alarmed"
        case _:
            pass
