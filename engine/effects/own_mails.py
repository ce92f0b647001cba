"""The mails Tenure itself brings: reminders, escalations and notices to our own people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engine.delivery.rendering import render_email
from engine.delivery.templates import Template, parse_template
from engine.effects.entities import Contact, User
from engine.effects.knowing import Known
from engine.effects.letters import Letter, email, send_key
from engine.effects.mailing import mailbox
from engine.plan.events import Do


def internal(
    known: Known,
    do: Do,
    person: Contact | User,
    name: str,
    more: Mapping[str, Any],
    part: str = "",
) -> Letter:
    """Write one of our own mails to one of our own people."""
    account = known.records.account(known.enrollment.account)
    rendered = render_email(
        own_template(name),
        {
            "person": {"name": mailbox(person)[0] or person.id},
            "account": {"name": account.fields.get("name", account.id)},
            "playbook": known.plan.title,
            **more,
        },
        known.context.brand,
        reason=f"Sent by Tenure for the run {known.enrollment.id}.",
        words_only=known.context.words_only,
    )
    key = send_key(known.enrollment.id, do, person.id, part)
    return email(
        key,
        person.id,
        name,
        sender=known.context.workspace.sender,
        to=mailbox(person),
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        date=known.records.now,
    )


@cache
def own_template(name: str) -> Template:
    """Return one of the templates Tenure itself brings."""
    text = (Path(__file__).parent / "mails" / f"{name}.md").read_text(encoding="utf-8")
    return parse_template(f"tenure/{name}", text)
