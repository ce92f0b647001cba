"""Steps that ask something of people, as nodes: task, approve, escalate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.compile.making import StepMaking
from engine.language.compile.vocabulary import OWN_ANSWERS
from engine.language.schema.people_steps import ApproveStep, EscalateStep, RungForm, TaskStep
from engine.plan.codec import encode
from engine.plan.model import End, Escalate, NodeId, Rung, Task


def words_of(step_id: str) -> str:
    """Return an id as words.

    >>> words_of("fix-plan")
    'Fix plan'
    """
    words = step_id.replace("-", " ")
    return words[:1].upper() + words[1:]


def make_task(making: StepMaking, form: TaskStep) -> None:
    """A task."""
    spec = {
        "kind": "task",
        "title": making.text(form.title, "title") or words_of(form.task),
        "description": making.text(form.description, "description"),
        "assign": making.ref(form.assign, "assign"),
        "fallback": making.optional_ref(form.fallback, "fallback"),
        "due": encode(making.when(form.due, "due")),
        "checklist": [making.text(one, "checklist", i) for i, one in enumerate(form.checklist)],
        "ask": _questions(making, form),
        "priority": form.priority,
        "about": None,
    }
    done_when = form.done_when and making.condition(form.done_when, "done_when")
    within = making.when(form.within, "within")
    overdue = rungs(making, form.overdue)
    making.making.emit(
        Task(
            id=making.id,
            source=making.source,
            next=making.next,
            reads=making.reads,
            spec=spec,
            required=form.required,
            depends_on=tuple(NodeId(one) for one in form.depends_on),
            done_when=done_when or None,
            overdue=overdue,
            within=within,
            routes={"timeout": making.body("otherwise")} if form.otherwise else {},
        )
    )


def _questions(making: StepMaking, form: TaskStep) -> Mapping[str, Any]:
    for name in form.ask:
        if name in OWN_ANSWERS:
            message = f"A question cannot be called {name}: every task has a {name} of its own."
            making.making.note(
                "TN340",
                message,
                making.at("ask", name),
                f"Call it {form.task.replace('-', '_')}_{name}.",
                key=True,
            )
    return {
        name: {"type": one.type or "text", "one_of": list(one.one_of), "required": one.required}
        for name, one in form.ask.items()
    }


def rungs(making: StepMaking, ladder: list[RungForm]) -> tuple[Rung, ...]:
    """Return the ladder of an overdue task."""
    found = []
    for index, one in enumerate(ladder):
        after = making.span(one.after, "overdue", index, "after", zero=True)
        action = "remind" if one.remind is not None else "escalate"
        to = making.role(one.remind or one.escalate or "", "overdue", index, action)
        found.append(Rung(after, "remind" if one.remind is not None else "escalate", to))
    return tuple(found)


def make_approve(making: StepMaking, form: ApproveStep) -> None:
    """A gate. Rejected without steps of its own, it ends the run."""
    spec = {
        "kind": "approval",
        "title": making.text(form.title, "title") or f"Approve: {words_of(form.approve)}",
        "description": making.text(form.description, "description"),
        "assign": making.ref(form.by, "by"),
        "fallback": making.optional_ref(form.fallback, "fallback"),
        "due": encode(making.when(form.due, "due")),
        "checklist": [],
        "ask": {},
        "priority": "normal",
        "about": None,
    }
    within = making.when(form.within, "within")
    rejected = making.body("rejected") if form.rejected is not None else None
    late = making.body("otherwise") if isinstance(form.otherwise, list) else making.next
    refusing = form.within is not None and form.otherwise in (None, "reject")
    ends = form.rejected is None
    over = NodeId(f"{form.approve}.rejected")
    routes = {"rejected": over if ends else rejected}
    if form.within is not None:
        routes["timeout"] = routes["rejected"] if refusing else late
    making.making.emit(
        Task(
            id=making.id,
            source=making.source,
            next=making.next,
            reads=making.reads,
            spec=spec,
            overdue=rungs(making, form.overdue),
            within=within,
            routes=routes,
        )
    )
    if ends:
        making.making.emit(End(id=over, source=making.source, outcome="rejected"))


def make_escalate(making: StepMaking, form: EscalateStep) -> None:
    """An alarm."""
    title = making.text(form.title, "title") or words_of(form.escalate)
    message = making.text(form.message, "message")
    conditional = form.until is not None and form.until != "acknowledged"
    until = making.condition(form.until or "", "until") if conditional else None
    give_up = None if form.give_up is None else making.span(form.give_up, "give_up")
    chain = tuple(making.role(one, "to", index) for index, one in enumerate(form.to))
    making.making.emit(
        Escalate(
            id=making.id,
            source=making.source,
            next=making.next,
            reads=making.reads,
            spec={"title": title, "message": message},
            chain=chain,
            every=making.span(form.every, "every"),
            until=until,
            give_up=give_up,
            on_give_up=making.body("otherwise") if form.otherwise else None,
        )
    )
