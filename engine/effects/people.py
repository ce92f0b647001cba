"""From a reference in a playbook (`csm`, `contacts.champion`, a pool) to a person, with the reason.

Pure over the records it is handed. A role is read when the step runs, unless the playbook froze the
roles when the run began. Nobody found is an answer, not an error: the caller says what then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.effects.context import Context
from engine.effects.entities import Contact, ContactId, Enrollment, User, UserId
from engine.effects.records import Records
from engine.language.workspace.model import Role
from engine.plan.events import Path
from engine.plan.model import Json

MAX_ROLE_HOPS = 10
Had: TypeAlias = Callable[[UserId], bool]
"""Whether a member of a team was picked for this very thing before, by an earlier attempt."""


def had_by_nobody(_: UserId) -> bool:
    """Say that nobody was picked before."""
    return False


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a reference leads to. `person` is None when nobody is there; `why` says how."""

    person: User | Contact | None
    role: str
    why: str


def find_person(
    records: Records,
    context: Context,
    enrollment: Enrollment,
    ref: Mapping[str, Json],
    path: Path = (),
    had: Had = had_by_nobody,
) -> Found:
    """Follow one reference: {"role"}, {"user"}, {"contact"}, {"team", "pick"}, {"subject"},
    {"item"}. Of a team it is again the one who `had` it."""
    match ref:
        case {"role": str(name)}:
            return _role(records, context, enrollment, name, had)
        case {"user": str(name)}:
            return Found(records.user(UserId(name)), name, f"named {name}")
        case {"team": str(name)}:
            return _team(records, context, name, str(ref.get("pick", "round_robin")), had)
        case {"contact": str(role)}:
            return _contact_in_role(records, enrollment, role)
        case {"subject": _} if enrollment.contact:
            return Found(records.contact(enrollment.contact), "contact", "the run's contact")
        case {"item": _}:
            item = next((part.split("=", 1)[1] for part in reversed(path) if "=" in part), "")
            return Found(records.contact(ContactId(item)), "item", "the one at hand")
    return Found(None, str(ref), "the playbook names nobody here")


def freeze_roles(records: Records, context: Context, enrollment: Enrollment) -> dict[str, str]:
    """Return who holds each role at this moment."""
    roles = context.workspace.roles
    found = {name: _role(records, context, enrollment, name, had_by_nobody) for name in roles}
    return {name: one.person.id for name, one in found.items() if one.person}


# --- roles ------------------------------------------------------------------------------------


def _role(
    records: Records,
    context: Context,
    enrollment: Enrollment,
    name: str,
    had: Had,
    hops: int = 0,
) -> Found:
    if (frozen := enrollment.roles.get(name)) is not None:
        return Found(records.user(UserId(frozen)), name, "held when the run began")
    role = context.workspace.roles.get(name)
    if role is None or hops > MAX_ROLE_HOPS:
        return Found(records.user(UserId(name)), name, f"named {name}")
    found = _holder(records, context, enrollment, role, had, hops)
    if found.person is None and role.fallback:
        instead = _role(records, context, enrollment, role.fallback, had, hops + 1)
        return Found(instead.person, name, f"{found.why}; instead {role.fallback}: {instead.why}")
    return Found(found.person, name, found.why)


def _holder(
    records: Records, context: Context, enrollment: Enrollment, role: Role, had: Had, hops: int
) -> Found:
    match role.how:
        case "field":
            held = records.account(enrollment.account).fields.get(role.of)
            person = records.user(UserId(str(held))) if held else None
            return Found(person, role.name, f"account.{role.of} is {held or 'empty'}")
        case "user":
            return Found(records.user(UserId(role.of)), role.name, f"always {role.of}")
        case "manager_of":
            below = _role(records, context, enrollment, role.of, had, hops + 1).person
            above = below.manager if isinstance(below, User) else None
            person = records.user(above) if above else None
            return Found(person, role.name, f"manager of {role.of}")
        case "team":
            return _team(records, context, role.of, role.pick, had)
        case "by":
            value = str(records.account(enrollment.account).fields.get(role.of) or "empty")
            why = f"account.{role.of} is {value}"
            if (chosen := role.who.get(value)) is None:
                return Found(None, role.name, why)
            found = _role(records, context, enrollment, chosen, had, hops + 1)
            return Found(found.person, role.name, f"{why}, so {chosen}: {found.why}")


def _team(records: Records, context: Context, name: str, pick: str, had: Had) -> Found:
    members = context.workspace.teams.get(name, ())
    people = [person for member in members if (person := records.user(UserId(member)))]
    if not people:
        return Found(None, name, f"the team {name} has nobody")
    if (before := next((one for one in people if had(one.id)), None)) is not None:
        return Found(before, name, f"the one of {name} it went to before")
    if pick == "least_loaded":
        load = records.open_tasks([person.id for person in people])
        person = min(people, key=lambda one: load.get(one.id, 0))
        return Found(person, name, f"least loaded of {name} ({load.get(person.id, 0)} open)")
    turn = records.next_turn(name)
    return Found(people[turn % len(people)], name, f"turn {turn} of {name}")


def _contact_in_role(records: Records, enrollment: Enrollment, role: str) -> Found:
    for contact in records.contacts(enrollment.account):
        if contact.role == role:
            return Found(contact, role, f"contact in the role {role}")
    return Found(None, role, f"the account has no {role}")
