"""Endings: waits, repetitions and alarms that can never end, and conditions that never change."""

from __future__ import annotations

from collections.abc import Iterable

from engine.language.compile.making import Making
from engine.language.places import Path
from engine.language.schema.flow_steps import WaitBody, WaitStep
from engine.language.schema.message_steps import EmailStep
from engine.language.schema.people_steps import EscalateStep, TaskStep
from engine.language.schema.tree import Step
from engine.plan.model import Choose, Condition, Escalate, NodeId, Repeat, Task, Wait

_PAUSES = frozenset({"wait", "approve", "escalate", "survey"})


def check_endings(making: Making) -> None:
    """Note everything that goes on for ever, and conditions that come out the same every time."""
    for step in making.playbook.every():
        match making.nodes.get(NodeId(step.id)):
            case Wait() as node if isinstance(step.form, WaitStep):
                _check_wait(making, step, step.form, node)
            case Repeat() as node:
                _check_repeat(making, step, node)
            case Escalate() as node if isinstance(step.form, EscalateStep):
                _check_escalate(making, step, step.form, node)
            case Choose() as node:
                _check_choices(making, step, node)
            case Task(done_when=Condition() as condition) if is_fixed(condition):
                _constant(making, condition, (*step.path, "done_when"))
            case _:
                pass
    form = making.playbook.form
    if form is not None and form.goal is not None and form.goal.strip() in ("true", "false"):
        making.note(
            "TN322", "The goal is the same every time.", ("goal",), _SAME, severity="warning"
        )


_SAME = "Compare something that changes: health.score >= 60."


def is_fixed(condition: Condition) -> bool:
    """Say whether a condition can never change during a run: it reads nothing, or inputs only."""
    return all(name.startswith("inputs.") for name, _ in condition.refs)


def _constant(making: Making, condition: Condition, path: Path) -> None:
    message = f"`{condition.text[:60]}` comes out the same every time."
    making.note("TN322", message, path, _SAME, severity="warning")


def _check_wait(making: Making, step: Step, form: WaitStep, node: Wait) -> None:
    inner: Path = ("wait", "until") if isinstance(form.wait, WaitBody) else ("until",)
    if node.until is None or not is_fixed(node.until):
        return
    if node.due is not None:
        _constant(making, node.until, (*step.path, *inner))
        return
    message = f"This waits for ever: nothing that happens changes `{node.until.text[:60]}`."
    remedy = "Wait for something that can change, or add `at_most: 5 business days`."
    making.note("TN311", message, (*step.path, *inner), remedy)


def _check_repeat(making: Making, step: Step, node: Repeat) -> None:
    path = (*step.path, "repeat")
    form = making.playbook.form
    inside = list(step.inside())
    ends = node.at_most is not None or (node.until is not None and not is_fixed(node.until))
    ends = ends or any(one.kind == "end" for one in inside)
    ends = ends or (form is not None and bool(form.goal or form.exit))
    if not ends:
        message = "This repeats for ever: it has neither `at_most` nor an `until` that can change."
        remedy = "Add `at_most: 6`, or `until:` with a condition."
        making.note("TN320", message, path, remedy, key=True)
    if node.every is None and not _pauses(inside):
        message = "This repeats without a pause: nothing in it takes time, and there is no `every`."
        making.note("TN320", message, path, "Add `every: 1w`.", key=True)


def _pauses(steps: Iterable[Step]) -> bool:
    for step in steps:
        match step.form:
            case TaskStep(required=True) | None:
                return True
            case EmailStep(approve=approve) if approve is not None:
                return True
            case _ if step.kind in _PAUSES:
                return True
    return False


def _check_escalate(making: Making, step: Step, form: EscalateStep, node: Escalate) -> None:
    if form.until is None and form.give_up is None:
        message = f"{step.id} does not say when it ends."
        remedy = "Add `until: acknowledged`, or `give_up: 2 business days`."
        making.note("TN315", message, (*step.path, "escalate"), remedy)
    if node.until is not None and is_fixed(node.until):
        _constant(making, node.until, (*step.path, "until"))


def _check_choices(making: Making, step: Step, node: Choose) -> None:
    for index, case in enumerate(node.cases):
        if not case.when.refs:
            inner: Path = ("if",) if index == 0 else ("elif", index - 1, "if")
            _constant(making, case.when, (*step.path, *inner))
