"""Who enrolls: what triggers came to, what is held, what has fired, whom conditions hold for."""

from __future__ import annotations

from typing import get_args

from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.effects.enrolling_entities import (
    Decided,
    HeldKind,
    HeldStatus,
    NoticeKind,
    NoticeStatus,
)
from engine.store.tables.columns import AT, ID, id_column, metadata, one_of

decisions = Table(
    "decisions",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("at", AT, nullable=False),
    Column("playbook", Text(collation="C"), nullable=False),
    id_column("plan"),
    id_column("account"),
    Column("contact", ID),
    Column("decision", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("values", JSONB, nullable=False),
    Column("fact", ID),
    Column("enrollment", ID),
    one_of("decision", get_args(Decided)),
)
Index(None, decisions.c.account, decisions.c.playbook, decisions.c.number)
Index(None, decisions.c.playbook, decisions.c.number)

held = Table(
    "held",
    metadata,
    id_column("id", primary_key=True),
    Column("playbook", Text(collation="C"), nullable=False),
    id_column("account", ForeignKey("accounts.id")),
    Column("contact", ID, ForeignKey("contacts.id")),
    Column("subject", ID, Computed("COALESCE(contact, account)", persisted=True)),
    Column("kind", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("trigger", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("held_at", AT, nullable=False),
    Column("status", Text, nullable=False),
    Column("closed_at", AT),
    Column("closed_by", Text),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    one_of("kind", get_args(HeldKind)),
    one_of("status", get_args(HeldStatus)),
)
HELD_NOW = text("status = 'held'")
Index("held_one", held.c.playbook, held.c.subject, unique=True, postgresql_where=HELD_NOW)
Index("held_account_idx", held.c.account, held.c.number, postgresql_where=HELD_NOW)

notices = Table(
    "notices",
    metadata,
    id_column("id", primary_key=True),
    Column("at", AT, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recipient", ID),
    Column("data", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    one_of("kind", get_args(NoticeKind)),
    one_of("status", get_args(NoticeStatus)),
)
"""What Tenure itself tells our own people outside any run."""
Index("notices_owed_idx", notices.c.number, postgresql_where=text("status = 'owed'"))

firings = Table(
    "firings",
    metadata,
    Column("playbook", Text(collation="C"), primary_key=True),
    id_column("subject", primary_key=True),
    id_column("key", primary_key=True),
    Column("at", AT, nullable=False),
)
"""What a clock set off, so that it does so once: `key` names the trigger and the date or time."""
Index(None, firings.c.playbook, firings.c.at)
"""Sweeps look every minute, and firings are kept."""

sweep_failures = Table(
    "sweep_failures",
    metadata,
    Column("kind", Text, primary_key=True),
    id_column("account", primary_key=True),
    id_column("what", primary_key=True),
    Column("why", Text, nullable=False),
    Column("since", AT, nullable=False),
    Column("last_at", AT, nullable=False),
    Column("times", Integer, nullable=False),
)
"""Accounts that a sweep of a kind could do nothing for; `what` names the moment of a schedule, and
is empty where the next sweep comes to the account by itself."""

matching = Table(
    "matching",
    metadata,
    id_column("account", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    id_column("subject", primary_key=True),
    id_column("key", primary_key=True),
    Column("since", AT, nullable=False),
)
"""Whom a condition of a `matches` trigger holds for; `key` names the playbook and condition."""

queued_messages = Table(
    "queued_messages",
    metadata,
    id_column("contact", primary_key=True),
    id_column("key", primary_key=True),
    id_column("enrollment", ForeignKey("enrollments.id", ondelete="CASCADE"), index=True),
    Column("rank", Integer, nullable=False),
    Column("since", AT, nullable=False),
    Column("asks_at", AT, nullable=False),
)
"""Messages that wait for room below a cap; gone when they are sent or left out."""
