"""Rows and values: an entity's fields are its table's columns, by name and in order.

Owns the few conversions the driver does not do by itself (JSON, tuples). Knows no statement.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from psycopg.types.json import Json, Jsonb
from sqlalchemy import ARRAY, Column, Table
from sqlalchemy.dialects.postgresql import JSON, JSONB

from engine.effects.enrolling_entities import Decision, Held, Notice, Queued
from engine.effects.entities import (
    Account,
    Contact,
    Effect,
    Enrollment,
    Fact,
    Line,
    Override,
    Task,
    Wait,
)
from engine.errors import PermanentError
from engine.store import tables

T = TypeVar("T")


class Rows(Generic[T]):
    """How one kind of entity is written to and read from its table.

    `columns` are in the order of the entity's fields; `read` takes a row of exactly those.
    """

    def __init__(self, kind: type[T], table: Table, *, key: str = "id", **readers: Any) -> None:
        self.table = table
        self.key = key
        self.names = tuple(field.name for field in dataclasses.fields(kind))  # type: ignore[arg-type]
        self.columns: tuple[Column[Any], ...] = tuple(table.c[name] for name in self.names)
        self._kind = kind
        self._writers = {name: _writer(table.c[name]) for name in self.names}
        self._readers = [
            (self.names.index(column.name), readers.get(column.name, tuple))
            for column in self.columns
            if isinstance(column.type, ARRAY) or column.name in readers
        ]

    def parameters(self, value: T) -> dict[str, Any]:
        """Return the statement parameters that write a whole entity."""
        return {name: write(getattr(value, name)) for name, write in self._writers.items()}

    def changes(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the statement parameters that write some fields.

        >>> TASKS.changes({"status": "done", "path": ("weekly#2",)})
        {'status': 'done', 'path': ['weekly#2']}
        """
        self._check(fields)
        return {name: self._writers[name](content) for name, content in fields.items()}

    def read(self, row: Sequence[Any]) -> T:
        """Return the entity of a row."""
        content = list(row)
        for position, reader in self._readers:
            content[position] = reader(content[position])
        return self._kind(*content)

    def _check(self, fields: Collection[str]) -> None:
        unknown = sorted(set(fields) - set(self.names))
        if unknown or self.key in fields:
            raise PermanentError(
                f"{self._kind.__name__} has no field {(unknown or [self.key])[0]!r} to change",
                remedy="This is a mistake in Tenure itself; please report it.",
            )


def _writer(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, JSONB):
        return _jsonb_or_null if column.nullable else as_jsonb
    if isinstance(column.type, JSON):
        return _json
    if isinstance(column.type, ARRAY):
        return list
    return _same


def as_jsonb(content: Any) -> Jsonb:
    """Wrap plain data for a jsonb column."""
    return Jsonb(content, _dumps)


def _jsonb_or_null(content: Any) -> Jsonb | None:
    return None if content is None else as_jsonb(content)


def _json(content: Any) -> Json:
    return Json(content, _dumps)


_dumps = partial(json.dumps, default=dict)  # for mappings that are not dictionaries


def _same(content: Any) -> Any:
    return content


def _pairs(content: Sequence[Sequence[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(pair) for pair in content)


ACCOUNTS = Rows(Account, tables.accounts)
CONTACTS = Rows(Contact, tables.contacts)
ENROLLMENTS = Rows(Enrollment, tables.enrollments)
FACTS = Rows(Fact, tables.facts)
WAITS = Rows(Wait, tables.waits)
TASKS = Rows(Task, tables.tasks, checklist=_pairs)
EFFECTS = Rows(Effect, tables.effects, key="key")
DECISIONS = Rows(Decision, tables.decisions, key="number")
HELD = Rows(Held, tables.held)
NOTICES = Rows(Notice, tables.notices)
QUEUED = Rows(Queued, tables.queued_messages, key="key")
OVERRIDES = Rows(Override, tables.health_overrides, key="account")
LINES = Rows(Line, tables.timeline, key="key")
