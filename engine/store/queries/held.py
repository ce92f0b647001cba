"""What is held, as people see it: the oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, tuple_

from engine.effects.enrolling_entities import Held, HeldKind
from engine.errors import NotFound
from engine.store.queries.paging import page_size, read_number_cursor
from engine.store.rows import HELD
from engine.store.tables import HELD_NOW, accounts, held


@dataclass(frozen=True, slots=True)
class HeldRow:
    """Something held, with its account's name. `cursor` continues a list after it."""

    held: Held
    account_name: str | None
    cursor: str


_ROWS = select(*HELD.columns, accounts.c.name, held.c.number).join_from(
    held, accounts, accounts.c.id == held.c.account
)


def list_held(
    connection: Connection,
    *,
    playbook: str | None = None,
    kind: HeldKind | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[HeldRow]:
    """Return a page of what is held now."""
    given = {"playbook": playbook, "kind": kind}
    wanted = [held.c[name] == value for name, value in given.items() if value is not None]
    if after is not None:
        wanted.append(held.c.number > read_number_cursor(after))
    page = _ROWS.where(HELD_NOW, *wanted).order_by(held.c.number).limit(page_size(limit))
    return [_row(row) for row in connection.execute(page)]


def list_closed(
    connection: Connection,
    *,
    playbook: str | None = None,
    kind: HeldKind | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[HeldRow]:
    """Return a page of what was held and is no more, the latest first: begun or left out, by whom
    and why."""
    given = {"playbook": playbook, "kind": kind}
    wanted = [held.c[name] == value for name, value in given.items() if value is not None]
    if after is not None:
        number = read_number_cursor(after)
        closed_at = select(held.c.closed_at).where(held.c.number == number).scalar_subquery()
        wanted.append(tuple_(held.c.closed_at, held.c.number) < tuple_(closed_at, number))
    page = _ROWS.where(held.c.status != "held", *wanted)
    latest = page.order_by(held.c.closed_at.desc(), held.c.number.desc()).limit(page_size(limit))
    return [_row(row) for row in connection.execute(latest)]


def show_held(connection: Connection, id: str) -> Held:
    """Return something that is, or was, held. Raises NotFound."""
    row = connection.execute(select(*HELD.columns).where(held.c.id == id)).first()
    if row is None:
        raise NotFound(f"nothing is held as {id}", remedy="See the ids with `tenure enroll held`.")
    return HELD.read(row)


def _row(row: Sequence[object]) -> HeldRow:
    return HeldRow(HELD.read(row[:-2]), row[-2], str(row[-1]))  # type: ignore[arg-type]
