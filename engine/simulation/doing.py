"""What people do in a scenario, as its author writes it: read and checked against the playbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.effects.answering import fit_answer
from engine.errors import InputError
from engine.language.places import Path
from engine.plan.model import Effect, Escalate, Node, Plan, Task
from engine.simulation.habits import FACTS, Act, Habit, step_of
from engine.simulation.sheet import Sheet

ACTS: tuple[Act, ...] = (
    "complete",
    "approve",
    "reject",
    "acknowledge",
    "answer",
    "open",
    "click",
    "reply",
)
_KEYS = (*ACTS, "in", "with")


def read_habits(sheet: Sheet, value: Any, path: Path, plan: Plan | None) -> tuple[Habit, ...]:
    """Read `people`; entries that cannot be read are noted and left out."""
    found = [
        _habit(sheet, written, (*path, index), plan)
        for index, written in enumerate(sheet.items(value, path))
    ]
    return tuple(habit for habit in found if habit is not None)


def _habit(sheet: Sheet, value: Any, path: Path, plan: Plan | None) -> Habit | None:
    given = sheet.mapping(value, path, _KEYS, ("in",))
    said = [act for act in ACTS if act in given]
    if len(said) != 1:
        sheet.note(
            "TN508",
            "It does not say what somebody does.",
            path,
            f"Write one of {', '.join(f'{act}: <step>' for act in ACTS)}.",
        )
        return None
    act = said[0]
    step = sheet.text(given[act], (*path, act))
    after = sheet.span(given["in"], (*path, "in")) if "in" in given else None
    answers = sheet.mapping(given.get("with") or {}, (*path, "with"), None)
    if plan is not None:
        _check(sheet, plan, act, step, answers, path)
    return None if after is None else Habit(act, step, after, answers)


def _check(
    sheet: Sheet, plan: Plan, act: Act, step: str, answers: Mapping[str, Any], path: Path
) -> None:
    nodes = [node for node in plan.nodes.values() if _takes(node, act)]
    own = [node for node in nodes if step_of(node.id) == step]
    if not own:
        known = sorted({step_of(node.id) for node in nodes})
        message = f"{plan.playbook} has no step {step} that somebody could {act}."
        sheet.unknown("TN505", message, step, known, (*path, act), key=False)
        return
    if act in ("complete", "answer"):
        _check_answers(sheet, own[0], answers, (*path, "with"))


def _takes(node: Node, act: Act) -> bool:
    match node:
        case Task():
            approval = node.spec.get("kind") == "approval"
            return act in ("approve", "reject") if approval else act == "complete"
        case Escalate():
            return act == "acknowledge"
        case Effect():
            return act in FACTS and node.verb == FACTS[act][0]
    return False


def _check_answers(sheet: Sheet, node: Node, answers: Mapping[str, Any], path: Path) -> None:
    if not isinstance(node, Task):
        known: Mapping[str, Any] = {"score": {"required": True}, "comment": {"required": False}}
    else:
        known = node.spec.get("ask") or {}
    for name in answers:
        if name not in known:
            message = f"{node.id} does not ask for {name}."
            sheet.unknown("TN508", message, name, known.keys(), (*path, name))
            continue
        try:
            fit_answer(name, known[name], answers[name])
        except InputError as error:
            sheet.note(
                "TN508",
                f"{error.message[:1].upper()}{error.message[1:]}.",
                (*path, name),
                error.remedy or "",
            )
    for name, asked in known.items():
        if asked.get("required", True) and name not in answers:
            remedy = f"Add it: with: {{{name}: …}}"
            sheet.note("TN508", f"{node.id} needs an answer to {name}.", path, remedy)
