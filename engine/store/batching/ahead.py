"""What a batch reads at once for all of its accounts: the statements, by what they find.

Owns SQL only; each takes the accounts as one array. Nothing here is about a single fact.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, Text, any_, bindparam, cast, func, lateral, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from engine.store import rows, statements
from engine.store.compiling import compiled
from engine.store.rows import Rows
from engine.store.scores import counting, latest_known
from engine.store.tables import (
    HELD_NOW,
    UNDER_WAY,
    account_scores,
    accounts,
    contacts,
    enrollments,
    facts,
    health_overrides,
    held,
    matching,
    waits,
)

_ids: ColumnElement[Any] = cast(bindparam("accounts"), ARRAY(Text))


def _of_each(kind: Rows[Any], *conditions: Any) -> Any:
    return select(*kind.columns).where(kind.table.c.account == any_(_ids), *conditions)


LOCK_ACCOUNTS = compiled(
    select(*rows.ACCOUNTS.columns)
    .where(accounts.c.id == any_(_ids))
    .order_by(accounts.c.id)
    .with_for_update(key_share=True)
)
KNOWN_FACTS = compiled(
    select(facts.c.id).where(facts.c.id == any_(cast(bindparam("facts"), ARRAY(Text))))
)
RUNS = compiled(
    _of_each(rows.ENROLLMENTS, UNDER_WAY).order_by(enrollments.c.started_at, enrollments.c.number)
)
WAITS = compiled(
    select(*rows.WAITS.columns)
    .join(enrollments, enrollments.c.id == waits.c.enrollment)
    .where(waits.c.account == any_(_ids), UNDER_WAY)
    .order_by(waits.c.since, waits.c.enrollment, waits.c.id)
)
CONTACTS = compiled(_of_each(rows.CONTACTS).order_by(contacts.c.id))
HELD = compiled(_of_each(rows.HELD, HELD_NOW).order_by(held.c.number))
OVERRIDES = compiled(_of_each(rows.OVERRIDES, health_overrides.c.ended_at.is_(None)))
MATCHING = compiled(
    select(matching.c.account, matching.c.key, matching.c.subject).where(
        matching.c.account == any_(_ids)
    )
)
ENDED = compiled(
    select(enrollments.c.playbook, enrollments.c.subject, func.max(enrollments.c.ended_at))
    .where(enrollments.c.account == any_(_ids), enrollments.c.ended_at.is_not(None))
    .group_by(enrollments.c.playbook, enrollments.c.subject)
)

_each = select(func.unnest(_ids).label("id")).subquery("each")
_of_this = account_scores.c.account == _each.c.id
LAST_SCORED = compiled(
    select(_each.c.id, select(func.max(account_scores.c.at)).where(_of_this).scalar_subquery())
)
_since: ColumnElement[Any] = bindparam("since")
_before = lateral(
    counting(account_scores.c.at, account_scores.c.score, account=_each.c.id, at=_since)
)
_later = lateral(
    latest_known(account_scores.c.at, account_scores.c.score).where(
        _of_this, account_scores.c.at > _since
    )
)
SCORES = compiled(
    select(_each.c.id, _before.c.at, _before.c.score)
    .select_from(_each.join(_before, literal_column("true")))
    .union_all(
        select(_each.c.id, _later.c.at, _later.c.score).select_from(
            _each.join(_later, literal_column("true"))
        )
    )
    .order_by(literal_column("1"), literal_column("2"))
)
"""Each account's scores after an instant, and the one before them; in order."""

FACTS_SINCE = statements.FACTS_SINCE
_kinds: ColumnElement[Any] = cast(bindparam("kinds"), ARRAY(Text))
_kind = select(func.unnest(_kinds).label("kind")).subquery("sort")
_latest = lateral(
    select(*rows.FACTS.columns)
    .where(
        facts.c.account == _each.c.id,
        facts.c.kind == _kind.c.kind,
        facts.c.occurred_at <= bindparam("now"),
    )
    .order_by(facts.c.occurred_at.desc(), facts.c.number.desc())
    .limit(literal_column("1"))
)
LATEST_FACTS = compiled(
    select(*(_latest.c[name] for name in rows.FACTS.names)).select_from(
        _each.join(_kind, literal_column("true")).join(_latest, literal_column("true"))
    )
)
FACTS_OF_ALL = compiled(
    _of_each(
        rows.FACTS,
        facts.c.kind == any_(_kinds),
        facts.c.occurred_at >= bindparam("since"),
    )
    .order_by(facts.c.occurred_at, facts.c.number)
    .limit(bindparam("most"))
)
