"""Plans as they were kept: by the beginning of their hash, and those that are live."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from engine.store.tables import live_plans, plans


def find_plans(connection: Connection, playbook: str, hash: str) -> list[tuple[str, Any]]:
    """Return (hash, document) of a playbook's kept plans whose hash begins so."""
    query = select(plans.c.hash, plans.c.document).where(plans.c.playbook == playbook)
    rows = connection.execute(query.where(plans.c.hash.startswith(hash, autoescape=True)))
    return [(row.hash, row.document) for row in rows]


def live_documents(connection: Connection) -> dict[str, Any]:
    """Return the documents of the live plans, by playbook."""
    query = select(live_plans.c.playbook, plans.c.document).join(
        plans, plans.c.hash == live_plans.c.plan
    )
    return {row.playbook: row.document for row in connection.execute(query)}
