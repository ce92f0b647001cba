"""Deleting what nothing needs any more, a batch at a time. Owns which rows those are.

Rows came in the order of their numbers, so a table is read from its oldest row up to the first that
is young enough: no index by instant is kept for this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, func, not_, select, tuple_

from engine.store.tables import (
    applies,
    decisions,
    enrollments,
    firings,
    held,
    notices,
    queued_messages,
    rejects,
)

_later = decisions.alias("later")
_HAS_A_LATER_ONE = exists().where(
    _later.c.account == decisions.c.account,
    _later.c.playbook == decisions.c.playbook,
    func.coalesce(_later.c.contact, "") == func.coalesce(decisions.c.contact, ""),
    _later.c.number > decisions.c.number,
)


@dataclass(frozen=True, slots=True)
class Aging:
    """A table whose rows get old: when one came, and which of the old ones nobody needs."""

    table: Table
    came: ColumnElement[datetime]
    needless: ColumnElement[bool]


AGING: dict[str, tuple[Aging, ...]] = {
    "decisions": (
        Aging(decisions, decisions.c.at, _HAS_A_LATER_ONE),
        Aging(held, held.c.held_at, held.c.status != "held"),
        Aging(notices, notices.c.at, notices.c.status.in_(("sent", "failed"))),
    ),
    "rejects": (Aging(rejects, rejects.c.received_at, rejects.c.status != "open"),),
}
"""By what tenure.yaml calls them. The latest decision of each playbook and subject says when it was
last set off, and stays; so does what is held, owed or open."""


def first_young(connection: Connection, aging: Aging, before: datetime) -> int | None:
    """Return the number of the first row that came at or after an instant; None when all are
    older."""
    number = aging.table.c.number
    young = select(number).where(aging.came >= before).order_by(number).limit(1)
    return connection.scalar(young)


def delete_old(
    connection: Connection, aging: Aging, *, after: int, below: int | None, most: int
) -> tuple[int, int | None]:
    """Look at a batch of rows by number, those after one and below another, and delete what nobody
    needs; return how many those were, and the last number looked at, None at the end."""
    number = aging.table.c.number
    bounds = [number > after, *([number < below] if below is not None else [])]
    page = select(number).where(*bounds).order_by(number).limit(most)
    looked = connection.scalars(page).all()
    if not looked:
        return 0, None
    mine = number.between(looked[0], looked[-1])
    gone = connection.execute(delete(aging.table).where(mine, aging.needless))
    return gone.rowcount, looked[-1]


def drop_queued(connection: Connection) -> None:
    """Forget the messages of runs that are over: they wait for no room any more."""
    over = select(enrollments.c.id).where(enrollments.c.status == "finished")
    connection.execute(delete(queued_messages).where(queued_messages.c.enrollment.in_(over)))


def latest_rounds(connection: Connection, everybody: str) -> Sequence[tuple[str, str]]:
    """Return the latest round that is over of each schedule: the playbook and the firing's key. It
    is noted for the subject `everybody`."""
    each = select(applies.c.playbook).distinct().subquery()
    rule = func.regexp_replace(firings.c.key, "/[^/]*$", "")
    rows = connection.execute(
        select(firings.c.playbook, func.max(firings.c.key))
        .join(each, each.c.playbook == firings.c.playbook)
        .where(firings.c.subject == everybody)
        .group_by(firings.c.playbook, rule)
    )
    return [(row[0], row[1]) for row in rows]


def delete_rounds(
    connection: Connection,
    playbook: str,
    latest: str,
    *,
    everybody: str,
    before: datetime,
    most: int,
) -> int:
    """Delete at most so many firings of a schedule older than an instant, up to its `latest` round,
    whose own note stays: of the moments of a schedule only the latest is ever asked for."""
    rule = latest.rpartition("/")[0] + "/"
    rest = func.substr(firings.c.key, len(rule) + 1)
    key = (firings.c.playbook, firings.c.subject, firings.c.key)
    old = (
        select(*key)
        .where(
            firings.c.playbook == playbook,
            firings.c.at < before,
            func.starts_with(firings.c.key, rule),
            func.strpos(rest, "/") == 0,
            firings.c.key <= latest,
            not_((firings.c.subject == everybody) & (firings.c.key == latest)),
        )
        .limit(most)
    )
    return connection.execute(delete(firings).where(tuple_(*key).in_(old))).rowcount
