"""Statements that write many rows at once: the rows are one JSON parameter, `rows`.

Owns SQL only. `json_to_recordset` keeps the order of the rows and turns every value into its
column's type, so that one statement costs one round trip however many rows it has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from psycopg.types.json import Json
from sqlalchemy import Column, Table, bindparam, column, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.store import rows
from engine.store.compiling import compiled
from engine.store.tables import HELD_NOW, UNDER_WAY, account_scores, accounts, facts, outbox, waits

_SCORE = ("account", "at", "score", "band", "known_at", "model", "inputs")


def as_rows(content: Sequence[Mapping[str, Any]]) -> Json:
    """Wrap rows for the parameter of a statement of this module."""
    return Json(content, _dumps)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else dict(value)


_dumps = partial(json.dumps, default=_plain)


def _given(table: Table, names: Sequence[str], other: Table | None = None) -> Any:
    """Return the rows as a table; columns that the one table has not are as in the other."""
    both = {**(dict(other.c) if other is not None else {}), **dict(table.c)}
    columns: list[Column[Any]] = [column(name, both[name].type) for name in names]  # type: ignore[misc]
    found = func.json_to_recordset(bindparam("rows", type_=JSON)).table_valued(*columns)
    return found.render_derived(name="given", with_types=True)


def _insert(
    table: Table, names: Sequence[str], then: Callable[[Any], Any] = lambda statement: statement
) -> str:
    given = _given(table, names)
    source = select(*(given.c[name] for name in names))
    return compiled(then(upsert(table).from_select([*names], source)))


def _update(table: Table, key: Sequence[str], names: Sequence[str], **values: Any) -> str:
    given = _given(table, (*key, *names))
    statement = update(table).values(
        {name: values.get(name, lambda one: one)(given.c[name]) for name in names}
    )
    for name in key:
        statement = statement.where(table.c[name] == given.c[name])
    return compiled(statement)


def _if_new(statement: Any, **index: Any) -> Any:
    return statement.on_conflict_do_nothing(**index).returning(literal_column("1"))


def _replacing(statement: Any) -> Any:
    key = ["account", "at", "known_at"]
    replaced = {name: statement.excluded[name] for name in _SCORE if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=replaced)


PUT_FACTS = _insert(
    facts, (*rows.FACTS.names, "known_at"), lambda one: _if_new(one, index_elements=["id"])
)
"""Returns a row for each that was new."""
PUT_SCORES = _insert(account_scores, _SCORE, _replacing)
PUT_ENROLLMENTS = _insert(
    rows.ENROLLMENTS.table,
    rows.ENROLLMENTS.names,
    lambda one: _if_new(one, index_elements=["playbook", "subject"], index_where=UNDER_WAY),
)
"""Returns a row for each that was begun."""
PUT_HELD = _insert(
    rows.HELD.table,
    rows.HELD.names,
    lambda one: _if_new(one, index_elements=["playbook", "subject"], index_where=HELD_NOW),
)
"""Returns a row for each that is held."""
PUT_DECISIONS = _insert(rows.DECISIONS.table, rows.DECISIONS.names)
PUT_LINES = _insert(
    rows.LINES.table,
    rows.LINES.names,
    lambda one: one.on_conflict_do_nothing(index_elements=["enrollment", "key"]),
)
OWE = _insert(outbox, ("enrollment", "delivery"))
DROP_WAITS = compiled(
    waits.delete().where(
        waits.c.enrollment == (_gone := _given(waits, ("enrollment", "id"))).c.enrollment,
        waits.c.id == _gone.c.id,
    )
)
SCORE_ACCOUNTS = _update(accounts, ("id",), ("score", "band", "band_since"))
ASSESS_ACCOUNTS = _update(accounts, ("id",), ("assessment", "reassess_at"))


def _move_health() -> str:
    both = _given(account_scores, (*_SCORE, "band_since", "reassess_at"), accounts)
    given = select(*both.c).cte("told", nesting=False)
    moved = (
        update(accounts)
        .values(
            score=given.c.score,
            band=given.c.band,
            band_since=given.c.band_since,
            assessment=given.c.inputs,
            reassess_at=given.c.reassess_at,
        )
        .where(accounts.c.id == given.c.account)
        .cte("moved")
    )
    source = select(*(given.c[name] for name in _SCORE))
    return compiled(
        _replacing(upsert(account_scores).from_select([*_SCORE], source)).add_cte(moved)
    )


MOVE_HEALTH = _move_health()
"""An account's score, band and assessment, and the same into the history: written once."""
CHANGE_ACCOUNTS = _update(
    accounts, ("id",), ("fields",), fields=lambda given: accounts.c.fields.op("||")(given)
)
