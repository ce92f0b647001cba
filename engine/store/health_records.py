"""The records port on PostgreSQL, the part about health. One method, one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Text,
    any_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from engine.effects.entities import AccountId, Fact, Override
from engine.store import rows
from engine.store.compiling import compiled, param
from engine.store.rows import as_jsonb
from engine.store.tables import accounts, facts, health_overrides, roll_ups
from engine.store.talking import Talk, missing_row

SAYING = ("account.created", "account.changed")
"""Kinds of facts that say what fields of an account are."""
_this = param("account")
_KEEP_ASSESSMENT = compiled(
    update(accounts)
    .where(accounts.c.id == _this)
    .values(
        assessment=bindparam("assessment", type_=JSONB(none_as_null=True)),
        reassess_at=bindparam("reassess_at"),
    )
)
_clocked = select(accounts.c.id, accounts.c.reassess_at.label("at"))
_told = select(roll_ups.c.account.label("id"), roll_ups.c.at)
_due = union_all(_clocked.where(accounts.c.reassess_at <= bindparam("now")), _told).subquery()
_DUE = compiled(
    select(_due.c.id)
    .group_by(_due.c.id)
    .order_by(func.min(_due.c.at), _due.c.id)
    .limit(bindparam("most"))
)
_ROLL_UP = compiled(insert(roll_ups).values(account=_this, at=bindparam("now")).inline())
_PARENTS_TOLD = compiled(
    select(roll_ups.c.account).distinct().order_by(roll_ups.c.account).limit(bindparam("most"))
)
_FORGET_ROLL_UPS = compiled(delete(roll_ups).where(roll_ups.c.account == _this))
_each_kind = (
    func.unnest(cast(bindparam("kinds"), ARRAY(Text))).table_valued("kind").render_derived("one")
)
_last = (
    select(*rows.FACTS.columns)
    .where(
        facts.c.account == _this,
        facts.c.kind == _each_kind.c.kind,
        facts.c.occurred_at <= bindparam("now"),
    )
    .order_by(facts.c.occurred_at.desc(), facts.c.number.desc())
    .limit(literal_column("1"))
    .lateral("last")
)
_LATEST_FACTS = compiled(
    select(*_last.c).select_from(_each_kind.join(_last, literal_column("true")))
)
_fields = facts.c.data.op("->")(literal_column("'fields'"))
_name = func.jsonb_object_keys(_fields).table_valued("name").render_derived("named").lateral()


def _fields_said(*columns: Any, where: Any) -> Any:
    """When each field was said last, by fact; `columns` come first."""
    return (
        select(*columns, _name.c.name, func.max(facts.c.occurred_at))
        .select_from(facts)
        .join(_name, literal_column("true"))
        .where(
            where,
            facts.c.kind.in_([literal_column(f"'{kind}'") for kind in SAYING]),
            facts.c.occurred_at <= bindparam("now"),
            func.jsonb_typeof(_fields) == literal_column("'object'"),
            _name.c.name == any_(cast(bindparam("names"), ARRAY(Text))),
        )
        .group_by(*columns, _name.c.name)
    )


_FIELDS_SAID = compiled(_fields_said(where=facts.c.account == _this))
_any_of = facts.c.account == any_(cast(bindparam("accounts"), ARRAY(Text)))
FIELDS_SAID_OF_ALL = compiled(_fields_said(facts.c.account, where=_any_of))
_in_force = (health_overrides.c.account == _this) & health_overrides.c.ended_at.is_(None)
_OVERRIDE = compiled(select(*rows.OVERRIDES.columns).where(_in_force))
_PUT_OVERRIDE = compiled(
    insert(health_overrides)
    .values({name: bindparam(name) for name in rows.OVERRIDES.names})
    .inline()
)
_END_OVERRIDE = compiled(
    update(health_overrides)
    .where(_in_force)
    .values(ended_at=bindparam("at"), ended_by=bindparam("by"))
)


class HealthOnPostgres(Talk):
    """`HealthRecords` over one transaction."""

    def keep_assessment(
        self,
        account: AccountId,
        assessment: Mapping[str, Any] | None,
        reassess_at: datetime | None,
    ) -> None:
        self._memo.forget("account", account)
        written = None if assessment is None else as_jsonb(assessment)
        missing = missing_row("account", account)
        self._keep(
            _KEEP_ASSESSMENT,
            missing,
            account=account,
            assessment=written,
            reassess_at=reassess_at,
        )

    def due_for_assessment(self, limit: int) -> Sequence[AccountId]:
        return [row[0] for row in self._rows(_DUE, now=self._now, most=limit)]

    def roll_up(self, parent: AccountId) -> None:
        self._keep(_ROLL_UP, None, account=parent, now=self._now)

    def parents_told(self, limit: int) -> Sequence[AccountId]:
        return [row[0] for row in self._rows(_PARENTS_TOLD, most=limit)]

    def forget_roll_ups(self, parent: AccountId) -> None:
        self._keep(_FORGET_ROLL_UPS, None, account=parent)

    def latest_facts(self, account: AccountId, kinds: Collection[str]) -> Mapping[str, Fact]:
        values = {"account": account, "kinds": sorted(kinds), "now": self._now}
        found = self._all(rows.FACTS, _LATEST_FACTS, **values) if kinds else ()
        return {fact.kind: fact for fact in found}

    def fields_said(self, account: AccountId, fields: Collection[str]) -> Mapping[str, datetime]:
        values = {"account": account, "names": sorted(fields), "now": self._now}
        return dict(self._rows(_FIELDS_SAID, **values)) if fields else {}

    def override(self, account: AccountId) -> Override | None:
        return self._one(rows.OVERRIDES, _OVERRIDE, account=account)

    def put_override(self, override: Override) -> None:
        self.end_override(override.account, override.made_at, override.by)
        self._keep(_PUT_OVERRIDE, None, **rows.OVERRIDES.parameters(override))

    def end_override(self, account: AccountId, at: datetime, by: str) -> None:
        self._keep(_END_OVERRIDE, None, account=account, at=at, by=by)
