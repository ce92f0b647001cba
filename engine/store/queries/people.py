"""Our own people, with their leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select

from engine.effects.entities import User
from engine.store.tables import user_leave, users


def list_users(connection: Connection) -> Sequence[User]:
    """Return all users, by id."""
    leave: dict[str, list[tuple[date, date]]] = {}
    for row in connection.execute(select(user_leave).order_by(user_leave.c.first)):
        leave.setdefault(row.user, []).append((row.first, row.last))
    return [
        User(
            id=row.id,
            name=row.name,
            email=row.email,
            zone=row.zone,
            calendar=row.calendar,
            manager=row.manager,
            leave=tuple(leave.get(row.id, ())),
        )
        for row in connection.execute(select(users).order_by(users.c.id))
    ]
