"""people.yaml to teams and roles, and whether the roles lead anywhere.

Owns what one role says about another, about a team or an account field. It must not know users:
who holds a user id is data of the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from engine.language.places import Path
from engine.language.workspace.forms import PeopleForm, RoleForm
from engine.language.workspace.model import Field, Role
from engine.language.workspace.reading import Sheet
from engine.wording import nearest

# Every workspace has these two; people.yaml may say otherwise.
BUILT_IN_ROLES: Mapping[str, Role] = {
    "csm": Role("csm", "field", "csm"),
    "csm_manager": Role("csm_manager", "manager_of", "csm"),
}


def build_teams(sheet: Sheet[PeopleForm]) -> dict[str, tuple[str, ...]]:
    """Return the teams; a member named twice is a problem."""
    form = sheet.form or PeopleForm()
    for name, members in form.teams.items():
        for number, member in enumerate(members):
            if member in members[:number]:
                place = ("teams", name, number)
                sheet.add("TN424", f"{member} is in the team twice.", place, "Keep one of them.")
    return {name: tuple(dict.fromkeys(members)) for name, members in form.teams.items()}


def build_roles(sheet: Sheet[PeopleForm], account: Mapping[str, Field]) -> dict[str, Role]:
    """Return the roles, the built-in ones included; those that lead nowhere are problems."""
    form = sheet.form or PeopleForm()
    roles = {**BUILT_IN_ROLES, **{name: _role(name, one) for name, one in form.roles.items()}}
    for name in form.roles:
        _check_role(sheet, roles[name], roles, form.teams, account)
    for circle in _circles(roles):
        message = f"The roles lead in a circle: {' → '.join((*circle, circle[0]))}."
        remedy = "End it with a role that is a user or a team."
        at = next((name for name in circle if name in form.roles), circle[0])
        sheet.add("TN413", message, ("roles", at), remedy, key=True)
    return roles


def _role(name: str, form: RoleForm) -> Role:
    how: Literal["field", "user", "manager_of", "team", "by"]
    for how in ("field", "user", "manager_of", "team", "by"):
        if of := getattr(form, how):
            return Role(name, how, of, form.pick, form.fallback, dict(form.who))
    raise AssertionError("a role form has exactly one source")


def _check_role(
    sheet: Sheet[PeopleForm],
    role: Role,
    roles: Mapping[str, Role],
    teams: Mapping[str, list[str]],
    account: Mapping[str, Field],
) -> None:
    place: Path = ("roles", role.name)
    if role.how == "team" and role.of not in teams:
        _unknown(sheet, "TN411", "team", role.of, teams, (*place, "team"))
    if role.how == "manager_of" and role.of not in roles:
        _unknown(sheet, "TN412", "role", role.of, roles, (*place, "manager_of"))
    if role.how == "field":
        _check_field(sheet, role, account, (*place, "field"))
    if role.how == "by":
        _check_who(sheet, role, roles, account, place)
    if role.fallback is not None and role.fallback not in roles:
        _unknown(sheet, "TN412", "role", role.fallback, roles, (*place, "fallback"))


def _check_field(
    sheet: Sheet[PeopleForm], role: Role, account: Mapping[str, Field], place: Path
) -> None:
    if role.of not in account:
        _unknown(sheet, "TN410", "account field", role.of, account, place)
    elif (kind := account[role.of].type) != "text":
        message = f"The account field {role.of} is of type {kind}; a user id is a text."
        sheet.add("TN410", message, place, "Name a text field that holds a user id.")


def _check_who(
    sheet: Sheet[PeopleForm],
    role: Role,
    roles: Mapping[str, Role],
    account: Mapping[str, Field],
    place: Path,
) -> None:
    if role.of not in account:
        _unknown(sheet, "TN410", "account field", role.of, account, (*place, "by"))
        return
    values = dict.fromkeys(account[role.of].one_of)
    for value, name in role.who.items():
        if values and value not in values:
            _unknown(sheet, "TN410", f"{role.of} called", value, values, (*place, "who", value))
        if name not in roles:
            _unknown(sheet, "TN412", "role", name, roles, (*place, "who", value))


def _unknown(
    sheet: Sheet[PeopleForm],
    code: str,
    what: str,
    name: str,
    known: Mapping[str, object],
    place: Path,
) -> None:
    near = nearest(name, known)
    listed = ", ".join(known)
    otherwise = f"There are {listed}." if known else "Add it, or name another."
    remedy = f"Did you mean {near}?" if near else otherwise
    sheet.add(code, f'There is no {what} "{name}".', place, remedy)


def _circles(roles: Mapping[str, Role]) -> list[tuple[str, ...]]:
    """Find the circles of `manager_of`, `who` and `fallback`, each once.

    >>> _circles({"a": Role("a", "manager_of", "b"), "b": Role("b", "manager_of", "a")})
    [('a', 'b')]
    """
    found: list[tuple[str, ...]] = []
    cleared: set[str] = set()

    def follow(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            found.append(way[way.index(name) :])
        elif name in roles and name not in cleared:
            for ahead in _ahead(roles[name]):
                follow(ahead, (*way, name))
            cleared.add(name)

    for name in roles:
        follow(name, ())
    return found


def _ahead(role: Role) -> list[str]:
    managed = [role.of] if role.how == "manager_of" else []
    return [*managed, *role.who.values(), *([role.fallback] if role.fallback else [])]
