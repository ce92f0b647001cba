"""Enrolling: one run of a playbook's live plan for an account or contact, or the reason why not.

The decision and the row are one transaction; "one active run per playbook and subject" is the
record keeper's constraint, not a look beforehand. Every trigger that was set off leaves a decision
behind, whatever it came to. What keeps a run out is in `gates`; what is held begins in `holding`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.effects.context import Context
from engine.effects.deliveries import Pause, Start, Stop
from engine.effects.enrolling_entities import Decided, Decision, Held
from engine.effects.entities import AccountId, ContactId, Enrollment, EnrollmentId
from engine.effects.gates import Gate, GateName, Gates
from engine.effects.noticing import tell_of_brake
from engine.effects.people import freeze_roles
from engine.effects.records import Records
from engine.plan.model import Plan, PlanHash

FORCED: frozenset[GateName] = frozenset(["when", "days", "again_after"])
"""What a person may leave out who enrolls by hand."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a trigger came to: the run that began, or None and why not. What is `held` may begin
    later, under the same id."""

    enrollment: EnrollmentId | None
    why: str
    decision: Decided
    held: EnrollmentId | None = None

    @property
    def said(self) -> str:
        """Why no run began, in words that tell what is held from what is refused."""
        return f"held: {self.why}" if self.decision == "held" else self.why


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
    """Begin a run, and owe it its start. The same `nonce` gives the same enrollment id. The account
    is locked by the caller, unless nothing of the playbook can be held.

    `force` (by hand only) leaves out the playbook's `when` and `again_after`, never the rule of one
    active run. The brake does not count what a person begins.
    """
    live = records.current_plans().get(playbook)
    if live is None:
        return Enrolled(None, f"no playbook {playbook} is live", "refused")
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
    by_hand: frozenset[GateName] = frozenset(["brake"] if trigger.get("by") == "hand" else [])
    return settle(records, context, run, by_hand | FORCED if force else by_hand)


def refuse_nobody(
    records: Records,
    playbook: str,
    live: PlanHash,
    account: AccountId,
    trigger: Mapping[str, Any],
    why: str = "the account has no contacts",
) -> Enrolled:
    """Write down that a contact playbook was set off, and for nobody."""
    records.put_decision(
        Decision(
            at=records.now,
            playbook=playbook,
            plan=live,
            account=account,
            contact=None,
            decision="refused",
            rule=_rule(trigger),
            why=why,
            values=trigger.get("values") or {},
            fact=trigger.get("fact"),
        )
    )
    return Enrolled(None, why, "refused")


def settle(
    records: Records,
    context: Context,
    run: Enrollment,
    leave_out: Collection[GateName],
    held: Held | None = None,
) -> Enrolled:
    """Decide a run and do what follows: begin it, hold it, or write down why not. `held` is what
    was held of it before."""
    plan = records.plan(run.plan)
    gates = Gates(records, context, run, plan)
    opened, shut = gates.passed(leave_out)
    if plan.enroll.get("mode") == "draft" and (shut is None or shut.shut == "held"):
        would = f"it would be held: {shut.why}" if shut else "it would begin now"
        return _decided(records, run, "draft", f"the playbook is a draft: {would}", opened)
    if shut is None:
        return _begin(records, context, run, plan, opened, gates.may_hold)
    if shut.shut == "refused":
        return _decided(records, run, "refused", shut.why, [shut])
    return _hold(records, context, run, plan, shut, held)


def _begin(
    records: Records,
    context: Context,
    run: Enrollment,
    plan: Plan,
    opened: Sequence[Gate],
    may_hold: bool,
) -> Enrolled:
    if plan.roles == "frozen":
        run = replace(run, roles=freeze_roles(records, context, run))
    if not records.put_enrollment(run):
        why = f"{run.playbook} is already under way for {run.subject}"
        return _decided(records, run, "refused", why, ())
    records.owe(Start(run.id))
    for gate in opened:
        for other in gate.runs:
            reason = f"{run.playbook} comes first ({gate.why.partition(':')[0]})"
            records.owe(Pause(other.id, reason, records.now))
    if may_hold:
        _drop_what_was_held(records, run)
    said = "; ".join(gate.why for gate in opened if gate.values)
    _decided(records, run, "started", said, opened)
    return Enrolled(run.id, str(run.trigger.get("rule", run.trigger.get("by", ""))), "started")


def _drop_what_was_held(records: Records, run: Enrollment) -> None:
    """A run begins: what was held of its playbook for its subject has become of no use."""
    for one in records.held_for(run.account):
        if one.playbook == run.playbook and one.subject == run.subject and one.id != run.id:
            why = f"the run {run.id} has begun meanwhile"
            records.change_held(
                one.id, status="dropped", closed_at=records.now, closed_by="tenure", why=why
            )


def _hold(
    records: Records, context: Context, run: Enrollment, plan: Plan, gate: Gate, held: Held | None
) -> Enrolled:
    kept = Held(
        id=run.id,
        playbook=run.playbook,
        account=run.account,
        contact=run.contact,
        kind=gate.kind,
        why=gate.why,
        trigger=run.trigger,
        inputs=run.inputs,
        held_at=records.now,
    )
    if held is not None:
        if held.kind == gate.kind:  # nothing new
            return Enrolled(None, gate.why, "held", run.id)
        records.change_held(held.id, kind=gate.kind, why=gate.why)
    elif not records.put_held(kept):
        why = f"one is held already for {run.subject}: {gate.why}"
        return _decided(records, run, "refused", why, [gate])
    if gate.name == "under way":
        reason = f"begun anew: {run.trigger.get('rule') or run.trigger.get('by')}"
        for other in gate.runs:
            records.owe(Stop(other.id, reason, records.now, "restarted"))
    if gate.kind == "brake":
        tell_of_brake(records, context, run, plan, gate)
    return _decided(records, run, "held", gate.why, [gate])


# --- the decision -----------------------------------------------------------------------------


def _decided(
    records: Records, run: Enrollment, decision: Decided, why: str, gates: Sequence[Gate]
) -> Enrolled:
    values = dict(run.trigger.get("values") or {})
    for gate in gates:
        values |= gate.values
    records.put_decision(
        Decision(
            at=records.now,
            playbook=run.playbook,
            plan=run.plan,
            account=run.account,
            contact=run.contact,
            decision=decision,
            rule=_rule(run.trigger),
            why=why,
            values=values,
            fact=run.trigger.get("fact"),
            enrollment=run.id if decision == "started" else None,
        )
    )
    return Enrolled(None, why, decision, run.id if decision == "held" else None)


def _rule(trigger: Mapping[str, Any]) -> str:
    if "rule" in trigger:
        return str(trigger["rule"])
    if trigger.get("by") == "playbook":
        return f"started by {trigger.get('enrollment')}"
    return f"by {trigger.get('by')}"


# --- who and what -----------------------------------------------------------------------------


def subjects(
    records: Records, plan: Plan, account: AccountId, contact: ContactId | None = None
) -> list[ContactId | None]:
    """Return whom runs of a plan are begun for: the account (None), or the contact it is about,
    or else each of the account's."""
    if plan.subject == "account":
        return [None]
    if contact is not None:
        return [contact]
    return [one.id for one in records.contacts(account)]


def enrollment_id(playbook: str, subject: str, nonce: str) -> EnrollmentId:
    """Return a readable id, the same for the same nonce. Forty bits: a subject that has begun a
    playbook a thousand times does not meet an id of its own again.

    >>> enrollment_id("onboarding", "acme", "fact-1")
    'onboarding.acme.2fflssse'
    """
    digest = base64.b32encode(hashlib.sha256(nonce.encode()).digest()).decode().lower()
    return EnrollmentId(f"{playbook}.{subject}.{digest[:8]}")


def _defaults(plan: Plan) -> dict[str, Any]:
    return {
        name: spec["default"]
        for name, spec in plan.inputs.items()
        if isinstance(spec, Mapping) and spec.get("default") is not None
    }
