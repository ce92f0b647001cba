"""Importing CSV files, and telling the runs under way what changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from engine.effects.context import Context
from engine.effects.entities import AccountId, Fact, FactId
from engine.effects.ingesting import ingest
from engine.services.trying import transact
from engine.store.database import Database
from engine.store.importing import Report, import_csv

Kind = Literal["accounts", "contacts", "users"]


def bring_in(
    database: Database,
    context: Context,
    kind: Kind,
    path: Path,
    mapping: Mapping[str, str] | None = None,
) -> Report:
    """Import a file; a changed account becomes a fact, so that waits that hang on it are woken."""
    report = import_csv(database, kind, path, mapping, context.workspace.schema)
    for account, fields in report.changed.items():
        fact = Fact(
            id=FactId(f"import:{account}:{database.now.isoformat()}"),
            kind="account.changed",
            account=AccountId(account),
            occurred_at=database.now,
            data={"fields": dict(fields), "by": "import"},
        )
        transact(database, lambda records, fact=fact: ingest(records, context, fact))  # type: ignore[misc]
    return report
