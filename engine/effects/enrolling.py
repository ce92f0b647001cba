"""Enrolling: one run of a playbook's live plan for an account or contact, or the reason why not.

The decision and the row are one transaction; "one active run per playbook and subject" is the
record keeper's constraint, not a look beforehand.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendars import add_span, format_span
from engine.effects.context import Context
from engine.effects.entities import AccountId, ContactId, Enrollment, EnrollmentId, Start
from engine.effects.knowing import Known
from engine.effects.people import freeze_roles
from engine.effects.records import Records
from engine.language.expressions import describe
from engine.plan.codec import decode
from engine.plan.model import Condition, Plan, Span


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The run that began, or None and why not."""

    enrollment: EnrollmentId | None
    why: str


def enroll(
    records: Records,
    context: Context,
    playbook: str,
    account: AccountId,
    *,
    contact: ContactId | None = None,
    trigger: Mapping[str, Any],
    inputs: Mapping[str, Any] | None = None,
    nonce: str,
    force: bool = False,
) -> Enrolled:
    """Begin a run, and owe it its start. The same `nonce` gives the same enrollment id.

    `force` (by hand only) leaves out the playbook's `when` and `again_after`, never the rule of one
    active run.
    """
    live = records.current_plans().get(playbook)
    if live is None:
        return Enrolled(None, f"no playbook {playbook} is live")
    plan = records.plan(live)
    run = Enrollment(
        id=enrollment_id(playbook, contact or account, nonce),
        playbook=playbook,
        plan=live,
        account=account,
        contact=contact if plan.subject == "contact" else None,
        status="active",
        started_at=records.now,
        trigger=trigger,
        inputs={**_defaults(plan), **(inputs or {})},
    )
    if not force and (why := _why_not(records, context, run, plan)):
        return Enrolled(None, why)
    if plan.roles == "frozen":
        run = replace(run, roles=freeze_roles(records, context, run))
    if not records.put_enrollment(run):
        return Enrolled(None, f"{playbook} is already under way for {run.subject}")
    records.owe(Start(run.id))
    return Enrolled(run.id, str(trigger.get("rule", trigger.get("by", ""))))


def subjects(
    records: Records, plan: Plan, account: AccountId, contact: ContactId | None
) -> list[ContactId | None]:
    """Return whom runs of a plan are begun for: the account (None), or the contact it is about,
    or else each of the account's."""
    if plan.subject == "account":
        return [None]
    if contact is not None:
        return [contact]
    return [one.id for one in records.contacts(account)]


def enrollment_id(playbook: str, subject: str, nonce: str) -> EnrollmentId:
    """Return a readable id, the same for the same nonce.

    >>> enrollment_id("onboarding", "acme", "fact-1")
    'onboarding.acme.2fflss'
    """
    digest = base64.b32encode(hashlib.sha256(nonce.encode()).digest()).decode().lower()
    return EnrollmentId(f"{playbook}.{subject}.{digest[:6]}")


def _defaults(plan: Plan) -> dict[str, Any]:
    return {
        name: spec["default"]
        for name, spec in plan.inputs.items()
        if isinstance(spec, Mapping) and spec.get("default") is not None
    }


def _why_not(records: Records, context: Context, run: Enrollment, plan: Plan) -> str:
    if (written := plan.enroll.get("when")) is not None:
        condition = decode(Condition, written)
        verdict = Known(records, context, run, plan, records.now).holds(condition)
        if not verdict.holds:
            return f"does not match: {describe(condition, verdict)}"
    if why := _outside_its_days(context, records, run, plan):
        return why
    if (again := plan.enroll.get("again_after")) is not None:
        span = decode(Span, again)
        ended = records.last_ended(run.playbook, run.subject)
        calendar = context.calendar_of(records.account(run.account))
        if ended is not None and add_span(calendar, ended, span) > records.now:
            return f"its last run ended {ended:%Y-%m-%d}, less than {format_span(span)} ago"
    return ""


def _outside_its_days(context: Context, records: Records, run: Enrollment, plan: Plan) -> str:
    """Say when a playbook starts runs only later, or no more; days are the account's own."""
    first, last = plan.enroll.get("from"), plan.enroll.get("until")
    if not first and not last:
        return ""
    zone = ZoneInfo(context.calendar_of(records.account(run.account)).zone)
    today = records.now.astimezone(zone).date().isoformat()
    if first and today < first:
        return f"it starts runs from {first} on"
    return f"it has started no runs since {last}" if last and today > last else ""
