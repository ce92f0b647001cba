"""The whole at a glance: which plans are live, how much of everything there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from engine.plan.model import PlanHash
from engine.store.tables import (
    accounts,
    applies,
    contacts,
    effects,
    enrollments,
    facts,
    live_plans,
    outbox,
    plans,
    tasks,
    users,
    waits,
)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan, whether it is live, and how many runs of it there are under way and over."""

    playbook: str
    hash: PlanHash
    live: bool
    created_at: datetime
    under_way: int
    finished: int


@dataclass(frozen=True, slots=True)
class Apply:
    """One change of a playbook's live plan; `plan` is None where it was retired."""

    playbook: str
    plan: PlanHash | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Stats:
    """How much of everything there is. Mappings are by status, kind or verb."""

    accounts: int
    contacts: int
    users: int
    waits: int
    owed: int
    runs: Mapping[str, int]
    outcomes: Mapping[str, int]
    tasks: Mapping[str, int]
    overdue: int
    facts: Mapping[str, int]
    effects: Mapping[tuple[str, str], int]


def list_plans(connection: Connection, *, playbook: str | None = None) -> Sequence[PlanRow]:
    """Return the kept plans by playbook, the latest first."""
    over = enrollments.c.status == "finished"
    query = (
        select(
            plans.c.playbook,
            plans.c.hash,
            live_plans.c.plan.is_not(None),
            plans.c.created_at,
            func.count(enrollments.c.id).filter(~over),
            func.count(enrollments.c.id).filter(over),
        )
        .outerjoin(live_plans, live_plans.c.plan == plans.c.hash)
        .outerjoin(enrollments, enrollments.c.plan == plans.c.hash)
        .group_by(plans.c.hash, live_plans.c.plan)
        .order_by(plans.c.playbook, plans.c.created_at.desc(), plans.c.hash)
    )
    if playbook is not None:
        query = query.where(plans.c.playbook == playbook)
    return [PlanRow(*row) for row in connection.execute(query)]


def list_applies(
    connection: Connection, *, playbook: str | None = None, limit: int = 50
) -> Sequence[Apply]:
    """Return the changes of live plans, the latest first."""
    query = (
        select(applies.c.playbook, applies.c.plan, applies.c.applied_at, applies.c.applied_by)
        .order_by(applies.c.number.desc())
        .limit(limit)
    )
    if playbook is not None:
        query = query.where(applies.c.playbook == playbook)
    return [Apply(*row) for row in connection.execute(query)]


def read_stats(connection: Connection, now: datetime) -> Stats:
    """Count everything; `now` decides what is overdue."""
    overdue = and_(tasks.c.status == "open", tasks.c.due_at < now)
    return Stats(
        accounts=_count(connection, accounts),
        contacts=_count(connection, contacts),
        users=_count(connection, users),
        waits=_count(connection, waits),
        owed=_count(connection, outbox),
        runs=_by(connection, enrollments.c.status),
        outcomes=_by(connection, enrollments.c.outcome),
        tasks=_by(connection, tasks.c.status),
        overdue=_count(connection, tasks, overdue),
        facts=_by(connection, facts.c.kind),
        effects={
            (verb, status): count
            for verb, status, count in connection.execute(
                select(effects.c.verb, effects.c.status, func.count()).group_by(
                    effects.c.verb, effects.c.status
                )
            )
        },
    )


def _count(connection: Connection, table: Table, *wanted: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(*wanted)) or 0


def _by(connection: Connection, column: ColumnElement[str | None]) -> Mapping[str, int]:
    query = select(column, func.count()).where(column.is_not(None)).group_by(column)
    return {word: count for word, count in connection.execute(query) if word is not None}
