"""Steps that steer, as nodes: if, wait, parallel, repeat, split, for_each, end."""

from __future__ import annotations

from engine.language.compile.making import StepMaking
from engine.language.schema.flow_steps import (
    CadenceChoice,
    EndStep,
    ForEachStep,
    IfStep,
    ParallelStep,
    RepeatStep,
    SplitStep,
    WaitBody,
    WaitStep,
)
from engine.plan.codec import encode
from engine.plan.model import (
    Anchor,
    Arm,
    Cadence,
    Case,
    Choose,
    Condition,
    End,
    ForEach,
    Fork,
    NodeId,
    Repeat,
    Span,
    Split,
    Wait,
    When,
)
from engine.wording import nearest


def make_if(making: StepMaking, form: IfStep) -> None:
    """A choice between conditions."""
    cases = [Case(making.condition(form.condition, "if"), making.body("then"))]
    for index, one in enumerate(form.elifs):
        when = making.condition(one.condition, "elif", index, "if")
        cases.append(Case(when, making.body("elif", index, "then")))
    making.making.emit(
        Choose(
            id=making.id,
            source=making.source,
            next=making.next,
            reads=making.reads,
            cases=tuple(cases),
            otherwise=making.body("else") if form.otherwise else None,
        )
    )


def make_wait(making: StepMaking, form: WaitStep) -> None:
    """A wait for a time, a condition, or whichever comes first."""
    until: Condition | None
    if isinstance(form.wait, WaitBody):
        due = making.when(form.wait.at_most, "wait", "at_most")
        until = making.condition(form.wait.until, "wait", "until")
        late = making.body("wait", "otherwise") if form.wait.otherwise else None
    else:
        due = making.when(form.wait, "wait", if_past=form.if_past)
        _check_if_past(making, form, due)
        until = making.condition(form.until, "until") if form.until is not None else None
        late = making.body("otherwise") if form.otherwise else None
    making.making.emit(
        Wait(
            id=making.id,
            source=making.source,
            next=making.next,
            reads=making.reads,
            due=due,
            until=until,
            on_timeout=late,
            on_skip=_on_skip(making, form),
        )
    )


def _check_if_past(making: StepMaking, form: WaitStep, due: When | None) -> None:
    if form.if_past == "skip" and not isinstance(due, Anchor):
        message = "Only a date of the account can have gone by; this is the same for every run."
        remedy = "Remove `if_past`, or wait for 60d before account.renewal_date."
        making.making.note("TN161", message, making.at("if_past"), remedy, key=True)


def _on_skip(making: StepMaking, form: WaitStep) -> NodeId | None:
    """Where a skipped wait leads: past the one step behind it. At the end of a body that is an
    empty fork, since a node without a target would fall back to `next`."""
    playbook = making.making.playbook.form
    pausing = playbook is not None and playbook.on_resume == "skip"
    if not (pausing or form.if_past == "skip") or making.next is None:
        return None
    if making.beyond is not None:
        return making.beyond
    past = NodeId(f"{making.id}.past")
    making.making.emit(Fork(id=past, source=making.source, branches=()))
    return past


def make_parallel(making: StepMaking, form: ParallelStep) -> None:
    """Branches at once."""
    branches = tuple((name, making.body("parallel", name)) for name in form.parallel)
    making.making.emit(
        Fork(
            id=making.id,
            source=making.source,
            next=making.next,
            branches=branches,
            join=form.join,
        )
    )


def make_repeat(making: StepMaking, form: RepeatStep) -> None:
    """Something again and again. Its conditions are looked at between two times, so they see
    what happened in the last one."""
    scope = making.scope.inside(making.step)
    body = form.repeat
    until = None
    if body.until is not None:
        until = making.condition(body.until, "repeat", "until", scope=scope)
    making.making.emit(
        Repeat(
            id=making.id,
            source=making.source,
            next=making.next,
            every=_cadence(making, body.every) if body.every else None,
            reads=making.reads,
            body=making.body("repeat", "steps"),
            at_most=body.at_most,
            until=until,
        )
    )


def _cadence(making: StepMaking, given: list[CadenceChoice]) -> Cadence:
    choices: list[tuple[Condition | None, Span]] = []
    scope = making.scope.inside(making.step)
    for index, one in enumerate(given):
        at: tuple[str | int, ...] = ("repeat", "every", index)
        if one.condition is not None and one.then is not None:
            when = making.condition(one.condition, *_shorter(making, at, "if"), scope=scope)
            choices.append((when, making.span(one.then, *_shorter(making, at, "then"))))
        if one.otherwise is not None:
            choices.append((None, making.span(one.otherwise, *_shorter(making, at, "else"))))
    ends = [index for index, (when, _) in enumerate(choices) if when is None]
    if ends != [len(choices) - 1]:
        message = "How often is not said for every case."
        if ends:
            message = "What follows the first `else` is never looked at."
        remedy = "End with one `else`: {if: …, then: 1w, else: 1 month}."
        making.making.note("TN336", message, making.at("repeat", "every"), remedy, key=True)
    return Cadence(tuple(choices))


def _shorter(making: StepMaking, at: tuple[str | int, ...], key: str) -> tuple[str | int, ...]:
    """Return the path as the author wrote it, who may have left out the list or the mapping."""
    value = making.making.playbook.document.value
    for part in making.at("repeat", "every"):
        value = value[part]
    if isinstance(value, list):
        return (*at, key)
    return ("repeat", "every", key) if isinstance(value, dict) else ("repeat", "every")


def make_split(making: StepMaking, form: SplitStep) -> None:
    """A lot."""
    if not sum(arm.weight for arm in form.arms.values()):
        message = "All arms weigh nothing, so that no arm could be taken."
        making.making.note("TN341", message, making.at("arms"), "Give one a weight.", key=True)
    arms = tuple(
        Arm(name, arm.weight, making.body("arms", name, "steps"), arm.holdout)
        for name, arm in form.arms.items()
    )
    making.making.emit(Split(id=making.id, source=making.source, next=making.next, arms=arms))


def make_for_each(making: StepMaking, form: ForEachStep) -> None:
    """The same for each contact or child account."""
    each = form.for_each
    contacts: list[str] | str | None = None
    if each.contacts is not None:
        contacts = "all" if each.contacts == ["all"] else list(each.contacts)
        _check_roles(making, [one for one in each.contacts if one != "all"])
    where = None
    if each.where is not None:
        names = making.making.vocabulary.conditions("contacts" if each.contacts else "children")
        path = making.at("for_each", "where")
        where = making.making.condition(each.where, path, names)
        making.note_reads((name for name, _ in where.refs), each.where, path, making.scope)
    spec = {
        "contacts": contacts,
        "children": each.children is not None,
        "where": encode(where),
    }
    making.making.emit(
        ForEach(
            id=making.id,
            source=making.source,
            next=making.next,
            reads=making.reads,
            spec=spec,
            body=making.body("steps"),
        )
    )


def _check_roles(making: StepMaking, roles: list[str]) -> None:
    known = making.making.workspace.schema.contact_roles
    for role in roles:
        if role not in known:
            near = nearest(role, known)
            hint = f"Did you mean {near}?" if near else f"There are: {', '.join(known)}, all."
            message = f"There is no contact role {role}."
            making.making.note("TN304", message, making.at("for_each", "contacts"), hint)


def make_end(making: StepMaking, form: EndStep) -> None:
    """The end of the run."""
    making.making.emit(End(id=making.id, source=making.source, outcome=form.end))
