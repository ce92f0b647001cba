"""Ids and limits: every step has a name of its own, and a playbook stays readable."""

from __future__ import annotations

from collections.abc import Iterator

from engine.language.compile.making import Making
from engine.language.compile.vocabulary import results_of
from engine.language.schema.flow_steps import ParallelStep
from engine.language.schema.playbook import NAMED_BY_KIND
from engine.language.schema.tree import Step

MOST_STEPS = 500
MOST_DEPTH = 12
MOST_BRANCHES = 50

_WORDS = frozenset(
    {"in", "true", "false", "null", "and", "or", "not", "now", "today", "if", "else"}
)
_HEADS = frozenset(
    {
        "account",
        "contacts",
        "contact",
        "item",
        "health",
        "fiscal",
        "inputs",
        "fact",
        "trigger",
        "brand",
        "playbook",
    }
)


def check_ids(making: Making) -> None:
    """Note ids that are there twice, and ids that mean something else in conditions."""
    first: dict[str, Step] = {}
    for step in making.playbook.every():
        if step.id in first:
            _twice(making, first[step.id], step)
        first.setdefault(step.id, step)
        _check_meaning(making, step)


def _path(step: Step) -> tuple[str | int, ...]:
    return (*step.path, step.kind if step.kind in NAMED_BY_KIND else "id")


def _twice(making: Making, first: Step, step: Step) -> None:
    line = making.playbook.document.where(_path(first)).line
    message = f"The id {step.id} is taken: a step on line {line} has it."
    remedy = f"Call this one something else, such as {step.id}-2."
    if step.kind == "email":
        remedy += f" For the same email again, add `template: {step.id}`."
    making.note("TN300", message, _path(step), remedy)


def _check_meaning(making: Making, step: Step) -> None:
    if not step.named:
        return
    types, _ = results_of(step)
    known = making.vocabulary.common
    roles = {role.replace("-", "_") for role in making.workspace.roles}
    taken = step.name in _WORDS | _HEADS | roles
    taken = taken or any(
        f"{step.name}.{key}" in names.types
        for key in types
        for names in (known.always, known.in_conditions, known.in_texts)
    )
    if taken:
        message = f"`{step.name}` means something else in conditions and texts."
        remedy = f"Call the step something else, such as the-{step.id}."
        making.note("TN301", message, _path(step), remedy)


def check_limits(making: Making) -> None:
    """Note a playbook that is too long, too deep or too wide."""
    steps = list(making.playbook.every())
    if len(steps) > MOST_STEPS:
        message = f"The playbook has {len(steps)} steps; {MOST_STEPS} are allowed."
        remedy = "Move a part into a playbook of its own and `start` it."
        making.note("TN333", message, ("steps",), remedy, key=True)
    for step, depth in _depths(making.playbook.steps, 1):
        if depth == MOST_DEPTH + 1:
            message = f"Steps are nested more than {MOST_DEPTH} deep."
            remedy = "Move the inner part into a playbook of its own and `start` it."
            making.note("TN334", message, (*step.path, step.kind), remedy, key=True)
    for step in steps:
        form = step.form
        if isinstance(form, ParallelStep) and len(form.parallel) > MOST_BRANCHES:
            message = f"There are {len(form.parallel)} branches; {MOST_BRANCHES} are allowed."
            remedy = "Do some of it one after the other."
            making.note("TN335", message, (*step.path, "parallel"), remedy, key=True)


def _depths(steps: tuple[Step, ...], depth: int) -> Iterator[tuple[Step, int]]:
    for step in steps:
        yield step, depth
        for inner in step.bodies.values():
            yield from _depths(inner, depth + 1)
