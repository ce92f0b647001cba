"""The names a playbook's conditions and texts may read, each with its type.

Owns which names exist and what steps leave behind for later ones. Which of them may be read at a
given step is the business of `scope.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from engine.language.compile.trigger_names import trigger_names
from engine.language.expressions import Names, ValueType
from engine.language.schema.flow_steps import SplitStep
from engine.language.schema.message_steps import EmailStep
from engine.language.schema.people_steps import TaskStep
from engine.language.schema.playbook import PlaybookForm
from engine.language.schema.tree import Playbook, Step
from engine.language.workspace.model import FISCAL_NAMES, HEALTH_NAMES, Field, Workspace

Item: TypeAlias = Literal["contacts", "children"] | None
Typed: TypeAlias = dict[str, ValueType]
Choices: TypeAlias = dict[str, tuple[str, ...]]

TRENDS = ("rising", "steady", "falling")
DECISIONS = ("approved", "rejected", "timeout")
OWN_ANSWERS = frozenset({"done", "late", "status", "decision", "met", "timed_out"})
"""What a task's own result holds already, so that no question may be called that."""

_RESULTS: Mapping[str, Typed] = {
    "task": {"done": "bool", "late": "bool"},
    "approve": {"decision": "text"},
    "escalate": {"acknowledged": "bool", "level": "number"},
    "email": {
        "sent": "bool",
        "status": "text",
        "opened": "bool",
        "clicked": "bool",
        "replied": "bool",
    },
    "survey": {"answered": "bool", "score": "number", "comment": "text"},
    "call": {"status": "number"},
    "split": {"arm": "text"},
    "wait": {"met": "bool", "timed_out": "bool"},
    "repeat": {"times": "number"},
}


def _is_unsure(step: Step) -> bool:
    """Say whether what a step leaves behind is not known, for it is wrong itself."""
    return step.form is None or bool(step.lost & {"ask", "arms", "approve", "id"})


def results_of(step: Step) -> tuple[Typed, Choices]:
    """Return what a step leaves behind: types, and the only values some texts take."""
    types: Typed = dict(_RESULTS.get(step.kind, {}))
    choices: Choices = {"decision": DECISIONS} if step.kind == "approve" else {}
    if step.kind in ("wait", "repeat") and not step.named:
        return {}, {}
    if isinstance(step.form, TaskStep):
        for name, ask in step.form.ask.items():
            types[name] = ask.type or "text"
            if ask.one_of:
                choices[name] = tuple(ask.one_of)
    if isinstance(step.form, EmailStep) and step.form.approve is not None:
        types["decision"], choices["decision"] = "text", DECISIONS
    if isinstance(step.form, SplitStep):
        choices["arm"] = tuple(step.form.arms)
    return types, choices


def result_nodes(step: Step) -> tuple[str, ...]:
    """Return the ids of the nodes that hold what a step came to."""
    if isinstance(step.form, EmailStep) and step.form.approve is not None:
        return (f"{step.id}.approve", step.id)
    if step.kind == "survey":
        return (step.id, f"{step.id}.answer")
    return (step.id,)


def _fields(prefix: str, fields: Mapping[str, Field]) -> tuple[Typed, Choices]:
    types: Typed = {f"{prefix}.{name}": one.type for name, one in fields.items()}
    choices = {f"{prefix}.{name}": one.one_of for name, one in fields.items() if one.one_of}
    return types, choices


@dataclass(frozen=True)
class Common:
    """The names every playbook of a workspace may read; worked out once per workspace."""

    workspace: Workspace

    @cached_property
    def always(self) -> Names:
        """Account, contacts by role, health and the fiscal quarter."""
        types: Typed = {**HEALTH_NAMES, **FISCAL_NAMES}
        choices: Choices = {"health.band": self.bands, "health.trend": TRENDS}
        account = self.child("account")
        types.update(account.types)
        choices.update(account.choices)
        for role in self.workspace.schema.contact_roles:
            person = self.person(f"contacts.{role}")
            types.update(person.types)
            choices.update(person.choices)
        return Names(types, choices)

    @cached_property
    def in_conditions(self) -> Names:
        """What only conditions read: facts, and whether a contact role has anybody. That is asked
        with has(); the value is the contact's id, none where there is nobody."""
        types: Typed = dict.fromkeys(self.workspace.schema.facts, "fact")
        roles = self.workspace.schema.contact_roles
        return Names({**types, **{f"contacts.{role}": "text" for role in roles}})

    @cached_property
    def in_texts(self) -> Names:
        """What only texts read: people behind roles, the brand, the playbook's title."""
        types: Typed = {"brand.name": "text", "playbook.title": "text"}
        for role in self.workspace.roles:
            for part in ("name", "first_name", "email"):
                types[f"{role.replace('-', '_')}.{part}"] = "text"
        return Names(types)

    @cached_property
    def bands(self) -> tuple[str, ...]:
        """The names of the bands."""
        return tuple(band.name for band in self.workspace.bands)

    def person(self, prefix: str) -> Names:
        """Return the fields of one contact, under a name such as `contact` or `item`."""
        types, choices = _fields(prefix, self.workspace.schema.contact)
        return Names({**types, f"{prefix}.name": "text"}, choices)

    def child(self, prefix: str) -> Names:
        """Return the fields of one account, under a name such as `account` or `item`."""
        return Names(*_fields(prefix, self.workspace.schema.account))


def join(*parts: Names) -> Names:
    """Join several sets of names; the later win."""
    types: Typed = {}
    choices: Choices = {}
    for part in parts:
        types.update(part.types)
        choices.update(part.choices)
    return Names(types, choices)


class Vocabulary:
    """The names of one playbook. Step results are all declared; `scope` says which may be read."""

    def __init__(self, common: Common, playbook: Playbook) -> None:
        self.common = common
        self.steps = {step.name: step for step in playbook.every()}
        self.broken = frozenset(name for name, step in self.steps.items() if _is_unsure(step))
        self._cache: dict[tuple[object, ...], Names] = {}
        self._subject = playbook.form.subject if playbook.form else "account"
        self._inputs = _inputs(playbook.form)
        self._trigger = trigger_names(common.workspace, playbook)

    def conditions(self, item: Item = None, *, run: bool = True, **more: Names) -> Names:
        """Return the names of a condition; `run`: inputs and step results exist."""
        return self._made(("condition", item, run, *more), lambda: self._parts(item, run, more))

    def texts(self, item: Item = None) -> Names:
        """Return the names of a text of the playbook."""
        return self._made(("text", item), lambda: self._text_parts(item))

    def _made(self, key: tuple[object, ...], parts: Callable[[], tuple[Names, ...]]) -> Names:
        if key not in self._cache:
            self._cache[key] = join(*parts())
        return self._cache[key]

    def _parts(self, item: Item, run: bool, more: Mapping[str, Names]) -> tuple[Names, ...]:
        base = (self.common.always, self.common.in_conditions, *self._contact(), *more.values())
        return (*base, *self._item(item), *self._own()) if run else base

    def _text_parts(self, item: Item) -> tuple[Names, ...]:
        base = (self.common.always, self.common.in_texts, *self._contact())
        return (*base, *self._item(item), *self._own())

    def _own(self) -> tuple[Names, ...]:
        return self._inputs, self._trigger, self._results

    def _contact(self) -> tuple[Names, ...]:
        return (self.common.person("contact"),) if self._subject == "contact" else ()

    def _item(self, item: Item) -> tuple[Names, ...]:
        if item is None:
            return ()
        return (self.common.person("item") if item == "contacts" else self.common.child("item"),)

    @cached_property
    def _results(self) -> Names:
        types: Typed = {}
        choices: Choices = {}
        for name, step in self.steps.items():
            kinds, only = results_of(step)
            types.update({f"{name}.{key}": kind for key, kind in kinds.items()})
            choices.update({f"{name}.{key}": values for key, values in only.items()})
        return Names(types, choices)


def _inputs(form: PlaybookForm | None) -> Names:
    given = form.inputs if form else {}
    types: Typed = {f"inputs.{name}": one.type for name, one in given.items()}
    choices = {f"inputs.{name}": tuple(one.one_of) for name, one in given.items() if one.one_of}
    return Names(types, choices)
