"""Plans and workspaces: kept by hash, live on purpose, every change noted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from engine.errors import NotFound
from engine.plan.model import PlanHash
from engine.store import publishing
from engine.store.database import Database
from engine.store.tables import applies
from tests.records.samples import DAY, PLAN, PLAN_HASH, T0

OTHER = replace(PLAN, title="Another")


def test_live_plan_changes_and_every_change_is_noted(store: Database) -> None:
    name = PLAN.playbook
    with store.begin() as connection:
        first, second = (publishing.put_plan(connection, plan, T0) for plan in (PLAN, OTHER))
        assert publishing.put_plan(connection, PLAN, T0 + DAY) == first
        assert publishing.make_live(connection, name, first, T0, "u-1")
        assert not publishing.make_live(connection, name, first, T0, "u-2")
        assert publishing.make_live(connection, name, second, T0, "u-3")
    with store.transaction() as records:
        assert records.current_plans() == {name: second}
        assert records.plan(second) == OTHER
    with store.begin() as connection:
        assert publishing.retire(connection, name, T0, "u-4")
        assert not publishing.retire(connection, name, T0, "u-4")
        noted = select(
            applies.c.playbook, applies.c.plan, applies.c.applied_at, applies.c.applied_by
        )
        assert connection.execute(noted.order_by(applies.c.number)).all() == [
            (name, first, T0, "u-1"),
            (name, second, T0, "u-3"),
            (name, None, T0, "u-4"),
        ]


def test_plan_that_is_not_kept_cannot_be_live(store: Database) -> None:
    with pytest.raises(NotFound), store.begin() as connection:
        publishing.make_live(connection, "x", PlanHash("00"), T0, "u-1")


def test_nodes_keep_their_order(store: Database) -> None:
    (node,) = PLAN.nodes.values()
    nodes = {name: replace(node, id=name) for name in ("zz", "a", "mmm")}  # type: ignore[type-var]
    with store.begin() as connection:
        hash = publishing.put_plan(connection, replace(PLAN, nodes=nodes), T0)
    with store.transaction() as records:
        assert list(records.plan(hash).nodes) == ["zz", "a", "mmm"]
    assert hash != PLAN_HASH


def test_one_workspace_is_current(store: Database) -> None:
    with store.begin() as connection:
        assert publishing.current_workspace_hash(connection) is None
        assert publishing.put_workspace(connection, "h1", {"zone": "UTC", "a": 1}, T0)
        assert not publishing.put_workspace(connection, "h1", {}, T0)
        assert publishing.put_workspace(connection, "h2", {"name": "two"}, T0)
        assert publishing.current_workspace_hash(connection) == "h2"
        assert publishing.put_workspace(connection, "h1", {}, T0 + DAY)
        assert publishing.current_workspace_hash(connection) == "h1"
        assert list(publishing.workspace(connection, "h1")) == ["zone", "a"]
        with pytest.raises(NotFound, match="no workspace h3"):
            publishing.workspace(connection, "h3")
