"""Reach: steps that no run can ever come to."""

from __future__ import annotations

from itertools import pairwise

from engine.language.compile.making import Making
from engine.language.schema.flow_steps import IfStep, ParallelStep, RepeatStep, SplitStep
from engine.language.schema.tree import Step


def check_reach(making: Making) -> None:
    """Note the first step of each list that stands behind a step no run gets past."""
    _check(making, making.playbook.steps)


def _check(making: Making, steps: tuple[Step, ...]) -> None:
    for step, following in pairwise(steps):
        if always_ends(step):
            line = making.playbook.document.where(step.path).line
            why = "ends the run" if step.kind == "end" else "ends the run whichever way it goes"
            message = f"No run gets here: `{step.kind}` on line {line} {why}."
            remedy = "Remove the step, or move it above that line."
            path = (*following.path, following.kind)
            making.note("TN310", message, path, remedy, key=True)
            break
    for step in steps:
        for inner in step.bodies.values():
            _check(making, inner)


def always_ends(step: Step) -> bool:
    """Say whether a run that comes to the step never gets past it."""
    ways = [any(always_ends(one) for one in steps) for steps in step.bodies.values()]
    match step.form:
        case None:
            return False
        case IfStep(otherwise=None):
            return False
        case IfStep():
            return all(ways)
        case ParallelStep(join=join):
            return any(ways) if join == "all" else all(ways)
        case RepeatStep(repeat=body):
            return all(ways) and bool(ways) and body.until is None
        case SplitStep(arms=arms):
            return len(ways) == len(arms) and all(ways)
        case _:
            return step.kind == "end"
