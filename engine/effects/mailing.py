"""Writing what the steps of a playbook send: emails, surveys, notices, calls.

Reads the account when the step acts, so that a run always speaks with today's facts. Owns who gets
it and when it may go out; sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path as FilePath
from typing import Any
from zoneinfo import ZoneInfo

from engine.delivery.provider import Mailbox, Message
from engine.delivery.rendering import render_email
from engine.delivery.templates import Template, parse_template
from engine.effects.context import Context
from engine.effects.entities import Contact, User
from engine.effects.knowing import Known, contact_field
from engine.effects.letters import ChatPost, HookCall, Letter, Nothing, send_key
from engine.effects.links import SurveyLink, make_token
from engine.effects.people import Found, find_contacts, find_person
from engine.effects.texts import render_text
from engine.errors import RunError
from engine.language import texts
from engine.plan.events import Do
from engine.plan.model import Effect, Json

SURVEYS: Mapping[str, tuple[int, int, str, str]] = {
    "nps": (0, 10, "Not at all likely is", "extremely likely"),
    "csat": (1, 5, "Very unsatisfied is", "very satisfied"),
    "ces": (1, 7, "Very difficult is", "very easy"),
}
"""Each survey's lowest and highest answer, and what they mean (Reichheld 2003 for NPS; ISO 10004
for CSAT; Dixon, Freeman and Toman 2010 for CES)."""


def spec_of(known: Known, do: Do) -> Mapping[str, Json]:
    """Return what the step says it does."""
    node = known.plan.nodes[do.node] if do.node else None
    assert isinstance(node, Effect)
    return node.spec


def write_email(known: Known, do: Do) -> tuple[Letter, ...] | Nothing:
    """Write the email of a step to each of its recipients."""
    spec = spec_of(known, do)
    template = known.context.templates.get(spec["template"])
    if template is None:
        raise RunError(
            f"the template {spec['template']} is not in the workspace any more",
            remedy="Put it back and apply the workspace; the run goes on by itself.",
        )
    return _to_each(known, do, template)


def _to_each(
    known: Known, do: Do, template: Template, more: Mapping[str, Any] | None = None
) -> tuple[Letter, ...] | Nothing:
    spec = spec_of(known, do)
    found = find_contacts(known.records, known.context, known.enrollment, spec["to"], do.path)
    people = [one for one in found if one.person is not None]
    if not people:
        return Nothing(why="; ".join(one.why for one in found) or "nobody to send to")
    if (later := _not_before(known, people)) is not None:
        first, last, _ = known.context.workspace.send_window
        return Nothing(why=f"outside their sending hours, {first} to {last}", later=later)
    copies = _mailboxes(
        find_contacts(known.records, known.context, known.enrollment, spec.get("cc") or [], do.path)
    )
    return tuple(
        _letter(known, do, template, one, copies if index == 0 else (), more)
        for index, one in enumerate(people)
    )


def _letter(
    known: Known,
    do: Do,
    template: Template,
    found: Found,
    copies: tuple[Mailbox, ...],
    more: Mapping[str, Any] | None,
) -> Letter:
    assert found.person is not None
    person = found.person
    key = send_key(known.enrollment.id, do, person.id)
    rendered = render_email(
        template,
        {**_variables(known, do, template, person), **_for_survey(known, do, person, more)},
        known.context.brand,
        reason=_reason(known, person),
    )
    sender, reply_to = _sender(known, do)
    message = Message(
        key=key,
        sender=sender,
        to=mailbox(person),
        cc=copies,
        reply_to=reply_to,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        date=known.records.now,
    )
    return Letter(key, person.id, template.name, message)


def _reason(known: Known, person: Contact | User) -> str:
    if isinstance(person, User):
        return ""
    return f"You get this as a contact of your company's account with {known.context.brand.name}."


def _variables(known: Known, do: Do, template: Template, person: Contact | User) -> dict[str, Any]:
    spec = spec_of(known, do)
    names = set(texts.variables_of(template.body))
    names |= texts.variables_of(template.subject) | texts.variables_of(template.preheader)
    given = {
        name: render_text(known, text, name) for name, text in (spec.get("with") or {}).items()
    }
    mine = known if isinstance(person, User) else _seen_by(known, person)
    variables = mine.variables(name for name in names if not name.startswith("inputs."))
    own = mine.variables(name for name in names if name.startswith("inputs."))
    variables["inputs"] = {**own.get("inputs", {}), **given}
    return variables


def _seen_by(known: Known, contact: Contact) -> Known:
    return Known(
        known.records,
        known.context,
        known.enrollment,
        known.plan,
        known.since,
        known.path,
        known.results,
        contact,
    )


def _sender(known: Known, do: Do) -> tuple[Mailbox, str | None]:
    """Return who it is from: a person of ours writes in their own name, and gets the answer."""
    spec = spec_of(known, do)
    name, address = known.context.workspace.sender
    reply_to = _address(known, do, spec.get("reply_to")) or known.context.brand.reply_to
    if spec.get("from"):
        person = find_person(
            known.records, known.context, known.enrollment, spec["from"], do.path
        ).person
        if isinstance(person, User):
            return (person.name, address), reply_to or person.email
    return (name, address), reply_to


def _address(known: Known, do: Do, ref: Mapping[str, Json] | None) -> str | None:
    if not ref:
        return None
    found = find_person(known.records, known.context, known.enrollment, ref, do.path).person
    return found.email if found else None


def mailbox(person: Contact | User) -> Mailbox:
    """Return the name and address of somebody."""
    name = person.name if isinstance(person, User) else str(contact_field(person, "name"))
    return (name if name != person.email else "", person.email)


def _mailboxes(found: list[Found]) -> tuple[Mailbox, ...]:
    return tuple(mailbox(one.person) for one in found if one.person is not None)


# --- hours ------------------------------------------------------------------------------------


def _not_before(known: Known, people: list[Found]) -> datetime | None:
    """Return when customers may next be written to, or None when they may now."""
    contacts = [one.person for one in people if isinstance(one.person, Contact)]
    if not contacts:
        return None
    zone = contacts[0].fields.get("zone") or _account_zone(known)
    return send_window(known.context, known.records.now, str(zone))


def _account_zone(known: Known) -> str:
    return known.context.calendar_of(known.records.account(known.enrollment.account)).zone


def send_window(context: Context, now: datetime, zone: str) -> datetime | None:
    """Return the start of the next sending hours in a zone, or None inside them."""
    first, last, weekdays_only = context.workspace.send_window
    local = now.astimezone(ZoneInfo(zone))
    if first <= local.hour < last and not (weekdays_only and local.weekday() >= 5):
        return None
    start = local.replace(hour=first, minute=0, second=0, microsecond=0)
    if local.hour >= first:
        start = (start.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone))
    while weekdays_only and start.weekday() >= 5:
        start = (start.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone))
    return start.astimezone(now.tzinfo)


# --- surveys ----------------------------------------------------------------------------------


def write_survey(known: Known, do: Do) -> tuple[Letter, ...] | Nothing:
    """Write the survey's email: one link for each answer."""
    spec = spec_of(known, do)
    name = spec.get("template")
    template = known.context.templates[name] if name else own_template("survey")
    question = render_text(known, spec["question"], f"question of {do.node}")
    return _to_each(known, do, template, {"question": question, "kind": spec["survey"]})


def _for_survey(
    known: Known, do: Do, person: Contact | User, more: Mapping[str, Any] | None
) -> dict[str, Any]:
    if more is None:
        return {}
    low, high, low_means, high_means = SURVEYS[more["kind"]]
    assert do.node is not None
    link = SurveyLink(known.enrollment.id, do.node, do.path, person.id)
    token = make_token(known.context.link_key, link)
    return {
        "question": more["question"],
        "person": {"name": contact_field(person, "first_name") or mailbox(person)[0]}
        if isinstance(person, Contact)
        else {"name": person.name},
        "answers": [
            {"label": str(score), "url": f"{known.context.public_url}/survey/{token}/{score}"}
            for score in range(low, high + 1)
        ],
        "low": low_means,
        "high": high_means,
    }


# --- notices and calls ------------------------------------------------------------------------


def write_notice(known: Known, do: Do) -> tuple[Letter, ...] | Nothing:
    """Write a notice to a chat channel, to people of ours, or to both."""
    spec = spec_of(known, do)
    text = render_text(known, spec["message"], f"message of {do.node}")
    letters = []
    if spec.get("channel"):
        key = send_key(known.enrollment.id, do, f"channel:{spec['channel']}")
        letters.append(Letter(key, spec["channel"], "chat", ChatPost(spec["channel"], text)))
    found = find_contacts(
        known.records, known.context, known.enrollment, spec.get("to") or [], do.path
    )
    for one in found:
        if one.person is not None:
            letters.append(internal(known, do, one.person, "notice", {"message": text}))
    if not letters:
        return Nothing(why="; ".join(one.why for one in found) or "nobody to notify")
    return tuple(letters)


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
    )
    key = send_key(known.enrollment.id, do, person.id, part)
    message = Message(
        key=key,
        sender=known.context.workspace.sender,
        to=mailbox(person),
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        date=known.records.now,
    )
    return Letter(key, person.id, name, message)


def write_call(known: Known, do: Do) -> tuple[Letter, ...]:
    """Write the JSON of a signed call: ids, and the texts the step names."""
    spec = spec_of(known, do)
    body = {name: render_text(known, text, name) for name, text in (spec.get("body") or {}).items()}
    payload = {
        "enrollment": known.enrollment.id,
        "playbook": known.enrollment.playbook,
        "account": known.enrollment.account,
        "step": do.node,
        "body": body,
    }
    key = send_key(known.enrollment.id, do, f"hook:{spec['hook']}")
    encoded = json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()
    return (Letter(key, spec["hook"], "call", HookCall(spec["hook"], encoded)),)


@cache
def own_template(name: str) -> Template:
    """Return one of the templates Tenure itself brings."""
    text = (FilePath(__file__).parent / "mails" / f"{name}.md").read_text(encoding="utf-8")
    return parse_template(f"tenure/{name}", text)
