"""What was recorded of the past, with when it became known: facts, computed scores, who there is.

Reads only, row by row, from one snapshot: `open_past` makes the transaction read-only. Decides
nothing: what a backtest makes of it is in `engine/simulation/backtest`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, text

from engine.effects.entities import Account, Contact
from engine.store.rows import ACCOUNTS, CONTACTS
from engine.store.tables import account_scores, accounts, contacts, facts

PAGE = 5000
"""Rows fetched at a time."""


def open_past(connection: Connection) -> None:
    """Make the transaction read-only and one snapshot of all there is, however long it takes. Must
    come before anything else in it."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def list_all_accounts(connection: Connection) -> list[Account]:
    """Return every account as it is today, by id."""
    rows = connection.execute(select(*ACCOUNTS.columns).order_by(accounts.c.id))
    return [ACCOUNTS.read(row) for row in rows]


def list_all_contacts(connection: Connection) -> list[Contact]:
    """Return every contact as it is today, by id."""
    rows = connection.execute(select(*CONTACTS.columns).order_by(contacts.c.id))
    return [CONTACTS.read(row) for row in rows]


def fact_kinds(connection: Connection) -> list[str]:
    """Return the kinds of facts there are."""
    return list(connection.scalars(select(facts.c.kind).distinct().order_by(facts.c.kind)))


def _known(as_occurred: bool) -> ColumnElement[datetime]:
    return facts.c.occurred_at if as_occurred else facts.c.known_at


def glance_at_facts(
    connection: Connection, kinds: Collection[str], *, as_occurred: bool = False
) -> Iterator[Any]:
    """Yield (known_at, occurred_at, kind, account, contact, data) of the facts of some kinds."""
    known = _known(as_occurred).label("known")
    columns = ("occurred_at", "kind", "account", "contact", "data")
    query = select(known, *(facts.c[name] for name in columns))
    yield from _stream(connection, query.where(facts.c.kind == func.any(list(kinds))))


def read_facts(
    connection: Connection,
    accounts: Collection[str],
    kinds: Collection[str],
    *,
    as_occurred: bool = False,
) -> Iterator[Any]:
    """Yield the facts of some accounts and kinds, each with when it became known, in that order:
    (known_at, id, kind, account, occurred_at, data, contact, enrollment, node, path)."""
    known = _known(as_occurred).label("known")
    columns = ("id", "kind", "account", "occurred_at", "data", "contact", "enrollment", "node")
    query = select(known, *(facts.c[name] for name in columns), facts.c.path)
    query = query.where(
        facts.c.kind == func.any(list(kinds)), facts.c.account == func.any(list(accounts))
    )
    yield from _stream(connection, query.order_by(known, facts.c.number))


def read_scores(connection: Connection, accounts: Collection[str] | None = None) -> Iterator[Any]:
    """Yield (known_at, account, score, band) of the scores that models computed, in the order they
    became known."""
    table = account_scores
    query = select(table.c.known_at, table.c.account, table.c.score, table.c.band)
    query = query.where(table.c.model.is_not(None))
    if accounts is not None:
        query = query.where(table.c.account == func.any(list(accounts)))
    yield from _stream(connection, query.order_by(table.c.known_at, table.c.account))


def _stream(connection: Connection, query: Any) -> Iterator[Any]:
    yield from connection.execute(query, execution_options={"yield_per": PAGE})
