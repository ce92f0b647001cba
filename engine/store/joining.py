"""Several writes as one statement: what ends a transaction costs one round trip, not one each.

Owns the text and the names of its parameters. Writes to one table keep their order, so they are
never joined; neither is a write that reads. Knows no table and no meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine.errors import NotFound

_TARGET = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")
_NAMED = re.compile(r"%\((\w+)\)s")
_MOST_CHARACTERS = 3500
_MOST_VALUES = 50
"""From 4,096 characters or more than 50 values on, psycopg parses a statement anew each time."""


@dataclass(frozen=True, slots=True)
class Write:
    """A write without an answer; `missing` is raised if it then finds no row."""

    statement: str
    values: Mapping[str, Any]
    missing: NotFound | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Writes sent as one statement. It answers how many rows each of the `counted` found."""

    statement: str
    values: Mapping[str, Any]
    counted: tuple[NotFound, ...] = ()

    def check(self, counts: Sequence[int]) -> None:
        """Raise NotFound for the first that found no row."""
        for missing, count in zip(self.counted, counts, strict=True):
            if count == 0:
                raise missing


def join(writes: Sequence[Write]) -> list[Joined]:
    """Return the fewest statements that do the same, in the same order for each table."""
    if len(writes) == 1:
        return [_joined(writes)]
    groups: list[list[Write]] = []
    tables: set[str | None] = {None}
    size = values = 0
    for write in writes:
        table = _table(write.statement)
        size, values = size + len(write.statement), values + len(write.values)
        full = size > _MOST_CHARACTERS or values > _MOST_VALUES
        if full or table is None or tables & {None, table}:
            groups.append([])
            tables = set()
            size, values = len(write.statement), len(write.values)
        groups[-1].append(write)
        tables.add(table)
    return [_joined(group) for group in groups]


def _joined(group: Sequence[Write]) -> Joined:
    counted = tuple(write.missing for write in group if write.missing is not None)
    if len(group) == 1 and not counted:
        return Joined(group[0].statement, group[0].values)
    statement = _text(tuple((write.statement, write.missing is not None) for write in group))
    values = {
        f"w{number}_{name}": value
        for number, write in enumerate(group)
        for name, value in write.values.items()
    }
    return Joined(statement, values, counted)


@cache
def _table(statement: str) -> str | None:
    """Return the table a statement writes to, and does nothing else.

    >>> _table("UPDATE tasks SET status=%(status)s"), _table("DELETE FROM a WHERE (SELECT 1) = 1")
    ('tasks', None)
    """
    found = _TARGET.match(statement)
    return found[1] if found and "SELECT" not in statement else None


@cache
def _text(writes: tuple[tuple[str, bool], ...]) -> str:
    """Return the one statement.

    >>> _text((("DELETE FROM a WHERE id = %(id)s", True), ("DELETE FROM b", False)))
    'WITH w0 AS (DELETE FROM a WHERE id = %(w0_id)s RETURNING 1), w1 AS (DELETE FROM b) \
SELECT (SELECT count(*) FROM w0)'
    """
    parts = [
        f"w{number} AS ({_numbered(text, number)}{' RETURNING 1' if counts else ''})"
        for number, (text, counts) in enumerate(writes)
    ]
    counts = [f"(SELECT count(*) FROM w{n})" for n, (_, counts) in enumerate(writes) if counts]
    return f"WITH {', '.join(parts)} SELECT {', '.join(counts) or '1'}"


def _numbered(statement: str, number: int) -> str:
    return _NAMED.sub(lambda found: f"%(w{number}_{found[1]})s", statement)
