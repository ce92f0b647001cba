"""Applying a workspace: first what it would mean for each playbook and its runs, then doing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from sqlalchemy import Connection, func, select

from engine.effects.context import Context
from engine.effects.entities import AccountId
from engine.effects.matching import Live
from engine.effects.records import Records
from engine.effects.taking_stock import count_matching, forget, look_again, take_stock
from engine.errors import RunError
from engine.health.codec import models_from_json
from engine.language.workspace.codec import (
    workspace_from_json,
    workspace_hash,
    workspace_to_json,
)
from engine.language.workspace.model import Workspace
from engine.plan.codec import plan_hash
from engine.plan.model import Plan, PlanHash
from engine.services.transacting import transact
from engine.store import publishing
from engine.store.database import Database
from engine.store.tables import UNDER_WAY, enrollments, live_plans

Change = Literal["new", "changed", "unchanged", "retired"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What applying would mean for one playbook. `running` counts runs under way by plan; they all
    keep the plan they have. `matching` counts those that match a new condition of its triggers
    already: no run starts for them."""

    playbook: str
    change: Change
    plan: PlanHash | None
    before: PlanHash | None
    running: Mapping[PlanHash, int]
    matching: int = 0


def what_apply_means(
    database: Database, workspace: Workspace, plans: Mapping[str, Plan]
) -> tuple[Meaning, ...]:
    """Compare the workspace with what is live; writes nothing."""
    context = Context.of(workspace)
    with database.begin_with_records() as (connection, records):
        meanings = _meanings(connection, plans)
        return tuple(_counted(records, context, plans, one, count_matching) for one in meanings)


def apply(
    database: Database, workspace: Workspace, plans: Mapping[str, Plan], *, by: str
) -> tuple[Meaning, ...]:
    """Make the workspace and its plans the live ones, in one transaction; then look again at who
    changed during it."""
    now = database.now
    context = Context.of(workspace)
    with database.begin_with_records() as (connection, records):
        meanings = _meanings(connection, plans)
        document = workspace_to_json(workspace)
        if _computes_otherwise(connection, context):
            publishing.assess_anew(connection, now)
        publishing.put_workspace(connection, workspace_hash(workspace), document, now)
        for meaning in meanings:
            if meaning.change == "retired":
                publishing.retire(connection, meaning.playbook, now, by)
            elif meaning.change != "unchanged":
                kept = publishing.put_plan(connection, plans[meaning.playbook], now)
                publishing.make_live(connection, meaning.playbook, kept, now, by)
        for meaning in meanings:
            if meaning.change == "retired" and meaning.before:
                forget(records, meaning.playbook, records.plan(meaning.before))
        found = tuple(_counted(records, context, plans, one, take_stock) for one in meanings)
    for meaning in found:
        _look_again(database, context, plans, meaning)
    return found


def _look_again(
    database: Database, context: Context, plans: Mapping[str, Plan], meaning: Meaning
) -> None:
    if meaning.change not in ("new", "changed") or meaning.plan is None:
        return
    live = Live(meaning.playbook, meaning.plan, plans[meaning.playbook])

    def page(after: AccountId | None, records: Records) -> Sequence[AccountId]:
        before = records.plan(meaning.before) if meaning.before else None
        return look_again(records, context, live, before, after)

    after: AccountId | None = None
    while seen := transact(database, partial(page, after)):
        after = seen[-1]


def computes_otherwise(database: Database, workspace: Workspace) -> bool:
    """Tell whether applying would have the health of every account looked at again."""
    context = Context.of(workspace)
    with database.begin() as connection:
        return _computes_otherwise(connection, context)


def _computes_otherwise(connection: Connection, context: Context) -> bool:
    """Tell whether health is computed, or bands are told apart, otherwise than until now."""
    before = publishing.current_workspace_hash(connection)
    if before is None:
        return bool(context.health.models)
    try:
        known = workspace_from_json(publishing.workspace(connection, before))
        bands = [(band.name, band.at_least) for band in known.bands]
        models = models_from_json(known.health, bands)
    except RunError:  # another version of Tenure wrote it
        return True
    versions = [one.id for one in models.models], [one.id for one in context.health.models]
    return versions[0] != versions[1] or models.bands != context.health.bands


def _counted(
    records: Records,
    context: Context,
    plans: Mapping[str, Plan],
    meaning: Meaning,
    count: Callable[[Records, Context, Live, Plan | None], int],
) -> Meaning:
    """Count those that match already; `count` may also write them down."""
    if meaning.change not in ("new", "changed") or meaning.plan is None:
        return meaning
    live = Live(meaning.playbook, meaning.plan, plans[meaning.playbook])
    before = records.plan(meaning.before) if meaning.before else None
    return replace(meaning, matching=count(records, context, live, before))


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
