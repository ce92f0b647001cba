"""The cast of a simulation: users that its roles need and nobody described. Pure.

A role that reads a field of the account gets a user named after the role when the account says
nothing of that field (a field written as empty stays empty). Managers and members of teams that
nobody described are made up too, named by their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.effects.entities import User, UserId
from engine.language.workspace.model import Role, Workspace


def cast_users(
    workspace: Workspace, fields: Mapping[str, Any], described: Iterable[User]
) -> tuple[dict[str, Any], tuple[User, ...]]:
    """Return the account's fields with its roles filled, and all users: described, then made up."""
    users = {user.id: user for user in described}
    filled = dict(fields)
    for role in workspace.roles.values():
        if role.how == "field":
            _meet(users, filled.setdefault(role.of, role.name))
        elif role.how == "user":
            _meet(users, role.of)
    for members in workspace.teams.values():
        for member in members:
            _meet(users, member)
    known = {user.id for user in described}
    for role in workspace.roles.values():
        _find_manager(workspace, filled, users, known, role)
    return filled, tuple(users.values())


def _meet(users: dict[UserId, User], name: Any) -> UserId | None:
    if not isinstance(name, str) or not name:
        return None
    id = UserId(name)
    if id not in users:
        users[id] = User(id, _spoken(name), f"{name}@users.invalid")
    return id


def _spoken(id: str) -> str:
    words = id.removeprefix("u-").replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _find_manager(
    workspace: Workspace,
    fields: Mapping[str, Any],
    users: dict[UserId, User],
    known: set[UserId],
    role: Role,
    hops: int = 0,
) -> UserId | None:
    """Return who holds a role, making up the managers on the way to them."""
    if hops > len(workspace.roles):
        return None
    match role.how:
        case "field":
            return _meet(users, fields.get(role.of))
        case "user":
            return _meet(users, role.of)
        case "team":
            return None
        case "by":
            chosen = workspace.roles.get(role.who.get(str(fields.get(role.of)), ""))
            chosen = chosen or workspace.roles.get(role.fallback or "")
            if chosen is None:
                return None
            return _find_manager(workspace, fields, users, known, chosen, hops + 1)
    below = workspace.roles.get(role.of)
    held = below and _find_manager(workspace, fields, users, known, below, hops + 1)
    if not held:
        return None
    person = users[held]
    if person.manager is None and held not in known:
        users[held] = replace(person, manager=_meet(users, role.name))
    return users[held].manager and _meet(users, users[held].manager)
