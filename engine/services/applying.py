"""Applying a workspace: first what it would mean for each playbook and its runs, then doing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, select

from engine.language.workspace.codec import workspace_hash, workspace_to_json
from engine.language.workspace.model import Workspace
from engine.plan.codec import plan_hash
from engine.plan.model import Plan, PlanHash
from engine.store import publishing
from engine.store.database import Database
from engine.store.tables import UNDER_WAY, enrollments, live_plans

Change = Literal["new", "changed", "unchanged", "retired"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What applying would mean for one playbook. `running` counts runs under way by plan; they all
    keep the plan they have."""

    playbook: str
    change: Change
    plan: PlanHash | None
    before: PlanHash | None
    running: Mapping[PlanHash, int]


def what_apply_means(database: Database, plans: Mapping[str, Plan]) -> tuple[Meaning, ...]:
    """Compare the workspace with what is live; writes nothing."""
    with database.begin() as connection:
        return _meanings(connection, plans)


def apply(
    database: Database, workspace: Workspace, plans: Mapping[str, Plan], *, by: str
) -> tuple[Meaning, ...]:
    """Make the workspace and its plans the live ones, in one transaction."""
    now = database.now
    with database.begin() as connection:
        meanings = _meanings(connection, plans)
        document = workspace_to_json(workspace)
        publishing.put_workspace(connection, workspace_hash(workspace), document, now)
        for meaning in meanings:
            if meaning.change == "retired":
                publishing.retire(connection, meaning.playbook, now, by)
            elif meaning.change != "unchanged":
                kept = publishing.put_plan(connection, plans[meaning.playbook], now)
                publishing.make_live(connection, meaning.playbook, kept, now, by)
    return meanings


def _meanings(connection: Connection, plans: Mapping[str, Plan]) -> tuple[Meaning, ...]:
    live = {row.playbook: row.plan for row in connection.execute(select(live_plans))}
    running = _running(connection)
    names = sorted({*plans, *live})
    return tuple(_meaning(name, plans.get(name), live.get(name), running) for name in names)


def _meaning(
    name: str,
    plan: Plan | None,
    before: str | None,
    running: Mapping[str, Mapping[PlanHash, int]],
) -> Meaning:
    hash = plan_hash(plan) if plan else None
    change: Change = "changed"
    if hash is None:
        change = "retired"
    elif before is None:
        change = "new"
    elif hash == before:
        change = "unchanged"
    known = PlanHash(before) if before else None
    return Meaning(name, change, hash, known, running.get(name, {}))


def _running(connection: Connection) -> dict[str, dict[PlanHash, int]]:
    counted = (
        select(enrollments.c.playbook, enrollments.c.plan, func.count())
        .where(UNDER_WAY)
        .group_by(enrollments.c.playbook, enrollments.c.plan)
    )
    found: dict[str, dict[PlanHash, int]] = {}
    for playbook, plan, count in connection.execute(counted):
        found.setdefault(playbook, {})[PlanHash(plan)] = count
    return found
