"""Plans and workspaces: what was applied, and what is live."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Identity, Index, Table, Text
from sqlalchemy.dialects.postgresql import JSON

from engine.store.tables.columns import AT, ID, id_column, metadata

plans = Table(
    "plans",
    metadata,
    id_column("hash", primary_key=True),
    Column("playbook", Text, nullable=False, index=True),
    Column("document", JSON, nullable=False),
    Column("created_at", AT, nullable=False),
)

live_plans = Table(
    "live_plans",
    metadata,
    Column("playbook", Text, primary_key=True),
    id_column("plan", ForeignKey("plans.hash")),
    Column("applied_at", AT, nullable=False),
    Column("applied_by", Text, nullable=False),
)

applies = Table(
    "applies",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("playbook", Text, nullable=False, index=True),
    Column("plan", ID, ForeignKey("plans.hash")),
    Column("applied_at", AT, nullable=False),
    Column("applied_by", Text, nullable=False),
)
"""Every change of a live plan; `plan` is null where a playbook was taken out of service."""

workspaces = Table(
    "workspaces",
    metadata,
    id_column("hash", primary_key=True),
    Column("document", JSON, nullable=False),
    Column("applied_at", AT, nullable=False),
    Column("current", Boolean, nullable=False),
)
Index("workspaces_one_current", workspaces.c.current, unique=True, postgresql_where="current")
