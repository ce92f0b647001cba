"""Plans and workspaces: kept by hash, and which of them are live.

A plan once kept never changes; a live plan is the one new runs of its playbook take.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.errors import NotFound
from engine.plan.codec import plan_hash, plan_to_json
from engine.plan.model import Plan, PlanHash
from engine.store.tables import accounts, applies, live_plans, plans, workspaces


def put_plan(connection: Connection, plan: Plan, at: datetime) -> PlanHash:
    """Keep a plan and return its hash. One that is kept already is left as it is."""
    hash = plan_hash(plan)
    connection.execute(
        upsert(plans)
        .values(hash=hash, playbook=plan.playbook, document=plan_to_json(plan), created_at=at)
        .on_conflict_do_nothing()
    )
    return hash


def make_live(connection: Connection, playbook: str, plan: PlanHash, at: datetime, by: str) -> bool:
    """Make a kept plan the live one of its playbook; False when it is that already."""
    live = upsert(live_plans).values(playbook=playbook, plan=plan, applied_at=at, applied_by=by)
    changed = connection.execute(
        live.on_conflict_do_update(
            index_elements=["playbook"],
            set_={name: live.excluded[name] for name in ("plan", "applied_at", "applied_by")},
            where=live_plans.c.plan != plan,
        ).returning(live_plans.c.playbook)
    ).first()
    if changed is not None:
        _note(connection, playbook, plan, at, by)
    return changed is not None


def retire(connection: Connection, playbook: str, at: datetime, by: str) -> bool:
    """Take a playbook out of service: it starts no new runs. False when it was not in service."""
    gone = connection.execute(
        delete(live_plans).where(live_plans.c.playbook == playbook).returning(live_plans.c.plan)
    ).first()
    if gone is not None:
        _note(connection, playbook, None, at, by)
    return gone is not None


def put_workspace(
    connection: Connection, hash: str, document: Mapping[str, Any], at: datetime
) -> bool:
    """Keep a workspace and make it the current one; False when it is that already."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("tenure.workspace"))))
    if current_workspace_hash(connection) == hash:
        return False
    connection.execute(update(workspaces).values(current=False).where(workspaces.c.current))
    kept = upsert(workspaces).values(hash=hash, document=document, applied_at=at, current=True)
    connection.execute(
        kept.on_conflict_do_update(
            index_elements=["hash"], set_={"applied_at": at, "current": True}
        )
    )
    return True


def assess_anew(connection: Connection, at: datetime) -> None:
    """Have the health of every account looked at again; accounts are locked in order of id."""
    ordered = select(accounts.c.id).order_by(accounts.c.id).with_for_update(key_share=True)
    connection.execute(update(accounts).where(accounts.c.id.in_(ordered)).values(reassess_at=at))


def current_workspace_hash(connection: Connection) -> str | None:
    """Return the hash of the current workspace, or None before the first apply."""
    return connection.scalar(select(workspaces.c.hash).where(workspaces.c.current))


def workspace(connection: Connection, hash: str) -> Mapping[str, Any]:
    """Return a kept workspace as its JSON."""
    document = connection.scalar(select(workspaces.c.document).where(workspaces.c.hash == hash))
    if document is None:
        raise NotFound(f"there is no workspace {hash}", remedy="Run `tenure apply` first.")
    found: Mapping[str, Any] = document
    return found


def _note(
    connection: Connection, playbook: str, plan: PlanHash | None, at: datetime, by: str
) -> None:
    connection.execute(
        insert(applies).values(playbook=playbook, plan=plan, applied_at=at, applied_by=by)
    )
