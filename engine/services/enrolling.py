"""Enrolling by hand."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any

from engine.effects.context import Context
from engine.effects.enrolling import Enrolled, enroll
from engine.effects.entities import AccountId, ContactId
from engine.effects.records import Records
from engine.errors import InputError
from engine.plan.model import Plan
from engine.services.transacting import transact
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
    """Begin a run because a person says so, or say why not. `inputs` may be texts: they are read as
    what the playbook declares. NotFound for an unknown account or contact, InputError for a
    playbook that is not live, or for a contact or input it does not take."""

    def work(records: Records) -> Enrolled:
        records.account(AccountId(account), lock=True)
        plan = live_plan(records, playbook)
        _check_contact(records, plan, AccountId(account), contact)
        return enroll(
            records,
            context,
            playbook,
            AccountId(account),
            contact=ContactId(contact) if contact else None,
            trigger={"by": "hand", "user": by, "rule": f"by hand, {by}"},
            inputs={name: _input(plan, name, one) for name, one in (inputs or {}).items()},
            nonce=uuid.uuid4().hex,
            force=force,
        )

    return transact(database, work)


def live_plan(records: Records, playbook: str) -> Plan:
    """Return the plan of a playbook in service; InputError with the nearest name without one."""
    live = records.current_plans()
    if playbook not in live:
        near = nearest(playbook, live)
        those = f"Live are: {', '.join(sorted(live))}." if live else "None is live yet."
        raise InputError(
            f"no playbook {playbook!r} is live" + (f"; {near!r}?" if near else ""),
            remedy=f"{those} `tenure apply` puts those of a workspace to work.",
        )
    return records.plan(live[playbook])


def _check_contact(records: Records, plan: Plan, account: AccountId, contact: str | None) -> None:
    if plan.subject == "account":
        if contact is not None:
            raise InputError(
                f"{plan.playbook} runs for accounts, not for contacts",
                remedy="Leave the contact out.",
            )
        return
    if contact is None:
        raise InputError(f"{plan.playbook} runs for contacts", remedy="Say for which one.")
    if records.contact(ContactId(contact)).account != account:
        raise InputError(
            f"{contact} is not a contact of {account}",
            remedy=f"See its contacts with `tenure accounts show {account}`.",
        )


def _input(plan: Plan, name: str, given: Any) -> Any:
    spec = plan.inputs.get(name)
    if spec is None:
        near = nearest(name, plan.inputs)
        raise InputError(
            f"{plan.playbook} has no input {name!r}" + (f"; {near!r}?" if near else ""),
            remedy=f"It takes: {', '.join(plan.inputs) or 'none'}.",
        )
    value = _as_declared(spec.get("type", "text"), given)
    choices = spec.get("one_of")
    if value is None or (choices and value not in choices):
        wanted = f"one of: {', '.join(choices)}" if choices else f"a {spec.get('type', 'text')}"
        raise InputError(f"the input {name!r} does not fit", remedy=f"Give {wanted}.")
    return value


def _as_declared(kind: str, given: Any) -> Any:
    """Read a value as its kind; None when it is not one.

    >>> _as_declared("number", "3.5"), _as_declared("bool", "yes"), _as_declared("date", "soon")
    (3.5, True, None)
    """
    try:
        match kind:
            case "number":
                return float(given) if isfinite(float(given)) else None
            case "bool":
                return {"true": True, "yes": True, "false": False, "no": False}.get(
                    str(given).lower()
                )
            case "date":
                return date.fromisoformat(str(given)).isoformat()
    except ValueError:
        return None
    return str(given)
