"""Dependencies between tasks: what `depends_on` waits for has to come, and come first.

Works on moments of a run: a task is over after what it depends on, and after the run has come to
it, past every step before it. A circle among these is a run that stands still for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from engine.language.compile.making import Making
from engine.language.places import Path
from engine.language.schema.flow_steps import ParallelStep, RepeatStep
from engine.language.schema.people_steps import TaskStep
from engine.language.schema.tree import Step
from engine.wording import nearest

_Point: TypeAlias = tuple[Literal["at", "past", "over"], str]
"""A moment of a run: it comes `at` a step, it gets `past` it, the step is `over`."""


@dataclass(slots=True)
class _Map:
    """Where each step stands: the step just before it, and the bodies it is in (outermost first,
    each with whether it may be left out)."""

    steps: dict[str, Step] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    within: dict[str, tuple[tuple[str, Path, bool], ...]] = field(default_factory=dict)

    def add(self, steps: tuple[Step, ...], within: tuple[tuple[str, Path, bool], ...]) -> None:
        """Note where steps and all inside them stand."""
        for index, step in enumerate(steps):
            self.steps.setdefault(step.id, step)
            if index:
                self.before[step.id] = steps[index - 1].id
            self.within[step.id] = within
            for inner, body in step.bodies.items():
                self.add(body, (*within, (step.id, inner, _may_be_left_out(step))))

    def needs(self, point: _Point) -> list[_Point]:
        """Return the moments that must have come before a moment can."""
        when, name = point
        step = self.steps[name]
        if when == "at" and name in self.before:
            return [("past", self.before[name])]
        if when == "at":
            return [("at", holder) for holder, _, _ in self.within[name][-1:]]
        optional = isinstance(step.form, TaskStep) and not step.form.required
        if when == "past":
            return [("at" if optional else "over", name)]
        ends: list[_Point] = [("past", body[-1].id) for body in step.bodies.values() if body]
        depends = step.form.depends_on if isinstance(step.form, TaskStep) else []
        return [("at", name), *ends, *(("over", one) for one in depends if one in self.steps)]


def _may_be_left_out(step: Step) -> bool:
    match step.form:
        case ParallelStep(join="all"):
            return False
        case RepeatStep(repeat=body):
            return body.until is not None
        case _:
            return True


def check_dependencies(making: Making) -> None:
    """Note dependencies on nothing, on what may never run, and circles."""
    tasks = [one for one in making.playbook.every() if isinstance(one.form, TaskStep)]
    if not any(isinstance(one.form, TaskStep) and one.form.depends_on for one in tasks):
        return
    places = _Map()
    places.add(making.playbook.steps, ())
    known = {one.id for one in tasks}
    for step in tasks:
        assert isinstance(step.form, TaskStep)
        for index, name in enumerate(step.form.depends_on):
            path = (*step.path, "depends_on", index)
            if name not in known:
                _unknown(making, name, known - {step.id}, places, path)
            elif reason := _never_free(places, step.id, name):
                making.note("TN313", reason, path, "Depend on a task that is over by then.")
            elif holder := _left_out_with(places, step.id, name):
                message = f"{name} may never run: it stands inside the `{holder.kind}` {holder.id}."
                remedy = "Depend on a task that always runs, or move this one in there too."
                making.note("TN314", message, path, remedy)


def _unknown(making: Making, name: str, known: set[str], places: _Map, path: Path) -> None:
    if name in places.steps:
        message = f"{name} is not a task but `{places.steps[name].kind}`."
        remedy = "Steps run in order; only tasks are depended on."
    else:
        near = nearest(name, known)
        message = f"There is no task {name}."
        remedy = f"Did you mean {near}?" if near else "Name the id of another task."
    making.note("TN312", message, path, remedy)


def _left_out_with(places: _Map, task: str, needed: str) -> Step | None:
    """Return the step whose body may be left out with `needed` in it, but not with `task`."""
    mine = {(holder, inner) for holder, inner, _ in places.within[task]}
    for holder, inner, left_out in places.within[needed]:
        if left_out and (holder, inner) not in mine:
            return places.steps[holder]
    return None


def _never_free(places: _Map, task: str, needed: str) -> str | None:
    """Say why `needed` cannot be over before `task` begins; None when it can."""
    if task == needed:
        return f"{task} depends on itself."
    seen: set[_Point] = set()
    ahead: list[_Point] = [("over", needed)]
    while ahead:
        at = ahead.pop()
        if at == ("over", task):
            return f"{task} and {needed} wait for each other."
        if at not in seen:
            seen.add(at)
            ahead += places.needs(at)
    return None
