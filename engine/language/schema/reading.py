"""Reading a playbook: a document becomes a tree of steps, each with its form or its problems.

A step that is wrong keeps nothing else from being read: what is wrong in it is noted and left out,
and what it holds is read all the same. Knows shapes only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine.language.diagnostics import Problem
from engine.language.places import Path
from engine.language.schema.explaining import Explainer, keys_of
from engine.language.schema.playbook import BODIES, NAMED_BY_KIND, STEPS, PlaybookForm
from engine.language.schema.tree import Playbook, Step, Trigger
from engine.language.schema.triggers import TRIGGERS
from engine.language.schema.walking import authored, expand, nothings, without
from engine.language.schema.words import Form
from engine.language.source import Document
from engine.wording import nearest, shown

F = TypeVar("F", bound=Form)

_ATTEMPTS = 3


def read_playbook(document: Document) -> Playbook:
    """Read all of a playbook's parts, noting every problem of shape; never raises."""
    reader = _Reader(document)
    if not isinstance(document.value, dict):
        message = f"A playbook begins with `playbook: name`; this is {shown(document.value)}."
        reader.note("TN160", message, (), "Begin with `playbook: my-playbook`, then `steps:`.")
        return Playbook(document, None, problems=reader.problems)
    for path in nothings(document.value, ()):
        message = f"There is nothing after `{path[-1]}`."
        if isinstance(path[-1], int):
            message = "There is nothing in this item."
        reader.note("TN156", message, path, "Fill it in, or leave it out.", key=True)
    form, _ = reader.form(PlaybookForm, document.value, ())
    steps = reader.steps(document.value.get("steps"), ("steps",))
    enroll = document.value.get("enroll")
    on = enroll.get("on") if isinstance(enroll, dict) else None
    triggers = reader.triggers(on, ("enroll", "on")) if on is not None else ()
    return Playbook(document, form, triggers, steps, reader.problems)


class _Reader:
    def __init__(self, document: Document) -> None:
        self.problems: list[Problem] = []
        self._document = document
        self._taken = set(authored(document.value))
        self._numbers: dict[str, int] = {}

    def note(self, code: str, message: str, path: Path, remedy: str, *, key: bool = False) -> None:
        """Note a problem at a place."""
        self.problems.append(self._document.problem(code, message, path, remedy, key=key))

    def form(
        self, form: type[F], value: dict[str, Any], base: Path
    ) -> tuple[F | None, frozenset[str]]:
        """Read a mapping into its form. What is wrong is noted and left out (the keys come back
        too); None when what is left is no form at all."""
        lost: set[str] = set()
        for attempt in range(_ATTEMPTS):
            try:
                return form.model_validate(value), frozenset(lost)
            except ValidationError as error:
                explainer = Explainer(self._document, base, value, form)
                errors = error.errors(include_url=False)
                if attempt == 0:
                    found = (explainer.explain(one) for one in _worth_telling(errors, form))
                    self.problems += dict.fromkeys(found)
                lost |= {str(one["loc"][0]) for one in errors if one["loc"]}
                value = _mended(without(value, [one["loc"] for one in errors]), form)
        return None, frozenset(lost)

    def steps(self, value: Any, path: Path) -> tuple[Step, ...]:
        """Read a list of steps; anything else has been noted by the form that holds it."""
        if not isinstance(value, list):
            return ()
        found = (self._step(one, (*path, index)) for index, one in enumerate(value))
        return tuple(step for step in found if step is not None)

    def _step(self, value: Any, path: Path) -> Step | None:
        if not isinstance(value, dict):
            if value is None:
                return None
            message = f"A step is a mapping such as `task: triage`, not {shown(value)}."
            self.note("TN152", message, path, "Write `- task: triage` with its keys below it.")
            return None
        kind = self._kind(value, path, STEPS, "step", "TN157", "TN158")
        if kind is None:
            self._read_on(value, path)
            return None
        form, lost = self.form(STEPS[kind], value, path)
        named = value.get(kind) if kind in NAMED_BY_KIND else value.get("id")
        step_id = named if isinstance(named, str) and named else self._number(kind)
        bodies = self._bodies(kind, value, path)
        return Step(kind, step_id, path, form, lost, step_id is named, bodies)

    def _bodies(self, kind: str, value: Any, path: Path) -> Mapping[Path, tuple[Step, ...]]:
        patterns = BODIES.get(kind, ())
        places = [(inner, body) for p in patterns for inner, body in expand(value, p)]
        return {inner: self.steps(body, (*path, *inner)) for inner, body in places}

    def _read_on(self, value: dict[str, Any], path: Path) -> None:
        """Look into the bodies of a step nobody knows the kind of."""
        known = {pattern for patterns in BODIES.values() for pattern in patterns}
        for inner, body in [found for p in sorted(known) for found in expand(value, p)]:
            self.steps(body, (*path, *inner))

    def _kind(
        self,
        value: dict[str, Any],
        path: Path,
        kinds: Mapping[str, type[Form]],
        what: str,
        none: str,
        several: str,
    ) -> str | None:
        found = [key for key in value if key in kinds]
        if len(found) == 1:
            return found[0]
        if len(found) > 1 and (chosen := _only_fitting(found, kinds)):
            return chosen
        if found:
            names = " and ".join(f"`{kind}`" for kind in found)
            message = f"This is {names} in one {what}."
            self.note(several, message, (*path, found[1]), _split_remedy(found[1]), key=True)
            return None
        near = _nearest_kind(value, kinds)
        first = (*path, next(iter(value))) if value else path
        where = (*path, near[0]) if near else first
        hint = f"Did you mean `{near[1]}`?" if near else f"The kinds are {', '.join(kinds)}."
        self.note(none, f"This {what} does not say what kind it is.", where, hint, key=True)
        return None

    def _number(self, kind: str) -> str:
        while True:
            self._numbers[kind] = self._numbers.get(kind, 0) + 1
            made = f"{kind.replace('_', '-')}-{self._numbers[kind]}"
            if made not in self._taken:
                return made

    def triggers(self, value: Any, path: Path) -> tuple[Trigger, ...]:
        """Read the triggers, given as a list or as one mapping."""
        items = value if isinstance(value, list) else [value]
        found = []
        for index, one in enumerate(items):
            at = (*path, index) if isinstance(value, list) else path
            trigger = self._trigger(one, at)
            if trigger is not None:
                found.append(trigger)
        return tuple(found)

    def _trigger(self, value: Any, path: Path) -> Trigger | None:
        if not isinstance(value, dict):
            if value is None:
                return None
            message = f"A trigger is a mapping such as `health.enters: red`, not {shown(value)}."
            remedy = f"Write `- health.enters: red`. The triggers are {', '.join(TRIGGERS)}."
            self.note("TN159", message, path, remedy)
            return None
        kind = self._kind(value, path, TRIGGERS, "trigger", "TN159", "TN159")
        if kind is None:
            return None
        form, _ = self.form(TRIGGERS[kind], value, path)
        return Trigger(kind, path, form) if form else None


def _only_fitting(found: list[str], kinds: Mapping[str, type[Form]]) -> str | None:
    """Return the one kind for which the other kinds' keys are plain keys (`escalate` in a rung)."""
    fitting = [kind for kind in found if all(other in keys_of(kinds[kind]) for other in found)]
    return fitting[0] if len(fitting) == 1 else None


def _split_remedy(second: str) -> str:
    return f"Begin a new item, with its own dash, for `{second}`."


def _nearest_kind(value: dict[str, Any], kinds: Mapping[str, type[Form]]) -> tuple[str, str] | None:
    for key in value:
        if near := nearest(key, kinds):
            return key, near
    return None


_STAND_INS: Mapping[str, Any] = {
    **dict.fromkeys(NAMED_BY_KIND, "step"),
    "playbook": "playbook",
    "steps": [{}],
    "assign": {"user": "?"},
    "by": {"user": "?"},
    "to": {"user": "?"},
    "every": "1d",
    "then": [],
    "message": "?",
}
"""What stands in for a needed key that is missing, so that the rest can be looked at too."""


def _mended(value: dict[str, Any], form: type[Form]) -> dict[str, Any]:
    needed = {
        field.alias or name for name, field in form.model_fields.items() if field.is_required()
    }
    return {**{key: _STAND_INS[key] for key in needed & set(_STAND_INS)}, **value}


def _worth_telling(errors: list[ErrorDetails], form: type[Form]) -> Iterator[ErrorDetails]:
    """Leave out what was told already, and a missing key that stands there misspelt."""
    known = keys_of(form)
    odd = [str(one["loc"][0]) for one in errors if one["type"] == "extra_forbidden"]
    meant = {nearest(name, known) for name in odd}
    for one in errors:
        misspelt = one["type"] == "missing" and len(one["loc"]) == 1 and one["loc"][0] in meant
        if not misspelt and (one["input"] is not None or one["type"] == "missing"):
            yield one
