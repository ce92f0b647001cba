"""Steps that send something, as nodes: email, survey, notify, call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.compile.making import StepMaking
from engine.language.compile.people_nodes import words_of
from engine.language.compile.templates import template_name
from engine.language.schema.message_steps import CallStep, EmailStep, NotifyStep, SurveyStep
from engine.language.schema.words import TeamRef, UserRef
from engine.plan.codec import encode
from engine.plan.model import After, Effect, EffectVerb, Json, NodeId, Task, Wait
from engine.wording import nearest

QUESTIONS: Mapping[str, str] = {
    "nps": "How likely are you to recommend us to a colleague?",
    "csat": "How satisfied are you with us?",
    "ces": "How easy was it to get done what you wanted?",
}


def _refs(
    making: StepMaking, given: list[str | TeamRef | UserRef] | None, key: str
) -> list[Mapping[str, Any]]:
    return [making.ref(one, key, index) for index, one in enumerate(given or ())]


def _sender(
    making: StepMaking, given: str | TeamRef | UserRef | None, key: str
) -> Mapping[str, Any] | None:
    return None if given in (None, "sender") else making.ref(given, key)


def _effect(
    making: StepMaking, verb: EffectVerb, spec: Mapping[str, Json], following: NodeId | None
) -> Effect:
    return Effect(
        id=making.id,
        source=making.source,
        next=following,
        reads=making.reads,
        verb=verb,
        spec=spec,
    )


def make_email(making: StepMaking, form: EmailStep) -> None:
    """An email, with somebody's approval before it where the author wants it."""
    template = template_name(form, making.making.name, making.making.workspace.templates)
    values = {name: making.text(text, "with", name) for name, text in form.values.items()}
    spec = {
        "template": template or form.template or form.email,
        "to": _refs(making, form.to, "to"),
        "cc": _refs(making, form.cc, "cc"),
        "from": _sender(making, form.sender, "from"),
        "reply_to": _sender(making, form.reply_to, "reply_to"),
        "with": values,
    }
    if form.approve is not None:
        _make_approval(making, form)
    making.making.emit(_effect(making, "send_email", spec, making.next))


def _make_approval(making: StepMaking, form: EmailStep) -> None:
    """The approval goes on to the email only when it is approved (or late, with `send`)."""
    approve = form.approve
    assert approve is not None
    spec = {
        "kind": "approval",
        "title": f"Approve the email: {words_of(form.email)}",
        "description": "",
        "assign": making.ref(approve.by, "approve", "by"),
        "fallback": None,
        "due": encode(making.when(approve.within, "approve", "within")),
        "checklist": [],
        "ask": {},
        "priority": "normal",
        "about": form.email,
    }
    routes: dict[str, NodeId | None] = {"approved": making.id}
    if approve.otherwise == "send":
        routes["timeout"] = making.id
    making.making.emit(
        Task(
            id=NodeId(f"{form.email}.approve"),
            source=making.source,
            next=making.next,
            reads=making.reads,
            spec=spec,
            within=making.when(approve.within, "approve", "within"),
            routes=routes,
        )
    )


def make_survey(making: StepMaking, form: SurveyStep) -> None:
    """A survey, and the wait for its answer."""
    kind: str | None = form.kind or next(
        (one for one in QUESTIONS if one in form.survey.split("-")), None
    )
    if kind is None:
        message = f"{form.survey} does not say what kind of survey it is."
        remedy = "Add `kind: nps`, `kind: csat` or `kind: ces`."
        making.making.note("TN151", message, making.at("survey"), remedy)
    spec = {
        "survey": kind or "nps",
        "question": making.text(form.question, "question") or QUESTIONS[kind or "nps"],
        "template": form.template,
        "to": _refs(making, form.to, "to"),
        "from": _sender(making, form.sender, "from"),
    }
    answer = NodeId(f"{form.survey}.answer")
    making.making.emit(_effect(making, "send_survey", spec, answer))
    making.making.emit(
        Wait(
            id=answer,
            source=making.source,
            next=making.next,
            due=After(making.span(form.within, "within")),
            watch_for="survey.answered",
            about=making.id,
        )
    )


def make_notify(making: StepMaking, form: NotifyStep) -> None:
    """A message to our own people."""
    if form.channel is not None:
        _known(making, form.channel, "channel", making.making.workspace.channels, "TN328")
    to = [making.role(one, "to", index) for index, one in enumerate(form.to or [])]
    spec = {
        "channel": form.channel,
        "to": [{"role": role} for role in to],
        "message": making.text(form.message, "message"),
    }
    making.making.emit(_effect(making, "notify", spec, making.next))


def make_call(making: StepMaking, form: CallStep) -> None:
    """A webhook out."""
    _known(making, form.hook, "hook", making.making.workspace.hooks, "TN329")
    body = {name: making.text(text, "body", name) for name, text in form.body.items()}
    spec = {"hook": form.hook, "body": body}
    making.making.emit(_effect(making, "call", spec, making.next))


def _known(making: StepMaking, name: str, what: str, known: Mapping[str, str], code: str) -> None:
    if name in known:
        return
    near = nearest(name, known)
    listed = f"There are: {', '.join(sorted(known))}." if known else "There are none yet."
    hint = f"Did you mean {near}?" if near else f"{listed} Add it to tenure.yaml."
    making.making.note(code, f"There is no {what} {name}.", making.at(what), hint)
