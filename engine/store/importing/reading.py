"""Rows of a sheet as values of their kind's fields, or rejected with every reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.store.importing.cells import Unusable
from engine.store.importing.columns import Columns
from engine.store.importing.kinds import Made
from engine.store.importing.report import Rejected
from engine.store.importing.sheet import Sheet, Unreadable

LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A usable row: its values by field, empty cells included."""

    line: int
    id: str
    values: Mapping[str, Any]


def read_rows(sheet: Sheet, columns: Columns, what: Made) -> tuple[list[Row], list[Rejected]]:
    """Read all rows. An id that stands twice is kept the first time."""
    rows: list[Row] = []
    rejected: list[Rejected] = []
    first: dict[str, int] = {}
    for given in sheet.rows():
        if isinstance(given, Unreadable):
            rejected.append(Rejected(given.line, "", given.reason))
            continue
        line, cells = given
        values, reasons = _read(line, cells, columns, what)
        id = values.get("id")
        if id is not None and first.setdefault(id, line) != line:
            column = columns.of_field["id"][1]
            reasons.append(Rejected(line, column, f"is the id of line {first[id]} too"))
        if reasons:
            rejected += reasons
        else:
            rows.append(Row(line, values["id"], values))
    return rows, rejected


def _read(
    line: int, cells: list[str], columns: Columns, what: Made
) -> tuple[dict[str, Any], list[Rejected]]:
    values: dict[str, Any] = {}
    reasons: list[Rejected] = []
    for field, (position, column) in columns.of_field.items():
        text = cells[position].strip()
        try:
            values[field] = _value(text, field, what)
        except Unusable as unusable:
            shown = f": {_short(text)!r}" if _may_show(text, field, what) else ""
            reasons.append(Rejected(line, column, f"{unusable}{shown}"))
    return values, reasons


def _value(text: str, field: str, what: Made) -> Any:
    if text:
        return what.readers[field](text)
    if what.fields[field].required:
        raise Unusable("is empty, and required")
    return what.empty.get(field)


def _may_show(text: str, field: str, what: Made) -> bool:
    return bool(text) and field in what.shown and "@" not in text


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
