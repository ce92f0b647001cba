"""The statements of the records, as SQLAlchemy Core, compiled once per process. Owns SQL only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql.elements import ColumnElement

from engine.store import rows
from engine.store.compiling import compiled, param
from engine.store.rows import Rows
from engine.store.scores import counting, latest_known
from engine.store.tables import (
    UNDER_WAY,
    account_scores,
    accounts,
    contacts,
    effects,
    enrollments,
    facts,
    live_plans,
    outbox,
    plans,
    tasks,
    timeline,
    turns,
    user_leave,
    users,
    waits,
)


def _in(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column is one of a list given as one array parameter."""
    return column == any_(cast(bindparam(name), ARRAY(Text)))


def _all(kind: Rows[Any]) -> Select[Any]:
    return select(*kind.columns)


def _by_key(kind: Rows[Any]) -> Select[Any]:
    return _all(kind).where(kind.table.c[kind.key] == param("key"))


def _put(kind: Rows[Any]) -> Any:
    return upsert(kind.table).values({name: bindparam(name) for name in kind.names})


# --- accounts and people ----------------------------------------------------------------------

ACCOUNT = compiled(_by_key(rows.ACCOUNTS))
LOCK_ACCOUNT = compiled(_by_key(rows.ACCOUNTS).with_for_update(key_share=True))
CHILDREN = compiled(
    _all(rows.ACCOUNTS).where(accounts.c.parent == param("account")).order_by(accounts.c.id)
)
PUT_ACCOUNT = compiled(
    upsert(accounts)
    .values(id=bindparam("id"), fields=bindparam("fields", type_=JSONB))
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(literal_column("1"))
)
CHANGE_ACCOUNT = compiled(
    update(accounts)
    .where(accounts.c.id == param("this"))
    .values(fields=accounts.c.fields.op("||")(bindparam("fields", type_=JSONB)))
)
SCORE_AT = compiled(counting(account_scores.c.score, account=param("account"), at=bindparam("at")))
SCORES_SINCE = compiled(
    latest_known(account_scores.c.score).where(
        account_scores.c.account == param("account"), account_scores.c.at > bindparam("since")
    )
)
LAST_SCORED = compiled(
    select(func.max(account_scores.c.at)).where(account_scores.c.account == param("account"))
)
_history = upsert(account_scores).values(
    {
        name: bindparam(name)
        for name in ("account", "at", "score", "band", "known_at", "model", "inputs")
    }
)
PUT_SCORE = compiled(
    _history.on_conflict_do_update(
        index_elements=["account", "at", "known_at"],
        set_={name: _history.excluded[name] for name in ("score", "band", "model", "inputs")},
    )
)
CONTACTS = compiled(
    _all(rows.CONTACTS).where(contacts.c.account == param("account")).order_by(contacts.c.id)
)
CONTACT = compiled(_by_key(rows.CONTACTS))
PUT_CONTACT = compiled(
    upsert(contacts)
    .values(
        id=bindparam("id"),
        account=bindparam("account"),
        fields=bindparam("fields", type_=JSONB),
    )
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(literal_column("1"))
)
CHANGE_CONTACT = compiled(
    update(contacts)
    .where(contacts.c.id == param("this"))
    .values(fields=contacts.c.fields.op("||")(bindparam("fields", type_=JSONB)))
)
_leave = (
    select(
        func.array_agg(
            postgresql.aggregate_order_by(
                postgresql.array([user_leave.c.first, user_leave.c.last]), user_leave.c.first
            )
        )
    )
    .where(user_leave.c.user == users.c.id)
    .scalar_subquery()
)
_user = (
    *(users.c.id, users.c.name, users.c.email),
    *(users.c.zone, users.c.calendar, users.c.manager, _leave),
)
USER = compiled(select(*_user).where(users.c.id == param("user")))
OPEN_TASKS = compiled(
    select(tasks.c.assignee, func.count())
    .where(
        tasks.c.status == literal_column("'open'"),
        _in(tasks.c.assignee, "users"),
        ~tasks.c.customer,
    )
    .group_by(tasks.c.assignee)
)
NEXT_TURN = compiled(
    upsert(turns)
    .values(team=bindparam("team"), turn=literal_column("0"))
    .on_conflict_do_update(
        index_elements=["team"], set_={"turn": turns.c.turn + literal_column("1")}
    )
    .returning(turns.c.turn)
)

# --- plans and enrollments --------------------------------------------------------------------

PLAN = compiled(select(plans.c.document).where(plans.c.hash == param("hash")))
CURRENT_PLANS = compiled(
    select(live_plans.c.playbook, live_plans.c.plan).order_by(live_plans.c.playbook)
)
ENROLLMENT = compiled(_by_key(rows.ENROLLMENTS))
LOCK_ENROLLMENT = compiled(_by_key(rows.ENROLLMENTS).with_for_update(key_share=True))
_run = (
    select(*rows.ENROLLMENTS.columns, *rows.ACCOUNTS.columns, *_user)
    .select_from(
        enrollments.join(accounts, accounts.c.id == enrollments.c.account).outerjoin(
            users, users.c.id == accounts.c.csm
        )
    )
    .where(enrollments.c.id == param("key"))
)
RUN = compiled(_run)
"""A run, its account, and the account's CSM, if any."""
LOCK_RUN = compiled(_run.with_for_update(of=enrollments, key_share=True, skip_locked=True))
"""The same, locked; nothing when somebody else has it locked."""
_of_subject = and_(
    enrollments.c.playbook == param("playbook"), enrollments.c.subject == param("subject")
)
LAST_ENDED = compiled(select(func.max(enrollments.c.ended_at)).where(_of_subject))
ENROLLMENTS = compiled(
    _all(rows.ENROLLMENTS)
    .where(enrollments.c.account == param("account"), UNDER_WAY)
    .order_by(enrollments.c.started_at, enrollments.c.number)
)
PUT_ENROLLMENT = compiled(
    _put(rows.ENROLLMENTS)
    .on_conflict_do_nothing(index_elements=["playbook", "subject"], index_where=UNDER_WAY)
    .returning(literal_column("1"))
)

# --- facts and waits --------------------------------------------------------------------------

PUT_FACT = compiled(
    upsert(facts)
    .values({name: bindparam(name) for name in (*rows.FACTS.names, "known_at")})
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(literal_column("1"))
)
FACTS_SINCE = compiled(
    _all(rows.FACTS)
    .where(
        facts.c.account == param("account"),
        facts.c.occurred_at >= bindparam("since"),
        _in(facts.c.kind, "kinds"),
    )
    .order_by(facts.c.occurred_at, facts.c.number)
)
_wait = _put(rows.WAITS)
PUT_WAIT = compiled(
    _wait.on_conflict_do_update(
        index_elements=["enrollment", "id"],
        set_={
            name: _wait.excluded[name]
            for name in rows.WAITS.names
            if name not in ("enrollment", "id")
        },
    )
)
_waits_of = waits.c.enrollment == param("enrollment")
DROP_ALL_WAITS = compiled(waits.delete().where(_waits_of))
DROP_WAITS = compiled(waits.delete().where(_waits_of, _in(waits.c.id, "waits")))
HAS_WAIT = compiled(select(waits.c.id).where(_waits_of, waits.c.id == param("wait")))
_names = cast(bindparam("names"), ARRAY(Text))
WAITS_TOUCHED = compiled(
    _all(rows.WAITS)
    .join(enrollments, enrollments.c.id == waits.c.enrollment)
    .where(
        waits.c.account == param("account"),
        or_(
            waits.c.names.op("&&")(_names),
            waits.c.anchors.op("&&")(_names),
            waits.c.fact_kind == any_(_names),
        ),
        UNDER_WAY,
    )
    .order_by(waits.c.since, waits.c.enrollment, waits.c.id)
)
WAIT_FOR_TASK = compiled(_all(rows.WAITS).where(waits.c.task == param("task")))

# --- tasks ------------------------------------------------------------------------------------

PUT_TASK = compiled(insert(tasks).values({name: bindparam(name) for name in rows.TASKS.names}))
TASK = compiled(_by_key(rows.TASKS))
LOCK_TASK = compiled(_by_key(rows.TASKS).with_for_update(key_share=True))
_tasks_of = tasks.c.enrollment == param("enrollment")
TASK_OF = compiled(
    _all(rows.TASKS).where(
        _tasks_of,
        tasks.c.node == param("node"),
        tasks.c.path == cast(bindparam("path"), ARRAY(Text)),
    )
)
_oldest_first = (tasks.c.created_at, tasks.c.number)
TASKS_OF = compiled(_all(rows.TASKS).where(_tasks_of).order_by(*_oldest_first))
TASKS_OF_NODES = compiled(
    _all(rows.TASKS).where(_tasks_of, _in(tasks.c.node, "nodes")).order_by(*_oldest_first)
)

# --- the ledger, the timeline, the outbox -----------------------------------------------------

EFFECT = compiled(_by_key(rows.EFFECTS))
LOCK_EFFECT = compiled(_by_key(rows.EFFECTS).with_for_update(key_share=True))
LEAVE_OUT = compiled(
    update(effects)
    .where(
        effects.c.enrollment == param("enrollment"),
        effects.c.status == literal_column("'waiting'"),
    )
    .values(status=literal_column("'skipped'"), reason=bindparam("reason"))
)
PUT_EFFECT = compiled(
    _put(rows.EFFECTS).on_conflict_do_nothing(index_elements=["key"]).returning(literal_column("1"))
)
PUT_LINE = compiled(_put(rows.LINES).on_conflict_do_nothing(index_elements=["enrollment", "key"]))
LINE = compiled(
    _all(rows.LINES).where(
        timeline.c.enrollment == param("enrollment"), timeline.c.key == param("key")
    )
)
LINES = compiled(
    _all(rows.LINES)
    .where(timeline.c.enrollment == param("enrollment"))
    .order_by(timeline.c.at, timeline.c.number)
)
OWE = compiled(
    insert(outbox)
    .values(enrollment=bindparam("enrollment"), delivery=bindparam("delivery"))
    .inline()
)
