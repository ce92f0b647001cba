"""The tables: what is kept, what must be unique, what refers to what. No statement is made here.

Columns carry the names of the fields of `engine/effects/entities.py`, so that rows and values map
onto each other by name. Ids are texts in code-point order (collation C), whatever the database's
own collation. `json` keeps keys in the order they were written and is for what is shown as it was
put; `jsonb` for what is compared or searched. Every instant is workspace time but the outbox's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from engine.effects.entities import (
    Decided,
    EffectStatus,
    EnrollmentStatus,
    HeldKind,
    HeldStatus,
    NoticeKind,
    NoticeStatus,
    TaskKind,
    TaskStatus,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "fk": "%(table_name)s_%(column_0_N_name)s_fk",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

_ID = Text(collation="C")
_AT = DateTime(timezone=True)
_UPDATED_OFTEN: dict[str, Any] = {"postgresql_with": {"fillfactor": "85"}}
"""Room on each page, so that an update need not touch the indices."""


def _id(name: str, *rest: Any, **options: Any) -> Column[str]:
    return Column(name, _ID, *rest, nullable=False, **options)


def _one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    shown = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({shown})", name=column)


# --- accounts and people ----------------------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    _id("id", primary_key=True),
    Column("fields", JSONB, nullable=False),
    Column("score", Double),
    Column("band", Text),
    Column("band_since", _AT),
    Column("assessment", JSONB),
    Column("reassess_at", _AT),
    Column("name", Text, Computed("fields ->> 'name'", persisted=True)),
    Column("parent", _ID, Computed("fields ->> 'parent'", persisted=True)),
    Column("csm", _ID, Computed("fields ->> 'csm'", persisted=True)),
    **_UPDATED_OFTEN,
)
Index(None, accounts.c.parent, postgresql_where=accounts.c.parent.is_not(None))
Index(None, accounts.c.csm, postgresql_where=accounts.c.csm.is_not(None))
Index(None, accounts.c.reassess_at, postgresql_where=accounts.c.reassess_at.is_not(None))

account_scores = Table(
    "account_scores",
    metadata,
    _id("account", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("at", _AT, primary_key=True),
    Column("score", Double, nullable=False),
    Column("band", Text, nullable=False),
    Column("known_at", _AT, nullable=False),
    Column("model", Text),
    Column("inputs", JSONB),
)
"""Scores as they were known: never rewritten by a change of model. `model` is null for a score that
came from outside."""

health_overrides = Table(
    "health_overrides",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    _id("account", ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("band", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("made_at", _AT, nullable=False),
    Column("expires_at", _AT),
    Column("ended_at", _AT),
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
    _id("account", ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("at", _AT, nullable=False),
)
"""Accounts of which a child has moved. Rows of their own, so that who changes a child locks no
parent; deleted when the parent has been assessed."""

contacts = Table(
    "contacts",
    metadata,
    _id("id", primary_key=True),
    _id("account", ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("fields", JSONB, nullable=False),
    Column("role", Text, Computed("fields ->> 'role'", persisted=True)),
    Column("email", Text, Computed("fields ->> 'email'", persisted=True), nullable=False),
)

users = Table(
    "users",
    metadata,
    _id("id", primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("zone", Text),
    Column("calendar", Text, nullable=False),
    Column("manager", _ID, ForeignKey("users.id", deferrable=True, initially="DEFERRED")),
)

user_leave = Table(
    "user_leave",
    metadata,
    _id("user", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
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

# --- plans and workspaces ---------------------------------------------------------------------

plans = Table(
    "plans",
    metadata,
    _id("hash", primary_key=True),
    Column("playbook", Text, nullable=False, index=True),
    Column("document", JSON, nullable=False),
    Column("created_at", _AT, nullable=False),
)

live_plans = Table(
    "live_plans",
    metadata,
    Column("playbook", Text, primary_key=True),
    _id("plan", ForeignKey("plans.hash")),
    Column("applied_at", _AT, nullable=False),
    Column("applied_by", Text, nullable=False),
)

applies = Table(
    "applies",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("playbook", Text, nullable=False, index=True),
    Column("plan", _ID, ForeignKey("plans.hash")),
    Column("applied_at", _AT, nullable=False),
    Column("applied_by", Text, nullable=False),
)
"""Every change of a live plan; `plan` is null where a playbook was taken out of service."""

workspaces = Table(
    "workspaces",
    metadata,
    _id("hash", primary_key=True),
    Column("document", JSON, nullable=False),
    Column("applied_at", _AT, nullable=False),
    Column("current", Boolean, nullable=False),
)
Index("workspaces_one_current", workspaces.c.current, unique=True, postgresql_where="current")

# --- runs -------------------------------------------------------------------------------------

enrollments = Table(
    "enrollments",
    metadata,
    _id("id", primary_key=True),
    Column("playbook", Text(collation="C"), nullable=False),
    _id("plan", ForeignKey("plans.hash"), index=True),
    _id("account", ForeignKey("accounts.id")),
    Column("contact", _ID, ForeignKey("contacts.id")),
    Column("subject", _ID, Computed("COALESCE(contact, account)", persisted=True)),
    Column("status", Text, nullable=False),
    Column("started_at", _AT, nullable=False),
    Column("trigger", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("roles", JSONB, nullable=False),
    Column("outcome", Text),
    Column("reason", Text, nullable=False),
    Column("ended_at", _AT),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    _one_of("status", get_args(EnrollmentStatus)),
    **_UPDATED_OFTEN,
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

facts = Table(
    "facts",
    metadata,
    _id("id", primary_key=True),
    Column("kind", Text, nullable=False),
    _id("account", ForeignKey("accounts.id")),
    Column("occurred_at", _AT, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("contact", _ID),
    Column("enrollment", _ID),
    Column("node", _ID),
    Column("path", ARRAY(Text), nullable=False),
    Column("known_at", _AT, nullable=False),
    Column("number", BigInteger, Identity(always=True), nullable=False),
)
"""What outsiders said happened: contact and enrollment are taken as said, not enforced."""
Index(None, facts.c.account, facts.c.kind, facts.c.occurred_at)

rejects = Table(
    "rejects",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("received_at", _AT, nullable=False),
    Column("source", Text, nullable=False),
    Column("written", JSON, nullable=False),
    Column("why", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("closed_at", _AT),
    Column("closed_by", Text),
    _one_of("status", ("open", "replayed", "dropped")),
)
Index("rejects_open_idx", rejects.c.number, postgresql_where=text("status = 'open'"))

# --- who enrolls ------------------------------------------------------------------------------

decisions = Table(
    "decisions",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("at", _AT, nullable=False),
    Column("playbook", Text(collation="C"), nullable=False),
    _id("plan"),
    _id("account"),
    Column("contact", _ID),
    Column("decision", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("values", JSONB, nullable=False),
    Column("fact", _ID),
    Column("enrollment", _ID),
    _one_of("decision", get_args(Decided)),
)
Index(None, decisions.c.account, decisions.c.playbook, decisions.c.number)
Index(None, decisions.c.playbook, decisions.c.number)

held = Table(
    "held",
    metadata,
    _id("id", primary_key=True),
    Column("playbook", Text(collation="C"), nullable=False),
    _id("account", ForeignKey("accounts.id")),
    Column("contact", _ID, ForeignKey("contacts.id")),
    Column("subject", _ID, Computed("COALESCE(contact, account)", persisted=True)),
    Column("kind", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("trigger", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("held_at", _AT, nullable=False),
    Column("status", Text, nullable=False),
    Column("closed_at", _AT),
    Column("closed_by", Text),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    _one_of("kind", get_args(HeldKind)),
    _one_of("status", get_args(HeldStatus)),
)
HELD_NOW = text("status = 'held'")
Index("held_one", held.c.playbook, held.c.subject, unique=True, postgresql_where=HELD_NOW)
Index("held_account_idx", held.c.account, held.c.number, postgresql_where=HELD_NOW)

notices = Table(
    "notices",
    metadata,
    _id("id", primary_key=True),
    Column("at", _AT, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recipient", _ID),
    Column("data", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    _one_of("kind", get_args(NoticeKind)),
    _one_of("status", get_args(NoticeStatus)),
)
"""What Tenure itself tells our own people outside any run."""
Index("notices_owed_idx", notices.c.number, postgresql_where=text("status = 'owed'"))

firings = Table(
    "firings",
    metadata,
    Column("playbook", Text(collation="C"), primary_key=True),
    _id("subject", primary_key=True),
    _id("key", primary_key=True),
    Column("at", _AT, nullable=False),
)
"""What a clock set off, so that it does so once: `key` names the trigger and the date or time."""
Index(None, firings.c.playbook, firings.c.at)
"""Sweeps look every minute, and firings are kept."""

matching = Table(
    "matching",
    metadata,
    _id("account", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    _id("subject", primary_key=True),
    _id("key", primary_key=True),
    Column("since", _AT, nullable=False),
)
"""Whom a condition of a `matches` trigger holds for; `key` names the playbook and condition."""

waits = Table(
    "waits",
    metadata,
    _id("enrollment", ForeignKey("enrollments.id", ondelete="CASCADE"), primary_key=True),
    _id("id", primary_key=True),
    _id("account", index=True),
    Column("node", _ID),
    Column("path", ARRAY(Text), nullable=False),
    Column("slot", Text),
    Column("since", _AT, nullable=False),
    Column("names", ARRAY(Text), nullable=False),
    Column("anchors", ARRAY(Text), nullable=False),
    Column("results", JSONB, nullable=False),
    Column("task", _ID),
    Column("fact_kind", Text),
    Column("about", _ID),
)
"""An account has a handful of waits, so the index on the account alone answers `waits_touched`;
an inverted one on the names would cost every insert more than it saves."""
Index(None, waits.c.task, postgresql_where=waits.c.task.is_not(None))
WAITS_FOR_THE_CLOCK = text("'clock.passed' = ANY (names)")
"""Of waits: those that the clock alone may end; a sweep looks at them."""
Index("waits_clock_idx", waits.c.account, postgresql_where=WAITS_FOR_THE_CLOCK)

# --- tasks ------------------------------------------------------------------------------------

tasks = Table(
    "tasks",
    metadata,
    _id("id", primary_key=True),
    _id("enrollment", ForeignKey("enrollments.id", ondelete="CASCADE")),
    _id("node"),
    Column("path", ARRAY(Text), nullable=False),
    _id("account", ForeignKey("accounts.id")),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("assignee", _ID),
    Column("role", Text, nullable=False),
    _id("watch"),
    Column("created_at", _AT, nullable=False),
    Column("status", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("customer", Boolean, nullable=False),
    Column("due_at", _AT),
    Column("snoozed_until", _AT),
    Column("checklist", JSON, nullable=False),
    Column("ask", JSON, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("decision", Text),
    Column("priority", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("closed_at", _AT),
    Column("closed_by", Text),
    Column("reason", Text, nullable=False),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    UniqueConstraint("enrollment", "node", "path"),
    _one_of("kind", get_args(TaskKind)),
    _one_of("status", get_args(TaskStatus)),
    _one_of("priority", ("low", "normal", "high")),
    **_UPDATED_OFTEN,
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
    _id("task", ForeignKey("tasks.id", ondelete="CASCADE"), index=True),
    _id("by"),
    Column("at", _AT, nullable=False),
    Column("text", Text, nullable=False),
)

# --- the ledger, the timeline, the outbox -----------------------------------------------------

effects = Table(
    "effects",
    metadata,
    _id("key", primary_key=True),
    _id("enrollment", ForeignKey("enrollments.id"), index=True),
    Column("node", _ID),
    Column("path", ARRAY(Text), nullable=False),
    Column("verb", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("at", _AT, nullable=False),
    _id("account"),
    Column("recipient", _ID),
    Column("provider", Text),
    Column("provider_id", Text),
    Column("reason", Text, nullable=False),
    Column("result", JSON, nullable=False),
    _one_of("status", get_args(EffectStatus)),
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
    _id("enrollment", ForeignKey("enrollments.id", ondelete="CASCADE"), primary_key=True),
    _id("key", primary_key=True),
    Column("at", _AT, nullable=False),
    Column("node", _ID),
    Column("path", ARRAY(Text), nullable=False),
    Column("what", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("number", BigInteger, Identity(always=True), nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    _id("enrollment"),
    Column("delivery", JSONB, nullable=False),
    Column("owed_at", _AT, nullable=False, server_default=text("now()")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("not_before", _AT, nullable=False, server_default=text("now()")),
    Column("error", Text, nullable=False, server_default=""),
)
"""What is undelivered: a delivered row is deleted. Its instants are real time."""
Index(None, outbox.c.enrollment, outbox.c.number)

# --- who may come in --------------------------------------------------------------------------

tokens = Table(
    "tokens",
    metadata,
    _id("id", primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", _AT),
    Column("revoked_at", _AT),
    Column("used_at", _AT),
)
"""Bearer tokens of the API: digests only. Their instants are real time."""

hook_calls = Table(
    "hook_calls",
    metadata,
    Column("hook", Text, primary_key=True),
    _id("nonce", primary_key=True),
    Column("at", _AT, nullable=False),
)
"""Signed calls that came in within the replay window, so that none comes in twice. Real time."""
