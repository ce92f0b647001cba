"""Writing the emails of a playbook's steps to each who gets them.

Reads the account when the step acts, so that a run always speaks with today's facts. Owns who gets
an email, from whom, and what its texts read; sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from engine.delivery.provider import Mailbox
from engine.delivery.rendering import render_email
from engine.delivery.templates import Template
from engine.effects.entities import Contact, User
from engine.effects.hours import send_window, why_not_now, zone_of
from engine.effects.knowing import Known, contact_field
from engine.effects.letters import Held, Letter, Nothing, email, send_key
from engine.effects.people import Found
from engine.effects.texts import render_text
from engine.errors import RunError
from engine.language import texts
from engine.plan.events import Do
from engine.plan.model import Effect, Json

Extras: TypeAlias = Callable[[Contact | User], Mapping[str, Any]]
"""What a letter to somebody says besides the template's own variables."""


def spec_of(known: Known, do: Do) -> Mapping[str, Json]:
    """Return what the step says it does."""
    node = known.plan.nodes[do.node] if do.node else None
    assert isinstance(node, Effect)
    return node.spec


def write_email(known: Known, do: Do) -> tuple[Letter, ...] | Nothing:
    """Write the email of a step to each of its recipients. Raises RunError for a template that is
    gone, or that lacks a value."""
    spec = spec_of(known, do)
    template = known.context.templates.get(spec["template"])
    if template is None:
        raise RunError(
            f"the template {spec['template']} is not in the workspace any more",
            remedy="Put it back and apply the workspace; the run goes on by itself.",
        )
    return to_each(known, do, template)


def to_each(
    known: Known, do: Do, template: Template, extras: Extras = lambda _: {}
) -> tuple[Letter, ...] | Nothing:
    """Write a letter to each of the step's recipients, copies with the first; or why to none."""
    spec = spec_of(known, do)
    found = known.find_each(spec["to"])
    people = [one for one in found if one.person is not None]
    if not people:
        return Nothing(why="; ".join(one.why for one in found) or "nobody to send to")
    copies = _mailboxes(known.find_each(spec.get("cc") or []))
    return tuple(
        _letter(known, do, template, one, copies if index == 0 else (), extras)
        for index, one in enumerate(people)
    )


def _letter(
    known: Known,
    do: Do,
    template: Template,
    found: Found,
    copies: tuple[Mailbox, ...],
    extras: Extras,
) -> Letter:
    assert found.person is not None
    person = found.person
    key = send_key(known.enrollment.id, do, person.id)
    zone = zone_of(known, person)
    if zone and (later := send_window(known.context, known.records.now, zone)) is not None:
        held = Held(later, why_not_now(known.context))
        return Letter(key, person.id, template.name, held, zone)
    rendered = render_email(
        template,
        {**_variables(known, do, template, person), **extras(person)},
        known.context.brand,
        reason=_reason(known, person),
        words_only=known.context.words_only,
    )
    sender, reply_to = _sender(known, do)
    return email(
        key,
        person.id,
        template.name,
        zone=zone,
        sender=sender,
        to=mailbox(person),
        cc=copies,
        reply_to=reply_to,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        date=known.records.now,
    )


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
    mine = known if isinstance(person, User) else replace(known, contact=person)
    variables = mine.variables(name for name in names if not name.startswith("inputs."))
    own = mine.variables(name for name in names if name.startswith("inputs."))
    variables["inputs"] = {**own.get("inputs", {}), **given}
    return variables


def _sender(known: Known, do: Do) -> tuple[Mailbox, str | None]:
    """Return who it is from: a person of ours writes in their own name, and gets the answer."""
    spec = spec_of(known, do)
    name, address = known.context.workspace.sender
    reply_to = _address(known, spec.get("reply_to")) or known.context.brand.reply_to
    if spec.get("from"):
        person = known.find(spec["from"]).person
        if isinstance(person, User):
            return (person.name, address), reply_to or person.email
    return (name, address), reply_to


def _address(known: Known, ref: Mapping[str, Json] | None) -> str | None:
    if not ref:
        return None
    found = known.find(ref).person
    return found.email if found else None


def mailbox(person: Contact | User) -> Mailbox:
    """Return the name and address of somebody."""
    name = person.name if isinstance(person, User) else str(contact_field(person, "name"))
    return (name if name != person.email else "", person.email)


def _mailboxes(found: list[Found]) -> tuple[Mailbox, ...]:
    return tuple(mailbox(one.person) for one in found if one.person is not None)
