"""A whole import, in one transaction: good rows kept, bad ones reported, repeats harmless."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection

from engine.language.workspace.model import Schema
from engine.store.batching import BatchedRecords
from engine.store.database import Database
from engine.store.importing.columns import Columns, place
from engine.store.importing.kinds import Kind, Made, Things, known_ids, made
from engine.store.importing.reading import Row, read_rows
from engine.store.importing.report import Rejected, Report
from engine.store.importing.sheet import read_sheet


def import_csv(
    database: Database,
    kind: Kind,
    path: str | os.PathLike[str],
    mapping: Mapping[str, str | None] | None,
    schema: Schema,
    then: Callable[[BatchedRecords, Report, Things], Report] | None = None,
) -> Report:
    """Import a CSV file; fields without a column stay as they are, an empty cell empties its field.

    `mapping` sends columns to fields where names differ. `then` is done in the same transaction:
    it makes facts of what is new or changed, so that no change is kept whose facts are not. It is
    given all fields of what is new or changed, and returns the report completed. Raises InputError
    when the file as a whole cannot be used.
    """
    what = made(kind, schema)
    sheet = read_sheet(Path(path))
    columns = place(sheet, list(what.fields), mapping or {})
    rows, rejected = read_rows(sheet, columns, what)
    with database.begin_with_records(BatchedRecords) as (connection, records):
        there = what.load(connection, [row.id for row in rows]) if rows else {}
        rows, incomplete = _without_incomplete(rows, there, columns, what)
        rows, orphans = _without_orphans(connection, rows, columns, what)
        kept, changed = _merged(rows, there)
        what.keep(connection, kept)
        report = Report(
            sheet.file,
            created=tuple(id for id in kept if id not in there),
            changed=changed,
            unchanged=len(rows) - len(kept),
            rejected=tuple(sorted([*rejected, *incomplete, *orphans])),
            warnings=columns.warnings,
        )
        return report if then is None else then(records, report, kept)


def _without_incomplete(
    rows: Sequence[Row], there: Things, columns: Columns, what: Made
) -> tuple[list[Row], list[Rejected]]:
    """Reject new rows whose required fields have no column."""
    lacking = [
        name
        for name, field in what.fields.items()
        if field.required and name not in columns.of_field
    ]
    if not lacking:
        return list(rows), []
    reason = f"is new, and the file has no column for {', '.join(lacking)}"
    column = columns.of_field["id"][1]
    rejected = [Rejected(row.line, column, reason) for row in rows if row.id not in there]
    return [row for row in rows if row.id in there], rejected


def _without_orphans(
    connection: Connection, rows: list[Row], columns: Columns, what: Made
) -> tuple[list[Row], list[Rejected]]:
    """Reject rows that name something that is neither in the store nor comes with this file."""
    rejected: list[Rejected] = []
    for field, kind in what.refers.items():
        named = {row.values[field] for row in rows if row.values.get(field)}
        there = known_ids(connection, kind, named) if named else set()
        while orphans := _orphans(rows, field, there, among_themselves=kind == what.kind):
            column = columns.of_field[field][1]
            rejected += [Rejected(row.line, column, _orphaned(row, field)) for row in orphans]
            lines = {row.line for row in orphans}
            rows = [row for row in rows if row.line not in lines]
    return rows, rejected


def _orphans(
    rows: Sequence[Row], field: str, there: set[str], *, among_themselves: bool
) -> list[Row]:
    known = there | {row.id for row in rows} if among_themselves else there
    return [
        row
        for row in rows
        if (named := row.values.get(field))
        and (named not in known or (among_themselves and named == row.id))
    ]


def _orphaned(row: Row, field: str) -> str:
    named = row.values[field]
    return "names the row itself" if named == row.id else f"names {named}, which is not there"


def _merged(rows: Sequence[Row], there: Things) -> tuple[Things, dict[str, tuple[str, ...]]]:
    kept: Things = {}
    changed: dict[str, tuple[str, ...]] = {}
    for row in rows:
        old = there.get(row.id)
        if old is None:
            kept[row.id] = {name: value for name, value in row.values.items() if value is not None}
        elif names := tuple(name for name, value in row.values.items() if old.get(name) != value):
            kept[row.id] = {**old, **{name: row.values[name] for name in names}}
            changed[row.id] = names
    return kept, changed
