"""Decisions as people see them: what triggers came to, the latest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.effects.enrolling_entities import Decision
from engine.effects.entities import AccountId
from engine.store.queries.paging import page_size, read_number_cursor
from engine.store.rows import DECISIONS
from engine.store.tables import decisions


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision. `cursor` continues a list after it."""

    decision: Decision
    cursor: str


def list_decisions(
    connection: Connection,
    *,
    account: AccountId | None = None,
    playbook: str | None = None,
    decision: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[DecisionRow]:
    """Return a page of decisions, the latest first."""
    given = {"account": account, "playbook": playbook, "decision": decision}
    wanted = [decisions.c[name] == value for name, value in given.items() if value is not None]
    if after is not None:
        wanted.append(decisions.c.number < read_number_cursor(after))
    rows = connection.execute(
        select(*DECISIONS.columns, decisions.c.number)
        .where(*wanted)
        .order_by(decisions.c.number.desc())
        .limit(page_size(limit))
    )
    return [DecisionRow(DECISIONS.read(row[:-1]), str(row[-1])) for row in rows]
