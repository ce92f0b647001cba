"""What expressions and texts read, gathered from the records when they are needed, and only then.

`Known` answers by dotted name for expressions (`values`) and as nested mappings for texts
(`variables`). Owns which names there are; what families of them mean is in the `*_names` modules.
Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from engine.effects.context import Context
from engine.effects.entities import (
    Account,
    AccountId,
    Contact,
    ContactId,
    Enrollment,
    Fact,
    User,
)
from engine.effects.fiscal_names import fiscal_value
from engine.effects.health_names import health_value
from engine.effects.people import Found, Had, find_person, had_by_nobody
from engine.effects.records import Records
from engine.effects.step_names import Place, step_names, step_value
from engine.effects.trigger_names import trigger_value
from engine.language.expressions import Verdict, evaluate
from engine.plan.events import Path
from engine.plan.model import Condition, ForEach, Json, NodeId, Plan


@dataclass
class Known:
    """What is known to one run at one moment. Lives for one transaction.

    `since` is when the enclosing repetition (or the run) began: a fact name is true when such a
    fact occurred at or after it, about this run or about no run. `results` are the core's results
    of the steps read; `path` says which item of a for-each is at hand.
    """

    records: Records
    context: Context
    enrollment: Enrollment
    plan: Plan
    since: datetime
    path: Path = ()
    results: Mapping[str, Json] = field(default_factory=dict)
    contact: Contact | None = None
    picked: dict[str, Found] = field(default_factory=dict, repr=False)
    """Whom each role led to: within one step it is one person, even where a team takes turns."""

    had: Had = had_by_nobody

    def find(self, ref: Mapping[str, Json]) -> Found:
        """Follow a reference to a person, as `people.find_person` does."""
        if set(ref) != {"role"}:
            return self._find(ref)
        if (role := str(ref["role"])) not in self.picked:
            self.picked[role] = self._find(ref)
        return self.picked[role]

    def _find(self, ref: Mapping[str, Json]) -> Found:
        return find_person(self.records, self.context, self.enrollment, ref, self.path, self.had)

    def find_each(self, refs: Iterable[Mapping[str, Json]]) -> list[Found]:
        """Follow the references of a `to` or `cc`; each person once."""
        found: dict[str, Found] = {}
        for one in map(self.find, refs):
            found.setdefault(one.person.id if one.person else f"nobody:{one.role}", one)
        return list(found.values())

    def inside(self, part: str) -> Known:
        """Return what is known one item further in (`part` is `<node>=<id>`)."""
        return Known(
            self.records,
            self.context,
            self.enrollment,
            self.plan,
            self.since,
            (*self.path, part),
            self.results,
            picked=self.picked,
            had=self.had,
        )

    def holds(self, condition: Condition) -> Verdict:
        """Evaluate a condition on what is known now."""
        return evaluate(condition, self.values(condition.refs))

    def values(self, refs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """Return the value of each (dotted name, type); None where there is none."""
        wanted = list(refs)
        kinds = [name for name, kind in wanted if kind == "fact"]
        happened = {fact.kind for fact in self._facts(kinds)} if kinds else set()
        return {
            name: name in happened if kind == "fact" else self._value(name) for name, kind in wanted
        }

    def variables(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the names as nested mappings, for texts; what has no value is left out."""
        nested: dict[str, Any] = {}
        for name, value in self.values((name, "text") for name in names).items():
            if value is None:
                continue
            place = nested
            *heads, last = name.split(".")
            for head in heads:
                place = place.setdefault(head, {})
            if not isinstance(place.get(last), dict):
                place[last] = value
        return nested

    # --- one name -----------------------------------------------------------------------------

    def _value(self, name: str) -> Any:
        head, _, rest = name.partition(".")
        match head:
            case "account":
                return self._account.fields.get(rest, self._account.id if rest == "id" else None)
            case "health":
                return health_value(self.records, self._account, rest)
            case "fiscal":
                return fiscal_value(self.context.workspace, self.records.now, rest)
            case "contacts":
                return self._contact_by_role(rest)
            case "contact":
                return contact_field(self._contact, rest)
            case "item":
                return self._of_item(rest)
            case "inputs":
                return self.enrollment.inputs.get(rest)
            case "trigger":
                return trigger_value(self.records, self.enrollment, self.plan, rest)
            case "now":
                return self.records.now
            case "today":
                return self.records.now.astimezone(self._zone).date()
            case "brand":
                return self.context.brand.name
            case "playbook":
                return self.plan.title
        if head in self._steps:
            return self._step_value(self._steps[head], rest)
        return self._person(head, rest)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.context.calendar_of(self._account).zone)

    @cached_property
    def _account(self) -> Account:
        return self.records.account(self.enrollment.account)

    @cached_property
    def _contacts(self) -> list[Contact]:
        return list(self.records.contacts(self.enrollment.account))

    @cached_property
    def _contact(self) -> Contact | None:
        if self.contact is not None:
            return self.contact
        own = self.enrollment.contact
        return self.records.contact(own) if own else None

    def _of_item(self, name: str) -> Any:
        """Return a field of the contact, or of the child account, that is at hand."""
        if (child := self._child_at_hand) is not None:
            account = self.records.account(child)
            return account.fields.get(name, account.id if name == "id" else None)
        return contact_field(self._item, name)

    @cached_property
    def _item(self) -> Contact | None:
        found = self.find({"item": True}).person
        return found if isinstance(found, Contact) else None

    @property
    def at_hand(self) -> ContactId | None:
        """The contact the step is about: the item's, else the run's."""
        found = self._contact_at_hand
        return found.id if found is not None else self.enrollment.contact

    @property
    def _contact_at_hand(self) -> Contact | None:
        inside = any("=" in part for part in self.path) and self._child_at_hand is None
        return self._item if inside else None

    @property
    def _child_at_hand(self) -> AccountId | None:
        step, _, id = next((one for one in reversed(self.path) if "=" in one), "").partition("=")
        node = self.plan.nodes.get(NodeId(step))
        children = isinstance(node, ForEach) and node.spec.get("children")
        return AccountId(id) if children else None

    @cached_property
    def _steps(self) -> Mapping[str, NodeId]:
        return step_names(self.plan)

    def _step_value(self, node: NodeId, name: str) -> Any:
        place = Place(self.path, self.since, self.results, lambda: self._contact_at_hand)
        return step_value(self.records, self.enrollment, self.plan, place, node, name)

    def _contact_by_role(self, rest: str) -> Any:
        role, _, name = rest.partition(".")
        found = next((one for one in self._contacts if one.role == role), None)
        return contact_field(found, name or "id")

    def _person(self, role: str, name: str) -> Any:
        found = self.find({"role": role}).person
        if isinstance(found, Contact):
            return contact_field(found, name)
        return user_field(found, name)

    # --- facts --------------------------------------------------------------------------------

    def _facts(self, kinds: list[str]) -> list[Fact]:
        found = self.records.facts_since(self.enrollment.account, kinds, self.since)
        began = self.enrollment.trigger.get("fact")  # what began the run, it does not wait for
        mine = (None, self.enrollment.id)
        return [fact for fact in found if fact.enrollment in mine and fact.id != began]


def contact_field(contact: Contact | None, name: str) -> Any:
    """Return a contact's field; None when there is no contact or no value."""
    if contact is None:
        return None
    own = {"id": contact.id, "email": contact.email, "role": contact.role}
    if name == "name":
        parts = (contact.fields.get("first_name"), contact.fields.get("last_name"))
        return " ".join(part for part in parts if part) or contact.email
    return own.get(name, contact.fields.get(name))


def user_field(user: User | Contact | None, name: str) -> Any:
    """Return what texts may say of one of our people."""
    if not isinstance(user, User):
        return None
    names = {"name": user.name, "email": user.email, "id": user.id}
    return user.name.split()[0] if name == "first_name" and user.name else names.get(name)
