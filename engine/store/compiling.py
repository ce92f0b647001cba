"""Statements of SQLAlchemy Core as the text and parameter names psycopg takes.

Compiled once per process: carrying one out costs a dictionary and a round trip. Knows no table.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Text, Update, bindparam, update
from sqlalchemy.dialects.postgresql import insert, psycopg
from sqlalchemy.sql.elements import ClauseElement, ColumnElement

from engine.store.rows import Rows

_DIALECT = psycopg.dialect()  # type: ignore[no-untyped-call]


def compiled(statement: ClauseElement) -> str:
    """Return a statement as psycopg's text; every value in it must be a named parameter."""
    made = statement.compile(dialect=_DIALECT)
    fixed = {name for name, value in made.params.items() if value is not None}
    if fixed:
        raise ValueError(f"the statement holds values of its own: {sorted(fixed)}")
    return str(made)


def param(name: str) -> ColumnElement[Any]:
    """Return a text given by name when the statement is carried out."""
    return bindparam(name, type_=Text)


@cache
def change(kind: Rows[Any], names: tuple[str, ...]) -> str:
    """Return the update of some columns of the row whose key is `this`."""
    statement: Update = (
        update(kind.table)
        .where(kind.table.c[kind.key] == param("this"))
        .values({name: bindparam(name) for name in names})
    )
    return compiled(statement)


@cache
def put_rows(kind: Rows[Any], count: int) -> str:
    """Return the insert of some rows, of which those whose key is taken are left out; the values of
    the first end in `_0`, of the second in `_1` and so on."""
    numbered: list[dict[str, Any]] = [
        {name: bindparam(f"{name}_{n}") for name in kind.names} for n in range(count)
    ]
    return compiled(insert(kind.table).values(numbered).on_conflict_do_nothing())
