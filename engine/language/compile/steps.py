"""The walk over a playbook's steps: what follows what, and what each may read.

Owns the order of things. What a kind of step becomes is in its own module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.language.compile import flow_nodes, message_nodes, people_nodes, record_nodes
from engine.language.compile.making import Making, StepMaking
from engine.language.compile.scope import Scope, ids_of
from engine.language.places import Path
from engine.language.schema.flow_steps import ForEachStep
from engine.language.schema.message_steps import EmailStep
from engine.language.schema.tree import Step
from engine.plan.model import NodeId

MAKERS: Mapping[str, Callable[[StepMaking, Any], None]] = {
    "task": people_nodes.make_task,
    "approve": people_nodes.make_approve,
    "escalate": people_nodes.make_escalate,
    "email": message_nodes.make_email,
    "survey": message_nodes.make_survey,
    "notify": message_nodes.make_notify,
    "call": message_nodes.make_call,
    "if": flow_nodes.make_if,
    "wait": flow_nodes.make_wait,
    "parallel": flow_nodes.make_parallel,
    "repeat": flow_nodes.make_repeat,
    "split": flow_nodes.make_split,
    "for_each": flow_nodes.make_for_each,
    "set": record_nodes.make_set,
    "start": record_nodes.make_start,
    "stop": record_nodes.make_stop,
    "transfer": record_nodes.make_transfer,
    "end": flow_nodes.make_end,
}

_OWN_BODIES = frozenset({"parallel", "repeat", "for_each"})
"""Kinds whose bodies end by themselves; the bodies of the others go on to what follows."""


def entry_of(step: Step) -> NodeId:
    """Return the node a step begins with."""
    if isinstance(step.form, EmailStep) and step.form.approve is not None:
        return NodeId(f"{step.id}.approve")
    return NodeId(step.id)


def make_steps(
    making: Making, steps: tuple[Step, ...], scope: Scope, following: NodeId | None
) -> NodeId | None:
    """Compile steps that come one after the other; return the first node of them."""
    for index, step in enumerate(steps):
        after = [entry_of(one) for one in steps[index + 1 : index + 3]]
        ahead = (*after, following, None)
        _make_step(making, step, scope, ahead[0], ahead[1] if after else None)
        scope = scope.after(step)
    return entry_of(steps[0]) if steps else following


def _make_step(
    making: Making, step: Step, scope: Scope, following: NodeId | None, beyond: NodeId | None
) -> None:
    onward = None if step.kind in _OWN_BODIES else following
    firsts: dict[Path, NodeId | None] = {
        inner: entry_of(steps[0]) if steps else onward for inner, steps in step.bodies.items()
    }
    if step.form is not None:
        MAKERS[step.kind](StepMaking(making, step, scope, following, beyond, firsts), step.form)
    for inner, steps in step.bodies.items():
        make_steps(making, steps, _scope_inside(step, inner, scope), onward)


def _scope_inside(step: Step, inner: Path, scope: Scope) -> Scope:
    """Return what the steps of a body may read when they begin."""
    match step.kind:
        case "parallel":
            others = [steps for path, steps in step.bodies.items() if path != inner]
            return scope.with_ids(set().union(*(ids_of(steps) for steps in others)))
        case "for_each":
            over_contacts = (
                not isinstance(step.form, ForEachStep) or step.form.for_each.children is None
            )
            return Scope(scope.seen, "contacts" if over_contacts else "children")
        case _:
            return scope.with_ids({step.id})
