"""Dependencies between tasks: what `depends_on` waits for has to come, and come first.

Works on places in the tree: a task waits for what it depends on, and for every step before it that
is waited for. A circle among these is a run that stands still for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.language.compile.making import Making
from engine.language.diagnostics import nearest
from engine.language.places import Path
from engine.language.schema.flow_steps import ParallelStep, RepeatStep
from engine.language.schema.people_steps import TaskStep
from engine.language.schema.tree import Step


@dataclass(slots=True)
class _Map:
    """Where each step stands: the steps just before it, and the bodies it is in (outermost first,
    each with whether it may be left out)."""

    steps: dict[str, Step] = field(default_factory=dict)
    before: dict[str, list[Step]] = field(default_factory=dict)
    within: dict[str, tuple[tuple[str, Path, bool], ...]] = field(default_factory=dict)

    def add(self, steps: tuple[Step, ...], within: tuple[tuple[str, Path, bool], ...]) -> None:
        """Note where steps and all inside them stand."""
        for index, step in enumerate(steps):
            self.steps.setdefault(step.id, step)
            self.before[step.id] = list(steps[:index])
            self.within[step.id] = within
            for inner, body in step.bodies.items():
                self.add(body, (*within, (step.id, inner, _may_be_left_out(step))))


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
    seen: set[str] = set()
    ahead = [needed]
    while ahead:
        at = ahead.pop()
        if at == task:
            return f"{task} and {needed} wait for each other."
        if at not in seen:
            seen.add(at)
            ahead += _waits_for(places, at)
    return None


def _waits_for(places: _Map, step: str) -> list[str]:
    """Return the steps that must be over before a step can be: its dependencies, what comes before
    it, and what comes before the steps it stands in."""
    found: list[str] = []
    form = places.steps[step].form
    if isinstance(form, TaskStep):
        found += [name for name in form.depends_on if name in places.steps]
    holders = [holder for holder, _, _ in places.within[step]]
    for one in (step, *holders):
        for earlier in places.before[one]:
            found += _must_be_over(earlier)
    return found


def _must_be_over(step: Step) -> list[str]:
    """Return the tasks inside a step that must be over for the run to get past it."""
    own = [] if isinstance(step.form, TaskStep) and not step.form.required else [step.id]
    return own + [one for body in step.bodies.values() for s in body for one in _must_be_over(s)]
