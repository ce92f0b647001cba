"""Importing CSV files, and making facts of what is new or changed.

The facts are what triggers, waits, backtests and reports know an import by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import AccountId, ContactId, Fact, FactId
from engine.effects.ingesting import ingest
from engine.services.rolling_up import roll_up
from engine.store.batching import BatchedRecords
from engine.store.database import Database
from engine.store.importing import Kind, Report, Things, import_csv

PAGE = 500


def bring_in(
    database: Database,
    context: Context,
    kind: Kind,
    path: Path,
    mapping: Mapping[str, str | None] | None = None,
    *,
    quiet: bool = False,
) -> Report:
    """Import a file; what is new or changed becomes facts in the same transaction: playbooks that
    listen start, and waits that hang on it are woken. With `quiet` nothing starts: for
    customers one has had for long."""

    def tell(records: BatchedRecords, report: Report, kept: Things) -> Report:
        facts = _facts(kind, report, kept, records.now)
        records.look_ahead({one.account for one in facts}, ())  # all locks, in one order
        started: list[str] = []
        for first in range(0, len(facts), PAGE):
            page = facts[first : first + PAGE]
            records.look_ahead({one.account for one in page}, {one.id for one in page}, page)
            for fact in page:
                started += ingest(records, context, fact, quiet=quiet).started
        return replace(report, started=tuple(started))

    schema = context.workspace.schema
    then = None if kind == "users" else tell
    report = import_csv(database, kind, path, mapping, schema, then=then)
    roll_up(database, context)
    return report


def _facts(kind: Kind, report: Report, kept: Things, now: datetime) -> list[Fact]:
    """Return a fact for each account or contact that is new, then for each that changed."""
    of = kind.removesuffix("s")

    def fact(what: str, id: str, fields: Mapping[str, Any]) -> Fact:
        return Fact(
            id=FactId(f"import:{of}:{id}:{now.isoformat()}"),
            kind=f"{of}.{what}",
            account=AccountId(id if of == "account" else kept[id]["account"]),
            contact=ContactId(id) if of == "contact" else None,
            occurred_at=now,
            data={"fields": fields, "by": "import"},
        )

    created = [fact("created", id, kept[id]) for id in report.created]
    changed = [
        fact("changed", id, {name: kept[id].get(name) for name in names})
        for id, names in report.changed.items()
    ]
    return [*created, *changed]
