"""Runs as people see them: the list, a timeline, the ledger, sends that are unclear."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select, text, tuple_

from engine.effects.entities import (
    AccountId,
    Effect,
    Enrollment,
    EnrollmentId,
    EnrollmentStatus,
    Line,
)
from engine.errors import NotFound
from engine.store.queries.paging import page_size, read_number_cursor
from engine.store.rows import EFFECTS, ENROLLMENTS, LINES
from engine.store.tables import UNDER_WAY, accounts, effects, enrollments, outbox, timeline


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run with its account's name. `cursor` continues a list after it."""

    run: Enrollment
    account_name: str | None
    cursor: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run with its timeline and its part of the ledger, both oldest first."""

    run: Enrollment
    account_name: str | None
    lines: tuple[Line, ...]
    effects: tuple[Effect, ...]


_ROWS = select(*ENROLLMENTS.columns, accounts.c.name, enrollments.c.number).join_from(
    enrollments, accounts, accounts.c.id == enrollments.c.account
)


def list_runs(
    connection: Connection,
    *,
    status: EnrollmentStatus | None = None,
    playbook: str | None = None,
    account: AccountId | None = None,
    outcome: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[RunRow]:
    """Return a page of runs, the latest first."""
    given = {"status": status, "playbook": playbook, "account": account, "outcome": outcome}
    wanted = [enrollments.c[name] == value for name, value in given.items() if value is not None]
    if after is not None:
        wanted.append(enrollments.c.number < read_number_cursor(after))
    page = _ROWS.where(*wanted).order_by(enrollments.c.number.desc()).limit(page_size(limit))
    return [_row(row) for row in connection.execute(page)]


def show_run(connection: Connection, enrollment: EnrollmentId) -> RunPage:
    """Return a run with all that is written about it. Raises NotFound."""
    row = connection.execute(_ROWS.where(enrollments.c.id == enrollment)).first()
    if row is None:
        raise NotFound(f"there is no run {enrollment}", remedy="`tenure runs` shows the ids.")
    shown = _row(row)
    return RunPage(
        shown.run,
        shown.account_name,
        tuple(read_timeline(connection, enrollment)),
        tuple(read_ledger(connection, enrollment)),
    )


def read_timeline(connection: Connection, enrollment: EnrollmentId) -> Sequence[Line]:
    """Return a run's timeline, oldest first."""
    rows = connection.execute(
        select(*LINES.columns)
        .where(timeline.c.enrollment == enrollment)
        .order_by(timeline.c.at, timeline.c.number)
    )
    return [LINES.read(row) for row in rows]


def read_ledger(connection: Connection, enrollment: EnrollmentId) -> Sequence[Effect]:
    """Return a run's effects, oldest first."""
    rows = connection.execute(
        select(*EFFECTS.columns)
        .where(effects.c.enrollment == enrollment)
        .order_by(effects.c.at, effects.c.key)
    )
    return [EFFECTS.read(row) for row in rows]


def unclear_sends(
    connection: Connection, *, stale_before: datetime, limit: int = 50
) -> Sequence[Effect]:
    """Return sends that need a person, oldest first.

    Those are `unknown` ones (nobody knows whether they went out), `refused` ones, intents older
    than `stale_before` (their attempt died) and ones that have been waiting since before it.
    """
    # Written as the index is.
    is_unclear = text("effects.status IN ('intent', 'waiting', 'unknown', 'refused')")
    is_old = or_(effects.c.status.in_(("unknown", "refused")), effects.c.at < stale_before)
    rows = connection.execute(
        select(*EFFECTS.columns)
        .where(and_(is_unclear, is_old))
        .order_by(effects.c.at, effects.c.key)
        .limit(page_size(limit))
    )
    return [EFFECTS.read(row) for row in rows]


def handed_over(
    connection: Connection, after: Enrollment | None, limit: int
) -> Sequence[Enrollment]:
    """Return a page of the runs under way whose start is owed no more: whatever runs them has been
    given them. By playbook and subject, those after one."""
    owed = outbox.c.delivery["type"].astext == "Start"
    wanted: list[Any] = [UNDER_WAY, ~exists().where(outbox.c.enrollment == enrollments.c.id, owed)]
    place = (enrollments.c.playbook, enrollments.c.subject)
    if after is not None:
        wanted.append(tuple_(*place) > tuple_(after.playbook, after.subject))
    page = select(*ENROLLMENTS.columns).where(*wanted).order_by(*place).limit(limit)
    return [ENROLLMENTS.read(row) for row in connection.execute(page)]


def is_handed_over(connection: Connection, enrollment: EnrollmentId) -> bool:
    """Tell whether whatever runs a run has been given it."""
    owed = outbox.c.delivery["type"].astext == "Start"
    return not connection.scalar(select(exists().where(outbox.c.enrollment == enrollment, owed)))


def statuses(
    connection: Connection, wanted: Collection[EnrollmentId]
) -> Mapping[EnrollmentId, EnrollmentStatus]:
    """Return how the records hold some runs; those they do not know are missing."""
    query = select(enrollments.c.id, enrollments.c.status)
    rows = connection.execute(query.where(enrollments.c.id == func.any(list(wanted))))
    return {row[0]: row[1] for row in rows}


def failed_since(connection: Connection, since: datetime, limit: int = 50) -> Sequence[Enrollment]:
    """Return the runs that failed at or after an instant, the latest first."""
    wanted = (enrollments.c.status == "finished", enrollments.c.outcome == "failed")
    page = (
        select(*ENROLLMENTS.columns)
        .where(*wanted, enrollments.c.ended_at >= since)
        .order_by(enrollments.c.ended_at.desc(), enrollments.c.number.desc())
        .limit(page_size(limit))
    )
    return [ENROLLMENTS.read(row) for row in connection.execute(page)]


def _row(row: Any) -> RunRow:
    *run, account_name, number = row
    return RunRow(ENROLLMENTS.read(run), account_name, str(number))
