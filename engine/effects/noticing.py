"""Notices: what Tenure itself tells one of our own people outside any run.

A notice is written with what it is about, in one transaction, and sent afterwards: at most once,
marked before the call. Decides what it says and to whom; who calls it when is the shells' business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.delivery.provider import Mailbox, Message
from engine.delivery.rendering import render_email
from engine.effects.context import Context
from engine.effects.entities import Enrollment, Notice, User, UserId
from engine.effects.gates import Gate
from engine.effects.own_mails import own_template
from engine.effects.people import find_person
from engine.effects.records import Records
from engine.plan.model import Plan

DEFAULT_OWNER = "cs_ops"
"""The role that owns a playbook which names nobody, where the workspace has it."""


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


@dataclass(frozen=True, slots=True)
class NoticeMail:
    """A notice and the email it becomes."""

    notice: str
    message: Message


def take_notices(records: Records, context: Context, limit: int = 20) -> Sequence[NoticeMail]:
    """Write the emails of notices that are owed, and mark them: nobody else sends them then."""
    mails = []
    for notice in records.owed_notices(limit):
        records.change_notice(notice.id, status="sending")
        mails.append(NoticeMail(notice.id, _email(records, context, notice)))
    return mails


def settle_notice(records: Records, notice: str, *, sent: str, reason: str = "") -> None:
    """Write down what came of one: `sent` is the status of a send (`accepted`, `waiting`, …)."""
    status = {"accepted": "sent", "waiting": "owed"}.get(sent, "failed")
    records.change_notice(notice, status=status, reason=reason)


def _email(records: Records, context: Context, notice: Notice) -> Message:
    to = _mailbox(records, context, notice)
    rendered = render_email(
        own_template(f"{notice.kind}_notice"),
        {"person": {"name": to[0] or to[1]}, **notice.data},
        context.brand,
        reason=f"Sent by Tenure to the owner of the playbook {notice.data['playbook']}.",
    )
    return Message(
        key=f"notice/{notice.id}",
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
