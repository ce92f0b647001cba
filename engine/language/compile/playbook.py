"""A playbook as read becomes a plan. Owns the top level; the steps are walked in `steps.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.compile.enroll import make_enroll
from engine.language.compile.making import Making
from engine.language.compile.people_nodes import words_of
from engine.language.compile.scope import Scope
from engine.language.compile.steps import make_steps
from engine.language.compile.values import why_not
from engine.language.places import Path
from engine.language.schema.playbook import PlaybookForm
from engine.plan.model import Condition, Exit, Milestone, Plan


def make_plan(making: Making) -> Plan | None:
    """Compile all parts, noting every problem; None when the top level cannot be used.

    The plan is complete only when no error was noted.
    """
    form = making.playbook.form
    entry = make_steps(making, making.playbook.steps, Scope(), None)
    enroll = make_enroll(making)
    if form is None:
        return None
    return Plan(
        playbook=form.playbook,
        title=form.title or words_of(form.playbook),
        source=making.playbook.document.where(("playbook",), key=True),
        nodes=making.nodes,
        entry=entry,
        subject=form.subject,
        goal=None if form.goal is None else _condition(making, form.goal, "goal"),
        exits=_exits(making, form),
        milestones=_milestones(making, form),
        enroll=enroll,
        inputs=_inputs(making, form),
        roles=form.roles,
        on_resume=form.on_resume,
    )


def _exits(making: Making, form: PlaybookForm) -> tuple[Exit, ...]:
    return tuple(
        Exit(_condition(making, one.when, "exit", index, "when"), one.outcome)
        for index, one in enumerate(form.exit)
    )


def _milestones(making: Making, form: PlaybookForm) -> tuple[Milestone, ...]:
    found = []
    for name, one in form.milestones.items():
        when = _condition(making, one.when, "milestones", name, "when")
        path = ("milestones", name, "within")
        found.append(Milestone(name, when, making.span(one.within, path) if one.within else None))
    return tuple(found)


def _condition(making: Making, text: str, *path: str | int) -> Condition:
    """Check a condition that is watched for the whole run. It cannot read what steps came to: it
    is looked at when a fact comes in, apart from where the run stands."""
    found = making.condition(text, path, making.vocabulary.conditions())
    for name, _ in found.refs:
        step = making.vocabulary.steps.get(name.split(".")[0])
        if step is not None and name.startswith(f"{step.name}."):
            _refuse_result(making, name, path)
    return found


def _refuse_result(making: Making, name: str, path: Path) -> None:
    message = f"`{name}` is what a step came to, and `{path[0]}` is looked at apart from the steps."
    remedy = "Use a field of the account, its health, or a fact."
    making.note("TN338", message, path, remedy)


def _inputs(making: Making, form: PlaybookForm) -> Mapping[str, Any]:
    for name, one in form.inputs.items():
        if one.one_of and one.type != "text":
            message = f"one_of lists texts, so the type cannot be {one.type}."
            making.note("TN161", message, ("inputs", name, "type"), "Leave `type` out.")
        elif one.default is not None and (bad := why_not(one.default, one.type, one.one_of)):
            message = f"The default of {name} does not fit: {bad[0]}."
            making.note("TN331", message, ("inputs", name, "default"), bad[1])
    return {
        name: {"type": one.type, "default": one.default, "one_of": list(one.one_of)}
        for name, one in form.inputs.items()
    }
