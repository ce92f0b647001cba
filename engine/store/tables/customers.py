"""Customers, our own people, and what has happened: what everything else is about."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from engine.store.tables.columns import AT, ID, UPDATED_OFTEN, id_column, metadata, one_of

accounts = Table(
    "accounts",
    metadata,
    id_column("id", primary_key=True),
    Column("fields", JSONB, nullable=False),
    Column("score", Double),
    Column("band", Text),
    Column("band_since", AT),
    Column("assessment", JSONB),
    Column("reassess_at", AT),
    Column("name", Text, Computed("fields ->> 'name'", persisted=True)),
    Column("parent", ID, Computed("fields ->> 'parent'", persisted=True)),
    Column("csm", ID, Computed("fields ->> 'csm'", persisted=True)),
    **UPDATED_OFTEN,
)
Index(None, accounts.c.parent, postgresql_where=accounts.c.parent.is_not(None))
Index(None, accounts.c.csm, postgresql_where=accounts.c.csm.is_not(None))
Index(None, accounts.c.reassess_at, postgresql_where=accounts.c.reassess_at.is_not(None))

account_scores = Table(
    "account_scores",
    metadata,
    id_column("account", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("at", AT, primary_key=True),
    Column("score", Double, nullable=False),
    Column("band", Text, nullable=False),
    Column("known_at", AT, primary_key=True),
    Column("model", Text),
    Column("inputs", JSONB),
)
"""Scores as they were known: never rewritten by a change of model, nor by what came in later for
the same instant; see `scores`. `model` is null for a score that came from outside."""

health_overrides = Table(
    "health_overrides",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    id_column("account", ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("band", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("made_at", AT, nullable=False),
    Column("expires_at", AT),
    Column("ended_at", AT),
    Column("ended_by", Text),
)
Index(
    "health_overrides_one_in_force",
    health_overrides.c.account,
    unique=True,
    postgresql_where=health_overrides.c.ended_at.is_(None),
)

roll_ups = Table(
    "roll_ups",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    id_column("account", ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("at", AT, nullable=False),
)
"""Accounts of which a child has moved. Rows of their own, so that who changes a child locks no
parent; deleted when the parent has been assessed."""

contacts = Table(
    "contacts",
    metadata,
    id_column("id", primary_key=True),
    id_column("account", ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("fields", JSONB, nullable=False),
    Column("role", Text, Computed("fields ->> 'role'", persisted=True)),
    Column("email", Text, Computed("fields ->> 'email'", persisted=True), nullable=False),
)

users = Table(
    "users",
    metadata,
    id_column("id", primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("zone", Text),
    Column("calendar", Text, nullable=False),
    Column("manager", ID, ForeignKey("users.id", deferrable=True, initially="DEFERRED")),
)

user_leave = Table(
    "user_leave",
    metadata,
    id_column("user", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("first", Date, primary_key=True),
    Column("last", Date, nullable=False),
    CheckConstraint("first <= last", name="order"),
)

turns = Table(
    "turns",
    metadata,
    Column("team", Text, primary_key=True),
    Column("turn", Integer, nullable=False),
    postgresql_with={"fillfactor": "50"},
)

facts = Table(
    "facts",
    metadata,
    id_column("id", primary_key=True),
    Column("kind", Text, nullable=False),
    id_column("account", ForeignKey("accounts.id")),
    Column("occurred_at", AT, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("contact", ID),
    Column("enrollment", ID),
    Column("node", ID),
    Column("path", ARRAY(Text), nullable=False),
    Column("known_at", AT, nullable=False),
    Column("number", BigInteger, Identity(always=True), nullable=False),
)
"""What outsiders said happened: contact and enrollment are taken as said, not enforced."""
Index(None, facts.c.account, facts.c.kind, facts.c.occurred_at)

rejects = Table(
    "rejects",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("received_at", AT, nullable=False),
    Column("source", Text, nullable=False),
    Column("written", JSON, nullable=False),
    Column("why", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("closed_at", AT),
    Column("closed_by", Text),
    one_of("status", ("open", "replayed", "dropped")),
)
Index("rejects_open_idx", rejects.c.number, postgresql_where=text("status = 'open'"))
