"""What a drawing says of each step: a kind, a title and a few short lines.

Owns the wording. It must not know where anything is drawn, nor evaluate anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from engine.calendars import format_span
from engine.language.graph.effects import VERBS, effect_details, effect_title
from engine.language.graph.values import said, trigger_words, when_words
from engine.plan.model import (
    Arm,
    Cadence,
    Choose,
    Condition,
    Effect,
    End,
    Escalate,
    ForEach,
    Fork,
    Node,
    NodeId,
    Plan,
    Repeat,
    Split,
    Task,
    Wait,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a box says. `kind` chooses its colour and icon, `label` names it for the eye."""

    kind: str
    label: str
    title: str
    details: tuple[str, ...] = ()
    optional: bool = False


def describe(node: Node) -> Said:
    """Return the words for a node.

    >>> from engine.plan.examples import WAIT_A_DAY
    >>> describe(WAIT_A_DAY.nodes[WAIT_A_DAY.entry]).title
    '1d'
    """
    match node:
        case Effect():
            kind, label = VERBS[node.verb]
            return Said(kind, label, effect_title(node), tuple(effect_details(node)))
        case Task():
            return _task(node)
        case Escalate():
            details = [
                f"to {' → '.join(node.chain)}",
                f"one further every {format_span(node.every)}",
                *([f"until {node.until.text}"] if node.until else []),
                *([f"gives up after {format_span(node.give_up)}"] if node.give_up else []),
            ]
            title = str(node.spec.get("title") or _plain(node.id))
            return Said("escalate", "Escalation", title, tuple(details))
        case Wait():
            return Said("wait", "Wait", *_wait(node))
        case Choose():
            only = node.cases[0].when.text if len(node.cases) == 1 else "the first that holds"
            return Said("choose", "If" if len(node.cases) == 1 else "Choose", only)
        case Split():
            return Said("split", "Split", "by weight, always the same arm")
        case Fork() if not node.branches:
            return Said("fork", "Past", "left out")
        case Fork():
            first = "go on with the first" if node.join == "first" else "go on when all are over"
            return Said("fork", "At once", first)
        case ForEach():
            return Said("each", "For each", _items(node.spec), ("all at once",))
        case Repeat():
            return Said("repeat", "Repeat", _cadence(node.every), _limits(node))
        case End():
            return Said("end", "End", node.outcome)
        case _:
            assert_never(node)


def case_label(condition: Condition, *, only: bool) -> str:
    """Return the label of one arm of a choice; the box itself says the only condition."""
    return "yes" if only else condition.text


def arm_label(arm: Arm, arms: Sequence[Arm]) -> str:
    """Return the label of one arm of a split, with its share.

    >>> arm_label(Arm("b", 1, None, holdout=True), [Arm("a", 3, None), Arm("b", 1, None)])
    'b, 25 %, held out'
    """
    share = 100 * arm.weight / (sum(one.weight for one in arms) or 1)
    return f"{arm.name}, {share:.0f} %" + (", held out" if arm.holdout else "")


def branch_label(name: str) -> str:
    """Return the label of one branch of a parallel."""
    return name.replace("_", " ")


def route_label(decision: str) -> str:
    """Return the label of one way out of a task."""
    return {"timeout": "not in time"}.get(decision, decision)


def opening(plan: Plan) -> tuple[str, tuple[str, ...]]:
    """Return the title and the lines of the start: what enrolls, when, and how often."""
    enroll = plan.enroll
    triggers = [trigger_words(one) for one in enroll.get("on", ())]
    lines = [f"• {one}" for one in triggers] if len(triggers) > 1 else []
    if condition := enroll.get("when"):
        lines.append(f"when {said(condition)}")
    if span := enroll.get("again_after"):
        lines.append(f"again after {said(span)}")
    if brake := enroll.get("brake"):
        lines.append(f"at most {brake['at_most']} per {brake['per']}")
    lines += [f"{side} {enroll[side]}" for side in ("from", "until") if enroll.get(side)]
    title = "any of" if lines and len(triggers) > 1 else "".join(triggers) or "by hand"
    return title, tuple(lines)


def rules(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return what can happen at any moment: goal, exits and milestones, as name and words."""
    goal = [("Goal", plan.goal.text)] if plan.goal else []
    exits = [("Exit", f"{one.when.text} → {one.outcome}") for one in plan.exits]
    milestones = [
        ("Milestone", f"{one.name}: {one.when.text}" + _within(one.within))
        for one in plan.milestones
    ]
    return (*goal, *exits, *milestones)


def _task(node: Task) -> Said:
    spec = node.spec
    approval = spec.get("kind") == "approval"
    owner = said(spec.get("assign") or "nobody")
    due = f", due {trigger_words(spec['due'])}" if spec.get("due") else ""
    details = [f"{owner}{due}"]
    if node.depends_on:
        details.append(f"after {', '.join(node.depends_on)}")
    if node.done_when:
        details.append(f"done when {node.done_when.text}")
    if node.within:
        details.append(f"withdrawn after {when_words(node.within)}")
    details += [f"{format_span(r.after)} late: {r.action} {r.to}" for r in node.overdue]
    title = str(spec.get("title") or _plain(node.id))
    label = "Approval" if approval else "Task" if node.required else "Optional task"
    return Said("task", label, title, tuple(details), optional=not node.required)


def _wait(node: Wait) -> tuple[str, tuple[str, ...]]:
    until = node.until.text if node.until else node.watch_for or ""
    if not until:
        return (when_words(node.due) if node.due else "for ever"), ()
    about = (f"about {node.about}",) if node.about else ()
    at_most = (f"at most {when_words(node.due)}",) if node.due else ()
    return f"until {until}", (*about, *at_most)


def _cadence(every: Cadence | None) -> str:
    if every is None:
        return "again and again"
    parts = []
    for condition, span in every.choices:
        length = f"every {format_span(span)}"
        parts.append(f"{length} if {condition.text}" if condition else length)
    return ", else ".join(parts)


def _limits(node: Repeat) -> tuple[str, ...]:
    most = (f"at most {node.at_most} times",) if node.at_most else ()
    return (*most, *([f"until {node.until.text}"] if node.until else []))


def _plain(node: NodeId) -> str:
    return node.replace("-", " ").replace("_", " ").capitalize()


def _within(span: Any) -> str:
    return f", within {format_span(span)}" if span else ""


def _items(spec: Mapping[str, Any]) -> str:
    if spec.get("children"):
        return "child account"
    roles = spec.get("contacts")
    return "contact" if roles in (None, "all") else f"contact: {said(roles)}"
