"""Runs: what they wait for, what they handed out and sent, what happened, what is owed to them."""

from __future__ import annotations

from typing import get_args

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from engine.effects.entities import EffectStatus, EnrollmentStatus, TaskKind, TaskStatus
from engine.store.tables.columns import AT, ID, UPDATED_OFTEN, id_column, metadata, one_of

enrollments = Table(
    "enrollments",
    metadata,
    id_column("id", primary_key=True),
    Column("playbook", Text(collation="C"), nullable=False),
    id_column("plan", ForeignKey("plans.hash"), index=True),
    id_column("account", ForeignKey("accounts.id")),
    Column("contact", ID, ForeignKey("contacts.id")),
    Column("subject", ID, Computed("COALESCE(contact, account)", persisted=True)),
    Column("status", Text, nullable=False),
    Column("started_at", AT, nullable=False),
    Column("trigger", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("roles", JSONB, nullable=False),
    Column("outcome", Text),
    Column("reason", Text, nullable=False),
    Column("ended_at", AT),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    one_of("status", get_args(EnrollmentStatus)),
    **UPDATED_OFTEN,
)
UNDER_WAY = text("status <> 'finished'")
Index(
    "enrollments_one_active",
    enrollments.c.playbook,
    enrollments.c.subject,
    unique=True,
    postgresql_where=UNDER_WAY,
)
Index(None, enrollments.c.playbook, enrollments.c.subject, enrollments.c.ended_at)
Index(None, enrollments.c.playbook, enrollments.c.started_at)
Index(None, enrollments.c.account, enrollments.c.status)
Index(None, enrollments.c.status, enrollments.c.number)
Index(None, enrollments.c.number)

waits = Table(
    "waits",
    metadata,
    id_column("enrollment", ForeignKey("enrollments.id", ondelete="CASCADE"), primary_key=True),
    id_column("id", primary_key=True),
    id_column("account", index=True),
    Column("node", ID),
    Column("path", ARRAY(Text), nullable=False),
    Column("slot", Text),
    Column("since", AT, nullable=False),
    Column("names", ARRAY(Text), nullable=False),
    Column("anchors", ARRAY(Text), nullable=False),
    Column("results", JSONB, nullable=False),
    Column("task", ID),
    Column("fact_kind", Text),
    Column("about", ID),
)
"""An account has a handful of waits, so the index on the account alone answers `waits_touched`;
an inverted one on the names would cost every insert more than it saves."""
Index(None, waits.c.task, postgresql_where=waits.c.task.is_not(None))
WAITS_FOR_THE_CLOCK = text("'clock.passed' = ANY (names)")
"""Of waits: those that the clock alone may end; a sweep looks at them."""
Index("waits_clock_idx", waits.c.account, postgresql_where=WAITS_FOR_THE_CLOCK)

tasks = Table(
    "tasks",
    metadata,
    id_column("id", primary_key=True),
    id_column("enrollment", ForeignKey("enrollments.id", ondelete="CASCADE")),
    id_column("node"),
    Column("path", ARRAY(Text), nullable=False),
    id_column("account", ForeignKey("accounts.id")),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("assignee", ID),
    Column("role", Text, nullable=False),
    id_column("watch"),
    Column("created_at", AT, nullable=False),
    Column("status", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("customer", Boolean, nullable=False),
    Column("due_at", AT),
    Column("snoozed_until", AT),
    Column("checklist", JSON, nullable=False),
    Column("ask", JSON, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("decision", Text),
    Column("priority", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("closed_at", AT),
    Column("closed_by", Text),
    Column("reason", Text, nullable=False),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    UniqueConstraint("enrollment", "node", "path"),
    one_of("kind", get_args(TaskKind)),
    one_of("status", get_args(TaskStatus)),
    one_of("priority", ("low", "normal", "high")),
    **UPDATED_OFTEN,
)
DUE = func.coalesce(tasks.c.due_at, literal_column("'infinity'::timestamptz"))
"""What inboxes are ordered by: tasks without a due date come last."""
_OPEN = text("status = 'open'")
Index("tasks_inbox_idx", tasks.c.assignee, DUE, tasks.c.id, postgresql_where=_OPEN)
Index("tasks_open_idx", DUE, tasks.c.id, postgresql_where=_OPEN)
Index("tasks_account_idx", tasks.c.account, DUE, tasks.c.id)

task_comments = Table(
    "task_comments",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    id_column("task", ForeignKey("tasks.id", ondelete="CASCADE"), index=True),
    id_column("by"),
    Column("at", AT, nullable=False),
    Column("text", Text, nullable=False),
)

effects = Table(
    "effects",
    metadata,
    id_column("key", primary_key=True),
    id_column("enrollment", ForeignKey("enrollments.id"), index=True),
    Column("node", ID),
    Column("path", ARRAY(Text), nullable=False),
    Column("verb", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("at", AT, nullable=False),
    id_column("account"),
    Column("recipient", ID),
    Column("provider", Text),
    Column("provider_id", Text),
    Column("reason", Text, nullable=False),
    Column("result", JSON, nullable=False),
    one_of("status", get_args(EffectStatus)),
)
TO_SOMEBODY = text("status IN ('intent', 'waiting', 'unknown', 'accepted')")
Index("effects_recipient_idx", effects.c.recipient, effects.c.at, postgresql_where=TO_SOMEBODY)
Index(
    "effects_unclear_idx",
    effects.c.at,
    postgresql_where=text("status IN ('intent', 'waiting', 'unknown', 'refused')"),
)

timeline = Table(
    "timeline",
    metadata,
    id_column("enrollment", ForeignKey("enrollments.id", ondelete="CASCADE"), primary_key=True),
    id_column("key", primary_key=True),
    Column("at", AT, nullable=False),
    Column("node", ID),
    Column("path", ARRAY(Text), nullable=False),
    Column("what", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("number", BigInteger, Identity(always=True), nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    id_column("enrollment"),
    Column("delivery", JSONB, nullable=False),
    Column("owed_at", AT, nullable=False, server_default=text("now()")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("not_before", AT, nullable=False, server_default=text("now()")),
    Column("error", Text, nullable=False, server_default=""),
)
"""What is undelivered: a delivered row is deleted. Its instants are real time."""
Index(None, outbox.c.enrollment, outbox.c.number)
