"""What accounts, contacts and users are made of, and how the store loads and keeps them.

All three are handled as mappings of fields; only here is known what each becomes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Literal, TypeAlias, assert_never

from sqlalchemy import Connection, Text, cast, func, select
from sqlalchemy.dialects import postgresql

from engine.effects.entities import AccountId, Contact, ContactId, User, UserId
from engine.language.workspace.model import Field, Schema
from engine.store.directory import put_accounts, put_contacts, put_users
from engine.store.importing.cells import Reader, read_choice, read_id, read_leave, reader_of
from engine.store.tables import accounts, contacts, user_leave, users

Kind: TypeAlias = Literal["accounts", "contacts", "users"]
Things: TypeAlias = dict[str, dict[str, Any]]
"""Fields by id."""

USER_FIELDS = (
    Field("id", "text", required=True),
    Field("name", "text", required=True),
    Field("email", "text", required=True),
    Field("zone", "text"),
    Field("calendar", "text"),
    Field("manager", "text"),
    Field("leave", "list"),
)


@dataclass(frozen=True, slots=True)
class Made:
    """What one kind is made of.

    `shown` are the fields whose bad cells may be repeated in a message: no personal data. `empty`
    is what an empty cell means where that is not null. `refers` names the kind an id in a field is
    of. `load` locks what it returns.
    """

    kind: Kind
    fields: Mapping[str, Field]
    readers: Mapping[str, Reader]
    shown: Collection[str]
    refers: Mapping[str, Kind]
    load: Callable[[Connection, Collection[str]], Things]
    keep: Callable[[Connection, Things], None]
    empty: Mapping[str, Any] = field(default_factory=dict)


def made(kind: Kind, schema: Schema) -> Made:
    """Return what a kind is made of in a workspace."""
    match kind:
        case "accounts":
            return Made(
                kind,
                schema.account,
                {**_readers(schema.account), "parent": read_id, "csm": read_id},
                shown=schema.account,
                refers={"parent": "accounts"},
                load=_load_accounts,
                keep=_keep_accounts,
            )
        case "contacts":
            readers = {**_readers(schema.contact), "account": read_id}
            if schema.contact_roles:
                readers["role"] = partial(read_choice, schema.contact_roles)
            return Made(
                kind,
                schema.contact,
                readers,
                shown=("account", "role", "zone", "language"),
                refers={"account": "accounts"},
                load=_load_contacts,
                keep=_keep_contacts,
            )
        case "users":
            fields = {field.name: field for field in USER_FIELDS}
            return Made(
                kind,
                fields,
                {**_readers(fields), "manager": read_id, "leave": read_leave},
                shown=("zone", "calendar", "leave"),
                refers={"manager": "users"},
                load=_load_users,
                keep=_keep_users,
                empty={"calendar": "default", "leave": []},
            )
        case _:
            assert_never(kind)


def known_ids(connection: Connection, kind: Kind, ids: Collection[str]) -> set[str]:
    """Return which of some ids are there."""
    column = {"accounts": accounts.c.id, "contacts": contacts.c.id, "users": users.c.id}[kind]
    return set(connection.scalars(select(column).where(column == func.any(list(ids)))))


def _readers(fields: Mapping[str, Field]) -> dict[str, Reader]:
    return {name: reader_of(field) for name, field in fields.items()}


def _load_accounts(connection: Connection, ids: Collection[str]) -> Things:
    found = connection.execute(
        select(accounts.c.id, accounts.c.fields)
        .where(accounts.c.id == func.any(list(ids)))
        .order_by(accounts.c.id)
        .with_for_update()
    )
    return {id: {**fields} for id, fields in found}


def _keep_accounts(connection: Connection, things: Things) -> None:
    put_accounts(connection, {AccountId(id): fields for id, fields in things.items()})


def _load_contacts(connection: Connection, ids: Collection[str]) -> Things:
    found = connection.execute(
        select(contacts.c.id, contacts.c.fields)
        .where(contacts.c.id == func.any(list(ids)))
        .order_by(contacts.c.id)
        .with_for_update()
    )
    return {id: {**fields} for id, fields in found}


def _keep_contacts(connection: Connection, things: Things) -> None:
    people = [
        Contact(
            ContactId(id),
            AccountId(fields["account"]),
            fields.get("role"),
            fields["email"],
            fields,
        )
        for id, fields in things.items()
    ]
    put_contacts(connection, people)


def _load_users(connection: Connection, ids: Collection[str]) -> Things:
    days = postgresql.array([cast(user_leave.c.first, Text), cast(user_leave.c.last, Text)])
    leave = (
        select(func.array_agg(postgresql.aggregate_order_by(days, user_leave.c.first)))
        .where(user_leave.c.user == users.c.id)
        .scalar_subquery()
    )
    found = connection.execute(
        select(users, func.coalesce(leave, cast([], postgresql.ARRAY(Text))).label("leave"))
        .where(users.c.id == func.any(list(ids)))
        .order_by(users.c.id)
        .with_for_update()
    )
    return {row["id"]: {**row} for row in found.mappings()}


def _keep_users(connection: Connection, things: Things) -> None:
    put_users(connection, [_user(id, fields) for id, fields in things.items()])


def _user(id: str, fields: Mapping[str, Any]) -> User:
    return User(
        UserId(id),
        fields["name"],
        fields["email"],
        fields.get("zone"),
        fields.get("calendar") or "default",
        fields.get("manager"),
        tuple(
            (date.fromisoformat(first), date.fromisoformat(last))
            for first, last in fields.get("leave", ())
        ),
    )
