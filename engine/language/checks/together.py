"""What playbooks say about each other: names, starts, inputs, circles.

Knows playbooks by what was read of them, not by their plans: one that is wrong elsewhere is still
known by its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.language.compile.making import Making
from engine.language.compile.values import why_not
from engine.language.schema.playbook import PlaybookForm
from engine.language.schema.record_steps import StartStep, StopStep
from engine.language.schema.tree import Step
from engine.wording import nearest


@dataclass(frozen=True, slots=True)
class Known:
    """A playbook others may name; `form` is None when only its name and file are known."""

    file: str
    form: PlaybookForm | None = None


def check_starts(making: Making, known: Mapping[str, Known]) -> None:
    """Note playbooks that are started or stopped but do not exist, and inputs that do not fit."""
    for step in making.playbook.every():
        match step.form:
            case StartStep() as form:
                if _exists(making, step, form.start, known):
                    _check_inputs(making, step, form, known[form.start].form)
            case StopStep() as form:
                _exists(making, step, form.stop, known)
            case _:
                pass


def _exists(making: Making, step: Step, name: str, known: Mapping[str, Known]) -> bool:
    if name in known:
        return True
    near = nearest(name, known)
    listed = ", ".join(sorted(known)[:12])
    remedy = f"Did you mean {near}?" if near else f"There are: {listed or 'none'}."
    making.note("TN325", f"There is no playbook {name}.", (*step.path, step.kind), remedy)
    return False


def _check_inputs(making: Making, step: Step, form: StartStep, other: PlaybookForm | None) -> None:
    if other is None:
        return
    for name, value in form.values.items():
        if name not in other.inputs:
            near = nearest(name, other.inputs)
            takes = ", ".join(other.inputs) or "none"
            remedy = f"Did you mean {near}?" if near else f"Its inputs: {takes}."
            message = f"{form.start} has no input {name}."
            making.note("TN332", message, (*step.path, "with", name), remedy, key=True)
        elif bad := why_not(value, other.inputs[name].type, other.inputs[name].one_of):
            message = f"{name} does not fit: {bad[0]}."
            making.note("TN331", message, (*step.path, "with", name), bad[1])
    for name, wanted in other.inputs.items():
        if wanted.default is None and name not in form.values:
            message = f"{form.start} needs the input {name}."
            remedy = f"Add `with: {{{name}: …}}`."
            making.note("TN332", message, (*step.path, "start"), remedy)


def check_names(playbooks: Mapping[str, Making]) -> None:
    """Note a name that two files give to their playbook; `playbooks` is by file, in order."""
    first: dict[str, str] = {}
    for file, making in playbooks.items():
        name = making.name
        if name and name in first:
            message = f"{first[name]} is called {name} too."
            remedy = "Give each playbook a name of its own."
            making.note("TN327", message, ("playbook",), remedy)
        first.setdefault(name, file)


def check_circles(playbooks: Mapping[str, Making]) -> None:
    """Note playbooks that start each other without a wait between, round and round for ever."""
    by_name = {making.name: making for making in playbooks.values() if making.name}
    told: set[frozenset[str]] = set()
    for name in by_name:
        circle = _circle(by_name, name)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            _note_circle(by_name[name], circle)


def _starts(making: Making) -> Iterator[tuple[str, Step]]:
    for step in making.playbook.every():
        if isinstance(step.form, StartStep):
            yield step.form.start, step


def _circle(by_name: Mapping[str, Making], name: str) -> tuple[str, ...]:
    """Return the shortest way from a playbook back to itself; () when there is none."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for following in dict.fromkeys(one for one, _ in _starts(by_name[way[-1]])):
            if following == name:
                return way
            if following in by_name and following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()


def _note_circle(making: Making, circle: tuple[str, ...]) -> None:
    following = circle[1] if len(circle) > 1 else circle[0]
    step = next(step for name, step in _starts(making) if name == following)
    round_trip = " → ".join((*circle, circle[0]))
    message = f"These playbooks start each other: {round_trip}."
    if len(circle) == 1:
        message = f"{circle[0]} starts itself."
    remedy = "Remove one start, or use `repeat` for what happens again and again."
    making.note("TN326", message, (*step.path, "start"), remedy)
