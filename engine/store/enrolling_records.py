"""The records port on PostgreSQL, the part about enrolling. One method, one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
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
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql.elements import ColumnElement

from engine.effects.enrolling_entities import Decision, Held, Notice, Queued
from engine.effects.entities import MESSAGES, AccountId, ContactId, EffectKey
from engine.store import rows
from engine.store.compiling import compiled, param
from engine.store.tables import (
    HELD_NOW,
    TO_SOMEBODY,
    UNDER_WAY,
    WAITS_FOR_THE_CLOCK,
    accounts,
    contacts,
    decisions,
    effects,
    enrollments,
    firings,
    held,
    matching,
    notices,
    queued_messages,
    waits,
)
from engine.store.talking import Talk

_ONE: ColumnElement[int] = literal_column("1")
_account = param("account")

_PUT_DECISION = compiled(
    insert(decisions).values({name: bindparam(name) for name in rows.DECISIONS.names}).inline()
)
_DECISIONS = compiled(
    select(*rows.DECISIONS.columns)
    .where(decisions.c.account == _account, decisions.c.playbook == param("playbook"))
    .order_by(decisions.c.number.desc())
    .limit(bindparam("most"))
)
_BY_ITSELF = text("trigger ->> 'by' IS DISTINCT FROM 'hand' AND trigger -> 'released_by' IS NULL")
_STARTED_SINCE = compiled(
    select(func.count())
    .select_from(enrollments)
    .where(
        enrollments.c.playbook == param("playbook"),
        enrollments.c.started_at >= bindparam("since"),
        _BY_ITSELF,
    )
)
_LOCK_NAME = compiled(
    select(func.pg_advisory_xact_lock(func.hashtextextended(param("name"), literal_column("0"))))
)
_PUT_HELD = compiled(
    upsert(held)
    .values({name: bindparam(name) for name in rows.HELD.names})
    .on_conflict_do_nothing(index_elements=["playbook", "subject"], index_where=HELD_NOW)
    .returning(_ONE)
)
_A_HELD = compiled(select(*rows.HELD.columns).where(held.c.id == param("key")).with_for_update())
_HELD_FOR = compiled(
    select(*rows.HELD.columns).where(held.c.account == _account, HELD_NOW).order_by(held.c.number)
)
_PUT_NOTICE = compiled(
    upsert(notices)
    .values({name: bindparam(name) for name in rows.NOTICES.names})
    .on_conflict_do_nothing()
    .returning(_ONE)
)
_OWED_NOTICES = compiled(
    select(*rows.NOTICES.columns)
    .where(notices.c.status == literal_column("'owed'"))
    .order_by(notices.c.number)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_PUT_FIRING = compiled(
    upsert(firings)
    .values({name: bindparam(name) for name in ("playbook", "subject", "key", "at")})
    .on_conflict_do_nothing()
    .returning(_ONE)
)
_FIRED_SINCE = compiled(
    select(firings.c.subject, firings.c.key).where(
        firings.c.playbook == param("playbook"), firings.c.at >= bindparam("since")
    )
)
_written = accounts.c.fields.op("->>")(param("field"))
_DATED = compiled(
    select(accounts.c.id, _written)
    .where(func.left(_written, literal_column("10")).between(param("first"), param("last")))
    .order_by(accounts.c.id)
)
_day = func.left(contacts.c.fields.op("->>")(param("field")), literal_column("10"))
_CONTACTS_DATED = compiled(
    select(contacts.c.account, contacts.c.id)
    .where(_day.between(param("first"), param("last")))
    .order_by(contacts.c.account, contacts.c.id)
)
_EVERY = compiled(
    select(*rows.ACCOUNTS.columns)
    .where(accounts.c.id > param("after"))
    .order_by(accounts.c.id)
    .limit(bindparam("most"))
)
_CLOCKED = compiled(
    select(waits.c.account)
    .distinct()
    .join(enrollments, enrollments.c.id == waits.c.enrollment)
    .where(WAITS_FOR_THE_CLOCK, UNDER_WAY, waits.c.account > param("after"))
    .order_by(waits.c.account)
    .limit(bindparam("most"))
)
_MATCHING = compiled(
    select(matching.c.key, matching.c.subject).where(matching.c.account == _account)
)
_MATCHING_AMONG = compiled(
    select(matching.c.account, matching.c.key, matching.c.subject).where(
        matching.c.account.between(param("first"), param("last"))
    )
)
_PUT_MATCHING = compiled(
    upsert(matching)
    .values({name: bindparam(name) for name in ("account", "subject", "key", "since")})
    .on_conflict_do_nothing()
)
_DROP_MATCHING = compiled(
    delete(matching).where(
        matching.c.account == _account,
        matching.c.subject == param("subject"),
        matching.c.key == param("key"),
    )
)
_FORGET_MATCHING = compiled(delete(matching).where(matching.c.key == param("key")))
_MESSAGES_TO = compiled(
    select(effects.c.at)
    .where(
        effects.c.recipient == param("contact"),
        effects.c.at >= bindparam("since"),
        effects.c.verb == any_(cast(bindparam("verbs"), ARRAY(Text))),
        TO_SOMEBODY,
    )
    .order_by(effects.c.at)
)
_QUEUED = compiled(
    select(*rows.QUEUED.columns)
    .join(enrollments, enrollments.c.id == queued_messages.c.enrollment)
    .where(
        queued_messages.c.contact == param("contact"),
        enrollments.c.status == literal_column("'active'"),
    )
    .order_by(queued_messages.c.rank, queued_messages.c.since, queued_messages.c.key)
)
_QUEUE = compiled(
    upsert(queued_messages)
    .values({name: bindparam(name) for name in rows.QUEUED.names})
    .on_conflict_do_update(
        index_elements=["contact", "key"], set_={"asks_at": literal_column("excluded.asks_at")}
    )
)
_UNQUEUE = compiled(
    delete(queued_messages).where(
        queued_messages.c.contact == param("contact"), queued_messages.c.key == param("message")
    )
)


class EnrollingOnPostgres(Talk):
    """`EnrollingRecords` over one transaction."""

    # --- decisions and the brake --------------------------------------------------------------

    def put_decision(self, decision: Decision) -> None:
        self._keep(_PUT_DECISION, None, **rows.DECISIONS.parameters(decision))

    def decisions(self, playbook: str, account: AccountId, limit: int) -> Sequence[Decision]:
        values = {"playbook": playbook, "account": account, "most": limit}
        return self._all(rows.DECISIONS, _DECISIONS, **values)

    def started_since(self, playbook: str, since: datetime) -> int:
        return int(self._sure(_STARTED_SINCE, playbook=playbook, since=since)[0])

    def lock_brakes(self) -> None:
        self._rows(_LOCK_NAME, name="tenure.brakes")

    # --- held runs ----------------------------------------------------------------------------

    def put_held(self, held: Held) -> bool:
        return self._row(_PUT_HELD, **rows.HELD.parameters(held)) is not None

    def held(self, id: str) -> Held:
        return self._named(rows.HELD, _A_HELD, id, "held run")

    def held_for(self, account: AccountId) -> Sequence[Held]:
        return self._all(rows.HELD, _HELD_FOR, account=account)

    def change_held(self, id: str, **fields: Any) -> None:
        self._change(rows.HELD, id, fields, "held run")

    # --- notices ------------------------------------------------------------------------------

    def put_notice(self, notice: Notice) -> bool:
        return self._row(_PUT_NOTICE, **rows.NOTICES.parameters(notice)) is not None

    def owed_notices(self, limit: int) -> Sequence[Notice]:
        return self._all(rows.NOTICES, _OWED_NOTICES, most=limit)

    def change_notice(self, id: str, **fields: Any) -> None:
        self._change(rows.NOTICES, id, fields, "notice")

    # --- clocks -------------------------------------------------------------------------------

    def put_firing(self, playbook: str, subject: str, key: str) -> bool:
        values = {"playbook": playbook, "subject": subject, "key": key, "at": self._now}
        return self._row(_PUT_FIRING, **values) is not None

    def fired_since(self, playbook: str, since: datetime) -> frozenset[tuple[str, str]]:
        rows = self._rows(_FIRED_SINCE, playbook=playbook, since=since)
        return frozenset((subject, key) for subject, key in rows)

    def accounts_dated(
        self, field: str, first: date, last: date
    ) -> Sequence[tuple[AccountId, str]]:
        days = {"first": first.isoformat(), "last": last.isoformat()}
        return [(row[0], row[1]) for row in self._rows(_DATED, field=field, **days)]

    def contacts_dated(
        self, field: str, first: date, last: date
    ) -> Sequence[tuple[AccountId, ContactId]]:
        days = {"first": first.isoformat(), "last": last.isoformat()}
        return [(row[0], row[1]) for row in self._rows(_CONTACTS_DATED, field=field, **days)]

    def every_account(self, after: AccountId | None, limit: int) -> Sequence[AccountId]:
        """Whoever asks for a page looks at each of it: what that reads is read here, at once."""
        found = self._all(rows.ACCOUNTS, _EVERY, after=after or "", most=limit)
        if not found:
            return []
        held: dict[AccountId, set[tuple[str, str]]] = {one.id: set() for one in found}
        for account, *pair in self._rows(_MATCHING_AMONG, first=found[0].id, last=found[-1].id):
            held[account].add((pair[0], pair[1]))
        for one in found:
            self._memo.keep("account", one.id, one)
            self._memo.keep("matching", one.id, frozenset(held[one.id]))
        return list(held)

    def accounts_clocked(self, after: AccountId | None, limit: int) -> Sequence[AccountId]:
        return [row[0] for row in self._rows(_CLOCKED, after=after or "", most=limit)]

    # --- matches ------------------------------------------------------------------------------

    def matching(self, account: AccountId) -> frozenset[tuple[str, str]]:
        def read() -> frozenset[tuple[str, str]]:
            found = self._rows(_MATCHING, account=account)
            return frozenset((key, subject) for key, subject in found)

        return self._memo.recall("matching", account, read)

    def put_matching(self, account: AccountId, subject: str, key: str) -> None:
        values = {"account": account, "subject": subject, "key": key, "since": self._now}
        self._memo.forget("matching", account)
        self._keep(_PUT_MATCHING, None, **values)

    def drop_matching(self, account: AccountId, subject: str, key: str) -> None:
        self._memo.forget("matching", account)
        self._keep(_DROP_MATCHING, None, account=account, subject=subject, key=key)

    def forget_matching(self, key: str) -> None:
        self._memo.forget_each("matching")
        self._keep(_FORGET_MATCHING, None, key=key)

    # --- caps ---------------------------------------------------------------------------------

    def lock_contact(self, contact: ContactId) -> None:
        self._rows(_LOCK_NAME, name=f"tenure.contact.{contact}")

    def messages_to(self, contact: ContactId, since: datetime) -> Sequence[datetime]:
        values = {"contact": contact, "since": since, "verbs": list(MESSAGES)}
        return [row[0] for row in self._rows(_MESSAGES_TO, **values)]

    def queued_messages(self, contact: ContactId) -> Sequence[Queued]:
        return self._all(rows.QUEUED, _QUEUED, contact=contact)

    def queue_message(self, queued: Queued) -> None:
        self._keep(_QUEUE, None, **rows.QUEUED.parameters(queued))

    def unqueue_message(self, contact: ContactId, key: EffectKey) -> None:
        self._keep(_UNQUEUE, None, contact=contact, message=key)
