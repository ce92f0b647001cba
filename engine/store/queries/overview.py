"""The plans at a glance: which are live, and how many runs each has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.plan.model import PlanHash
from engine.store.tables import enrollments, live_plans, plans


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan, whether it is live, and how many runs of it there are under way and over. A `draft`
    decides and does not act."""

    playbook: str
    hash: PlanHash
    live: bool
    created_at: datetime
    under_way: int
    finished: int
    draft: bool


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
            func.coalesce(plans.c.document["enroll"]["mode"].astext == "draft", False),
        )
        .outerjoin(live_plans, live_plans.c.plan == plans.c.hash)
        .outerjoin(enrollments, enrollments.c.plan == plans.c.hash)
        .group_by(plans.c.hash, live_plans.c.plan)
        .order_by(plans.c.playbook, plans.c.created_at.desc(), plans.c.hash)
    )
    if playbook is not None:
        query = query.where(plans.c.playbook == playbook)
    return [PlanRow(*row) for row in connection.execute(query)]
