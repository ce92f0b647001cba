"""Accounts and contacts as another system keeps them: created, or changed where they differ.

Each is one transaction with the facts it makes (account.created, account.changed, and the same for
contacts), so that no change is kept whose facts are not. Fields that are not given stay; null
empties one.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.effects.context import Context
from engine.effects.entities import Account, AccountId, Contact, ContactId, Fact, FactId
from engine.effects.fitting import fitted, misfit
from engine.effects.ingesting import Ingested, ingest
from engine.effects.records import Records
from engine.errors import InputError, NotFound
from engine.language.workspace.model import Field
from engine.services.rolling_up import moving
from engine.store.database import Database
from engine.store.importing.cells import Unusable, read_id
from engine.wording import nearest


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of an account or a contact. `changed` names its fields that have new values."""

    id: str
    status: Literal["created", "changed", "unchanged"]
    changed: tuple[str, ...] = ()
    led_to: Ingested | None = None


def upsert_account(
    database: Database, context: Context, id: str, fields: Mapping[str, Any], *, by: str
) -> Upserted:
    """Create an account, or change it. Raises InputError when fields do not fit the schema,
    NotFound when its parent is not there."""

    def work(records: Records) -> Upserted:
        account = AccountId(id)
        _check_parent(records, account, fields.get("parent"))
        if (old := _account(records, account)) is not None:
            return _change(records, context, "account", old, fields, by)
        kept = _new(context.workspace.schema.account, fields, id=id)
        fact = _fact(records, context, "account.created", account, {"fields": kept, "by": by})
        if not records.put_account(account, kept):  # somebody else has, since we looked
            old = records.account(account, lock=True)
            return _change(records, context, "account", old, fields, by)
        return Upserted(id, "created", tuple(kept), ingest(records, context, fact))

    _check_id(id)
    return moving(database, context, work)


def upsert_contact(
    database: Database, context: Context, id: str, fields: Mapping[str, Any], *, by: str
) -> Upserted:
    """Create a contact, or change it; a new one says its account. Raises InputError when fields do
    not fit the schema, NotFound when the account is not there."""

    def work(records: Records) -> Upserted:
        contact = ContactId(id)
        _check_role(context, fields.get("role"))
        if (old := _contact(records, contact)) is not None:
            records.account(old.account, lock=True)
            return _change(records, context, "contact", records.contact(contact), fields, by)
        kept = _new(context.workspace.schema.contact, fields, id=id)
        account = records.account(AccountId(kept["account"]), lock=True).id
        data = {"fields": kept, "by": by}
        fact = _fact(records, context, "contact.created", account, data, contact)
        new = Contact(contact, account, kept.get("role"), kept["email"], kept)
        if not records.put_contact(new):
            return _change(records, context, "contact", records.contact(contact), fields, by)
        return Upserted(id, "created", tuple(kept), ingest(records, context, fact))

    _check_id(id)
    return moving(database, context, work)


# --- changing what is there -------------------------------------------------------------------


def _account(records: Records, id: AccountId) -> Account | None:
    try:
        return records.account(id, lock=True)
    except NotFound:
        return None


def _contact(records: Records, id: ContactId) -> Contact | None:
    try:
        return records.contact(id)
    except NotFound:
        return None


def _change(
    records: Records,
    context: Context,
    what: Literal["account", "contact"],
    old: Account | Contact,
    fields: Mapping[str, Any],
    by: str,
) -> Upserted:
    account = old.account if isinstance(old, Contact) else old.id
    contact = old.id if isinstance(old, Contact) else None
    missing = object()
    new = {
        name: value
        for name, value in fields.items()
        if old.fields.get(name, None if value is None else missing) != value
    }
    before = {name: old.fields.get(name) for name in new}
    data = {"fields": dict(fields), "before": before, "by": by}
    fact = _fact(records, context, f"{what}.changed", account, data, contact)  # all must fit
    if not new:
        return Upserted(old.id, "unchanged")
    data = {"fields": new, "before": before, "by": by}
    fact = _fact(records, context, f"{what}.changed", account, data, contact)
    return Upserted(old.id, "changed", tuple(new), ingest(records, context, fact))


def _fact(
    records: Records,
    context: Context,
    kind: str,
    account: AccountId,
    data: Mapping[str, Any],
    contact: ContactId | None = None,
) -> Fact:
    id = FactId(f"u-{uuid.uuid4().hex}")
    fact = Fact(id, kind, account, records.now, data, contact=contact)
    return fitted(context.workspace.schema, fact, records.now)


# --- checks -----------------------------------------------------------------------------------


def _check_id(id: str) -> None:
    try:
        read_id(id)
    except Unusable as error:
        raise InputError(f"id: it {error}", remedy="Use the id of the other system.") from None


def _new(schema: Mapping[str, Field], fields: Mapping[str, Any], *, id: str) -> dict[str, Any]:
    """Return the fields of a new one; InputError when one does not fit or is missing."""
    given = {**fields, "id": id}
    if fields.get("id", id) != id:
        raise InputError("'id' is not that of the address", remedy="Leave it out.")
    for name, value in given.items():
        if name not in schema:
            near = nearest(str(name), schema)
            raise InputError(
                f"there is no field {str(name)[:60]!r} in the schema",
                remedy=f"Did you mean {near}?" if near else "Declare it in schema.yaml.",
            )
        if (wanted := misfit(schema[name], value)) is not None:
            raise InputError(f"{name!r} does not fit", remedy=f"It takes {wanted}.")
    missing = [one.name for one in schema.values() if one.required and one.name not in given]
    if missing:
        raise InputError(
            f"{id} is new, and needs {', '.join(missing)}", remedy="Give all that are required."
        )
    return {name: value for name, value in given.items() if value is not None}


def _check_parent(records: Records, account: AccountId, parent: Any) -> None:
    if parent is None:
        return
    if parent == account:
        raise InputError("an account is not its own parent", remedy="Leave `parent` out.")
    if not isinstance(parent, str) or _is_unknown(records, parent):
        raise NotFound("there is no account of the parent's id", remedy="Send the parent first.")


def _is_unknown(records: Records, account: str) -> bool:
    try:
        records.account(AccountId(account))
    except NotFound:
        return True
    return False


def _check_role(context: Context, role: Any) -> None:
    roles = context.workspace.schema.contact_roles
    if role is not None and roles and role not in roles:
        raise InputError("'role' does not fit", remedy=f"It takes one of {', '.join(roles)}.")
