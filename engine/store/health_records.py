"""The records port on PostgreSQL, the part about health. One method, one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import JSONB

from engine.effects.entities import AccountId, Fact, Override
from engine.store import rows
from engine.store.rows import as_jsonb
from engine.store.statements import compiled, param
from engine.store.tables import accounts, facts, health_overrides
from engine.store.talking import Talk, missing_row

_this = param("account")
_KEEP_ASSESSMENT = compiled(
    update(accounts)
    .where(accounts.c.id == _this)
    .values(
        assessment=bindparam("assessment", type_=JSONB(none_as_null=True)),
        reassess_at=bindparam("reassess_at"),
    )
)
_DUE = compiled(
    select(accounts.c.id)
    .where(accounts.c.reassess_at <= bindparam("now"))
    .order_by(accounts.c.reassess_at, accounts.c.id)
    .limit(bindparam("most"))
)
_NEXT = compiled(select(func.min(accounts.c.reassess_at)))
_LATEST_FACT = compiled(
    select(*rows.FACTS.columns)
    .where(
        facts.c.account == _this,
        facts.c.kind == param("of_kind"),
        facts.c.occurred_at <= bindparam("now"),
    )
    .order_by(facts.c.occurred_at.desc(), facts.c.number.desc())
    .limit(literal_column("1"))
)
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

    def next_assessment(self) -> datetime | None:
        return self._sure(_NEXT)[0]  # type: ignore[no-any-return]

    def latest_fact(self, account: AccountId, kind: str) -> Fact | None:
        return self._one(rows.FACTS, _LATEST_FACT, account=account, of_kind=kind, now=self._now)

    def override(self, account: AccountId) -> Override | None:
        return self._one(rows.OVERRIDES, _OVERRIDE, account=account)

    def put_override(self, override: Override) -> None:
        self.end_override(override.account, override.made_at, override.by)
        self._keep(_PUT_OVERRIDE, None, **rows.OVERRIDES.parameters(override))

    def end_override(self, account: AccountId, at: datetime, by: str) -> None:
        self._keep(_END_OVERRIDE, None, account=account, at=at, by=by)
