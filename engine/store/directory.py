"""Accounts, contacts and users in bulk: what an import or a set-up puts into the store.

Each function is one or two statements, however many rows. Owns no validation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Date, Table, Text, bindparam, column, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.effects.entities import AccountId, Contact, User
from engine.store.tables import accounts, contacts, user_leave, users


def put_accounts(connection: Connection, fields: Mapping[AccountId, Mapping[str, Any]]) -> None:
    """Insert accounts, or replace the fields of those there are. Scores stay."""
    rows = [{"id": id, "fields": {**of, "id": id}} for id, of in fields.items()]
    _put(connection, accounts, rows, fields=JSONB)


def put_contacts(connection: Connection, people: Iterable[Contact]) -> None:
    """Insert or replace contacts."""
    rows = [
        {
            "id": contact.id,
            "account": contact.account,
            "fields": {
                **contact.fields,
                "id": contact.id,
                "account": contact.account,
                "role": contact.role,
                "email": contact.email,
            },
        }
        for contact in people
    ]
    _put(connection, contacts, rows, account=Text, fields=JSONB)


def put_users(connection: Connection, people: Sequence[User]) -> None:
    """Insert or replace users and their leave."""
    rows = [
        {
            "id": user.id,
            "name": user.name,
            "email": user.email,
            "zone": user.zone,
            "calendar": user.calendar,
            "manager": user.manager,
        }
        for user in people
    ]
    _put(connection, users, rows, name=Text, email=Text, zone=Text, calendar=Text, manager=Text)
    ids = [user.id for user in people]
    connection.execute(delete(user_leave).where(user_leave.c.user == func.any(ids)))
    leave = {
        (user.id, first): {"user": user.id, "first": first.isoformat(), "last": last.isoformat()}
        for user in people
        for first, last in user.leave
    }
    _put(connection, user_leave, [*leave.values()], key=("user", "first"), last=Date)


def _put(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    key: tuple[str, ...] = ("id",),
    **kinds: Any,
) -> None:
    if not rows:
        return
    types = {**{name: table.c[name].type for name in key}, **kinds}
    given = func.jsonb_to_recordset(bindparam("rows", type_=JSONB)).table_valued(
        *(column(name, kind) for name, kind in types.items())
    )
    source = select(given.render_derived(name="given", with_types=True))
    statement = upsert(table).from_select([*types], source)
    replaced = {name: statement.excluded[name] for name in kinds}
    connection.execute(
        statement.on_conflict_do_update(index_elements=[*key], set_=replaced), {"rows": rows}
    )
