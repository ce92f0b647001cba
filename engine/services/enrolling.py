"""Enrolling by hand."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from engine.effects.context import Context
from engine.effects.enrolling import Enrolled, enroll
from engine.effects.entities import AccountId, ContactId
from engine.effects.records import Records
from engine.errors import InputError
from engine.services.trying import transact
from engine.store.database import Database
from engine.wording import nearest


def enroll_by_hand(
    database: Database,
    context: Context,
    playbook: str,
    account: str,
    *,
    by: str,
    contact: str | None = None,
    inputs: Mapping[str, Any] | None = None,
    force: bool = False,
) -> Enrolled:
    """Begin a run because a person says so, or say why not. NotFound for an unknown account,
    InputError for a playbook that is not live."""

    def work(records: Records) -> Enrolled:
        records.account(AccountId(account))
        _check_live(records, playbook)
        return enroll(
            records,
            context,
            playbook,
            AccountId(account),
            contact=ContactId(contact) if contact else None,
            trigger={"by": "hand", "user": by, "rule": f"by hand, {by}"},
            inputs=inputs,
            nonce=uuid.uuid4().hex,
            force=force,
        )

    return transact(database, work)


def _check_live(records: Records, playbook: str) -> None:
    live = records.current_plans()
    if playbook not in live:
        near = nearest(playbook, live)
        raise InputError(
            f"no playbook {playbook!r} is live" + (f"; {near!r}?" if near else ""),
            remedy=f"Live are: {', '.join(sorted(live)) or 'none; run `tenure apply`'}.",
        )
