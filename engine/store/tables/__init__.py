"""The tables: what is kept, what must be unique, what refers to what. No statement is made here.

Columns carry the names of the fields of the entities in `engine/effects`, so that rows and values
map onto each other by name. Ids are texts in code-point order (collation C), whatever the
database's own collation. `json` keeps keys in the order they were written and is for what is shown
as it was put; `jsonb` for what is compared or searched. Every instant is workspace time but those
of the outbox and of `access`, which are real time.

columns      how columns are written
customers    accounts, contacts, users, facts
publishing   plans and workspaces
enrolling    decisions, what is held, what has fired
runs         enrollments, waits, tasks, the ledger, the timeline, the outbox
access       tokens, signed calls
"""

from engine.store.tables.access import hook_calls, tokens
from engine.store.tables.columns import metadata
from engine.store.tables.customers import (
    account_scores,
    accounts,
    contacts,
    facts,
    health_overrides,
    rejects,
    roll_ups,
    turns,
    user_leave,
    users,
)
from engine.store.tables.enrolling import (
    HELD_NOW,
    decisions,
    firings,
    held,
    matching,
    notices,
    queued_messages,
    sweep_failures,
)
from engine.store.tables.publishing import applies, live_plans, plans, workspaces
from engine.store.tables.runs import (
    DUE,
    TO_SOMEBODY,
    UNDER_WAY,
    WAITS_FOR_THE_CLOCK,
    effects,
    enrollments,
    outbox,
    task_comments,
    tasks,
    timeline,
    waits,
)

__all__ = [
    "DUE",
    "HELD_NOW",
    "TO_SOMEBODY",
    "UNDER_WAY",
    "WAITS_FOR_THE_CLOCK",
    "account_scores",
    "accounts",
    "applies",
    "contacts",
    "decisions",
    "effects",
    "enrollments",
    "facts",
    "firings",
    "health_overrides",
    "held",
    "hook_calls",
    "live_plans",
    "matching",
    "metadata",
    "notices",
    "outbox",
    "plans",
    "queued_messages",
    "rejects",
    "roll_ups",
    "sweep_failures",
    "task_comments",
    "tasks",
    "timeline",
    "tokens",
    "turns",
    "user_leave",
    "users",
    "waits",
    "workspaces",
]
