"""Notices: what Tenure itself tells one of our own people outside any run.

A notice is written with what it is about, in one transaction, and sent afterwards: at most once,
marked before the call. Decides what it says and to whom; who calls it when is the shells' business.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

from engine.delivery.provider import Mailbox
from engine.delivery.rendering import render_email
from engine.effects.context import Context
from engine.effects.enrolling_entities import Notice
from engine.effects.entities import EffectKey, Enrollment, User, UserId
from engine.effects.gates import Gate
from engine.effects.letters import Letter, email
from engine.effects.own_mails import own_template
from engine.effects.people import find_person
from engine.effects.records import Records
from engine.effects.sending import Ways, send
from engine.plan.model import Plan

DEFAULT_OWNER = "cs_ops"
"""The role that owns a playbook which names nobody, where the workspace has it."""
AT_ONCE = 20
_BECOMES = {"accepted": "sent", "waiting": "owed"}

Transaction: TypeAlias = Callable[[], AbstractContextManager[Records]]


def tell_of_brake(
    records: Records, context: Context, run: Enrollment, plan: Plan, gate: Gate
) -> None:
    """Owe the playbook's owner the news that the brake holds runs: once for each period of it."""
    per = plan.enroll["brake"]["per"]
    name = records.account(run.account).fields.get("name")
    records.put_notice(
        Notice(
            id=f"brake/{run.playbook}/{per}/{gate.values['since']}",
            at=records.now,
            kind="brake",
            recipient=_owner(records, context, run, plan),
            data={
                "playbook": run.playbook,
                "title": plan.title,
                "at_most": gate.values["at_most"],
                "per": per,
                "account": str(name or run.account),
            },
        )
    )


def _owner(records: Records, context: Context, run: Enrollment, plan: Plan) -> str | None:
    """Return the user who owns a playbook; None: whoever reads the workspace's own address."""
    named = plan.enroll.get("owner")
    if named is None and DEFAULT_OWNER in context.workspace.roles:
        named = {"role": DEFAULT_OWNER}
    if named is None:
        return None
    found = find_person(records, context, run, named, ())
    return found.person.id if isinstance(found.person, User) else None


def send_notices(transaction: Transaction, context: Context, ways: Ways) -> int:
    """Send what is owed; returns how many are settled by it. One that could certainly not be handed
    over is owed again, one that is unclear is not sent twice."""
    settled = 0
    with transaction() as records:
        owed = records.owed_notices(AT_ONCE)
        letters = {notice.id: _letter(records, context, notice) for notice in owed}
        for notice in letters:
            records.change_notice(notice, status="sending")
    for notice, letter in letters.items():
        sent = send(letter, ways)
        status = _BECOMES.get(sent.status, "failed")
        with transaction() as records:
            records.change_notice(notice, status=status, reason=sent.reason)
        settled += status != "owed"
    return settled


def _letter(records: Records, context: Context, notice: Notice) -> Letter:
    to = _mailbox(records, context, notice)
    template = f"{notice.kind}_notice"
    rendered = render_email(
        own_template(template),
        {"person": {"name": to[0] or to[1]}, **notice.data},
        context.brand,
        reason=f"Sent by Tenure to the owner of the playbook {notice.data['playbook']}.",
    )
    return email(
        EffectKey(f"notice/{notice.id}"),
        notice.recipient or "workspace",
        template,
        sender=context.workspace.sender,
        to=to,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        date=notice.at,
    )


def _mailbox(records: Records, context: Context, notice: Notice) -> Mailbox:
    person = records.user(UserId(notice.recipient)) if notice.recipient else None
    return (person.name, person.email) if person else context.workspace.sender
