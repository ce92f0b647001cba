"""Importing CSV files, and telling the runs under way what changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.effects.context import Context
from engine.effects.entities import AccountId, ContactId, Fact, FactId
from engine.effects.ingesting import ingest
from engine.effects.records import Records
from engine.store.database import Database
from engine.store.importing import Kind, Report, import_csv


def bring_in(
    database: Database,
    context: Context,
    kind: Kind,
    path: Path,
    mapping: Mapping[str, str | None] | None = None,
) -> Report:
    """Import a file; what changed becomes facts in the same transaction, so that waits that hang on
    it are woken."""

    def tell(records: Records, report: Report) -> None:
        for id, names in report.changed.items():
            fact = _account_fact if kind == "accounts" else _contact_fact
            ingest(records, context, fact(records, id, names))

    schema = context.workspace.schema
    return import_csv(database, kind, path, mapping, schema, then=None if kind == "users" else tell)


def _account_fact(records: Records, id: str, names: tuple[str, ...]) -> Fact:
    fields = records.account(AccountId(id)).fields
    return Fact(
        id=FactId(f"import:{id}:{records.now.isoformat()}"),
        kind="account.changed",
        account=AccountId(id),
        occurred_at=records.now,
        data={"fields": {name: fields.get(name) for name in names}, "by": "import"},
    )


def _contact_fact(records: Records, id: str, names: tuple[str, ...]) -> Fact:
    contact = records.contact(ContactId(id))
    return Fact(
        id=FactId(f"import:{id}:{records.now.isoformat()}"),
        kind="contact.changed",
        account=contact.account,
        contact=contact.id,
        occurred_at=records.now,
        data={"fields": {name: contact.fields.get(name) for name in names}, "by": "import"},
    )
