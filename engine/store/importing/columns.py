"""Columns onto fields: by the same name, or as a mapping file says.

A mapping file is YAML, `column: field` on each line; a column mapped to nothing is left out. One
file may serve several imports: then the lines stand below `accounts:`, `contacts:` and `users:`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import AuthorError, InputError
from engine.language.source import load_path
from engine.store.importing.sheet import Sheet
from engine.wording import nearest


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands. `of_field` are (position, column's name) by field."""

    of_field: Mapping[str, tuple[int, str]]
    warnings: tuple[str, ...]


def read_mapping(path: Path, kind: str | None = None) -> Mapping[str, str | None]:
    """Read a mapping file: its section for `kind`, or all of it when it has no sections. Raises
    AuthorError with its problems, or InputError."""
    document, problems = load_path(path, root=path.parent)
    if document is None or any(problem.severity == "error" for problem in problems):
        raise AuthorError(
            f"the column mapping {path.name} cannot be read",
            problems=tuple(problems),
            remedy=problems[0].message if problems else "",
        )
    value = document.value
    if isinstance(value, dict) and any(isinstance(section, dict) for section in value.values()):
        value = value.get(kind or "") or {}
    if not isinstance(value, dict) or not all(
        isinstance(name, str) and isinstance(field, str | None) for name, field in value.items()
    ):
        raise InputError(
            f"{path.name} is not a column mapping",
            remedy="Write one `column: field` on each line, for instance `Account Name: name`.",
        )
    return {name: field or None for name, field in value.items()}


def place(sheet: Sheet, fields: Collection[str], mapping: Mapping[str, str | None]) -> Columns:
    """Find the column of each field. Raises InputError when the mapping does not fit."""
    _check_mapping(sheet, fields, mapping)
    of_field: dict[str, tuple[int, str]] = {}
    warnings = []
    for position, column in enumerate(sheet.columns):
        field = mapping.get(column, column)
        if field is None:
            continue
        if field not in fields:
            warnings.append(_unknown_column(column, fields))
        elif field in of_field:
            raise InputError(
                f"{sheet.file}: the columns {of_field[field][1]} and {column} are both {field}",
                remedy="Map one of them to nothing: `column:` with no field after it.",
            )
        else:
            of_field[field] = (position, column)
    if "id" not in of_field:
        raise InputError(
            f"{sheet.file}: there is no column id",
            remedy="Name the column that holds the id `id`, or map it: `Account ID: id`.",
        )
    return Columns(of_field, tuple(warnings))


def _check_mapping(
    sheet: Sheet, fields: Collection[str], mapping: Mapping[str, str | None]
) -> None:
    missing = [column for column in mapping if column not in sheet.columns]
    if len(missing) > 1:
        raise InputError(
            f"{sheet.file} has no columns {', '.join(missing)}, which the mapping names",
            remedy=f"Its columns are {', '.join(sheet.columns)}. Correct or remove those lines.",
        )
    for column, field in mapping.items():
        if column in missing:
            raise InputError(
                f"{sheet.file} has no column {column}, which the mapping names",
                remedy=_did_you_mean(column, sheet.columns) or "Correct or remove that line.",
            )
        if field is not None and field not in fields:
            raise InputError(
                f"the mapping sends the column {column} to {field}, which is not a field",
                remedy=_did_you_mean(field, fields) or f"Fields are {', '.join(fields)}.",
            )


def _unknown_column(column: str, fields: Collection[str]) -> str:
    hint = _did_you_mean(column, fields)
    return f"column {column} is not a field and was left out{f'. {hint}' if hint else ''}"


def _did_you_mean(name: str, known: Collection[str]) -> str:
    plain = name.lower().replace(" ", "_")
    close = nearest(plain, known) or nearest(name, known)
    return f"Did you mean {close}?" if close else ""
