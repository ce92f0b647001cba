"""Who a step names: roles, people, teams, contacts. Author's word to reference, or why not.

Owns the resolving of names against the workspace, and whether a role leads to anybody. A reference
is JSON: {"role"}, {"user"}, {"contact"}, {"team", "pick"}, {"subject": true}, {"item": true}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.compile.times import BadTime
from engine.language.schema.words import TeamRef, UserRef
from engine.language.workspace.model import Workspace
from engine.wording import nearest


class BadRef(BadTime):
    """Somebody who cannot be found, with the code of the problem and its remedy."""


class People:
    """The people of a workspace, as playbooks name them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        by_role = {role.of for role in workspace.roles.values() if role.how == "user"}
        self._users = by_role.union(*workspace.teams.values())

    def ref(
        self, given: str | TeamRef | UserRef, *, contact: bool, item: bool
    ) -> Mapping[str, Any]:
        """Return the reference for what an author wrote; `contact` and `item` say whether the run
        is about a contact, and whether the step stands in a for_each over contacts."""
        match given:
            case UserRef():
                return {"user": given.user}
            case TeamRef():
                return {"team": self._team(given.team), "pick": given.pick}
            case str() if given.startswith("contacts."):
                return {"contact": self._contact(given.removeprefix("contacts."))}
            case "contact" | "item":
                return self._current(given, there=contact if given == "contact" else item)
            case _ if given in self._workspace.roles:
                return {"role": given}
            case _ if given in self._users:
                return {"user": given}
            case _:
                raise self._unknown(given)

    def role(self, name: str) -> str:
        """Return the name of a role of ours, the only ones ladders and chains are made of."""
        if name in self._workspace.roles:
            return name
        if name in self._users:
            message = f"{name} is a person, and a role is needed here."
            raise BadRef("TN302", message, "Give the person a role in people.yaml.")
        remedy = _hint(name, set(self._workspace.roles), "The roles are")
        raise BadRef("TN302", f"There is no role {name} of ours.", remedy)

    def leads_nowhere(self, ref: Mapping[str, Any]) -> str | None:
        """Say why nobody can ever stand behind a reference; None when somebody may."""
        if ref.get("role") in self._workspace.roles:
            return self._why_nobody(ref["role"], ())
        if "team" in ref and not self._workspace.teams.get(ref["team"]):
            return f"the team {ref['team']} has no members"
        return None

    def _why_nobody(self, name: str, asked: tuple[str, ...]) -> str | None:
        if name in asked:
            return f"the roles {' → '.join((*asked, name))} only point at each other"
        role = self._workspace.roles.get(name)
        if role is None:
            return f"there is no role {name}"
        why: str | None = None
        match role.how:
            case "field":
                known = self._workspace.schema.account.get(role.of)
                why = None if known else f"accounts have no field {role.of}"
            case "team":
                empty = not self._workspace.teams.get(role.of)
                why = f"the team {role.of} has no members" if empty else None
            case "manager_of":
                why = self._why_nobody(role.of, (*asked, name))
            case "by":
                ways = [self._why_nobody(one, (*asked, name)) for one in role.who.values()]
                why = ways[0] if all(ways) else None
            case "user":
                why = None if role.of else "it names no user"
        if why and role.fallback:
            return self._why_nobody(role.fallback, (*asked, name)) and why
        return why

    def _team(self, name: str) -> str:
        if name in self._workspace.teams:
            return name
        remedy = _hint(name, set(self._workspace.teams), "The teams are")
        raise BadRef("TN303", f"There is no team {name}.", remedy)

    def _contact(self, role: str) -> str:
        known = set(self._workspace.schema.contact_roles)
        if role in known:
            return role
        remedy = _hint(role, known, "Contacts have the roles", prefix="contacts.")
        raise BadRef("TN304", f"There is no contact role {role}.", remedy)

    @staticmethod
    def _current(given: str, *, there: bool) -> Mapping[str, Any]:
        if there:
            return {"subject": True} if given == "contact" else {"item": True}
        if given == "item":
            message = "`item` is there only inside a for_each over contacts."
            raise BadRef("TN337", message, "Name a contact: contacts.champion.")
        message = "`contact` is there only when the playbook is about a contact."
        remedy = "Write `subject: contact` at the top, or name one: contacts.champion."
        raise BadRef("TN304", message, remedy)

    def _unknown(self, given: str) -> BadRef:
        roles = set(self._workspace.roles)
        if given in self._workspace.schema.contact_roles:
            message = f"{given} is a role of contacts, not of our own people."
            return BadRef("TN302", message, f"Write contacts.{given}.")
        if given in self._workspace.teams:
            return BadRef("TN302", f"{given} is a team.", f"Write {{team: {given}}}.")
        remedy = _hint(given, roles, "The roles are")
        message = f"There is no role or person {given}."
        return BadRef("TN302", message, f"{remedy} For one person, write {{user: their-id}}.")


def _hint(name: str, known: set[str], listing: str, prefix: str = "") -> str:
    if near := nearest(name, known):
        return f"Did you mean {prefix}{near}?"
    return f"{listing} {', '.join(sorted(known)[:12])}." if known else "There are none yet."
