"""A timeline line as a sentence a person reads: for escalations, `tenure why` and the terminal.

One table, so that every reader tells the same story. Says ids and reasons; never an address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.effects.entities import Line

INSTANTS = ("due", "until")
"""Which pieces of a line's data may be instants; they are written in the reader's zone."""


def tell(line: Line, zone: str = "UTC") -> str:
    """Say what a line says, to a reader in a zone.

    >>> from datetime import UTC
    >>> from engine.effects.entities import EnrollmentId
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> tell(Line(EnrollmentId("e"), "1", noon, None, (), "outcome", {"outcome": "achieved",
    ...           "why": "the goal is met"}))
    'ended: achieved (the goal is met)'
    """
    where = f"{line.node}{_path(line.path)}: " if line.node else ""
    return where + say(line, zone)


def say(line: Line, zone: str = "UTC") -> str:
    """Say what a line says, without the step it is about."""
    known = _SENTENCES.get(line.what)
    data = dict(line.data)
    for name in INSTANTS:
        if isinstance(data.get(name), str):
            data[name] = _instant(data[name], zone)
    return known(data) if known else _plainly(line)


def tell_story(lines: Sequence[Line], zone: str, most: int = 20) -> tuple[str, ...]:
    """Return the last lines that matter to a person, each with its day and hour in their zone, and
    where those before are told."""
    told = [line for line in lines if line.what != "later" and not line.what.startswith("mile")]
    last = tuple(f"{moment(line.at, zone)}: {tell(line, zone)}" for line in told[-most:])
    if len(told) <= most:
        return last
    return (f"{len(told) - most} lines before: tenure why {told[0].enrollment}", *last)


def moment(at: datetime, zone: str) -> str:
    """Write an instant as a reader in a zone would.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 3, 2, 12, tzinfo=UTC), "Europe/Berlin")
    'Mon 2 Mar 2026 13:00'
    """
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


def _path(path: tuple[str, ...]) -> str:
    return f" [{', '.join(path)}]" if path else ""


def _instant(text: str, zone: str) -> str:
    """Write an instant for a reader; what is not one (a condition) stays as it is."""
    try:
        return moment(datetime.fromisoformat(text), zone)
    except ValueError:
        return text


def values_said(values: Mapping[str, Any]) -> str:
    """Write values as `name = value, …`.

    >>> values_said({"health.score": 42.0, "account.arr": None})
    'health.score = 42, account.arr has no value'
    """
    return ", ".join(_said(name, value) for name, value in values.items())


def _said(name: str, value: Any) -> str:
    if value is None:
        return f"{name} has no value"
    shown = (
        f"{value:g}"
        if isinstance(value, float)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
    return f"{name} = {shown}"


def _rule(data: Mapping[str, Any]) -> str:
    rule = f"{data['rule']} ({values_said(data.get('values') or {})})" if data.get("rule") else ""
    fact = f"fact {data['fact']}" if data.get("fact") else ""
    return " by ".join(part for part in (rule, fact) if part)


def _plainly(line: Line) -> str:
    rule = _rule(line.data)
    why = line.data.get("why")
    return line.what + (f": {rule}" if rule else "") + (f" ({why})" if why else "")


def _handed(data: Mapping[str, Any]) -> str:
    due = f", due {data['due']}" if data.get("due") else ""
    to = data.get("assignee") or "nobody"
    return f"task {data['task']} to {to} as {data.get('role')} ({data.get('why')}){due}"


def _by(data: Mapping[str, Any]) -> str:
    return f"{data.get('by')}: {data['why']}" if data.get("why") else str(data.get("by"))


def _ended(data: Mapping[str, Any]) -> str:
    withdrawn = ", ".join(data.get("withdrawn") or ())
    told = f"ended: {data['outcome']} ({data['why']})"
    return f"{told}; withdrew what was open: {withdrawn}" if withdrawn else told


def _sent(data: Mapping[str, Any]) -> str:
    detail = f" ({data['why']})" if data.get("why") else ""
    return f"{data.get('template') or data.get('verb')} to {data.get('recipient')}: " + (
        f"{data.get('status')}{detail}"
    )


def _waits(data: Mapping[str, Any]) -> str:
    until = f"until {data['until']}" if data.get("until") else ""
    due = f"until {data['due']}" if data.get("due") else ""
    both = " or ".join(part for part in (until, due) if part)
    return f"waits {both}" if both else "waits"


def _chose(data: Mapping[str, Any]) -> str:
    cases = data.get("cases") or []
    taken = data.get("taken")
    if taken is not None:
        case = cases[taken]
        return f"took case {taken + 1}: {case['rule']} ({values_said(case['values'])})"
    seen = "; ".join(f"{case['rule']} ({values_said(case['values'])})" for case in cases)
    return f"no case held: {seen}"


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "task": _handed,
    "approval": lambda data: "approval as " + _handed(data),
    "escalation": lambda data: (
        f"escalation {data['task']} to {data.get('recipient')}, level {data.get('level', 0) + 1}"
    ),
    "task not needed": lambda data: f"not handed out, done already: {_rule(data)}",
    "task withdrawn": lambda data: f"task {data['task']} withdrawn: {data.get('why')}",
    "task.completed": lambda data: (
        f"task {data['task']} done by {data.get('by')}"
        + (f", {data['decision']}" if data.get("decision") else "")
        + (", late" if data.get("late") else "")
    ),
    "task.withdrawn": lambda data: f"task {data['task']} withdrawn by {_by(data)}",
    "reassigned": lambda data: f"task {data['task']} given to {data['assignee']} by {_by(data)}",
    "snoozed": lambda data: f"task {data['task']} snoozed until {data['until']} by {_by(data)}",
    "escalation.acknowledged": lambda data: f"acknowledged by {data.get('by')}",
    "sent": _sent,
    "not sent": _sent,
    "wait": lambda data: f"waits until {data.get('until')}",
    "waits": _waits,
    "wait over": lambda data: f"wait over: {_rule(data) or data.get('by')}",
    "chose": _chose,
    "split": lambda data: f"arm {data['arm']}" + (" (holdout)" if data.get("holdout") else ""),
    "later": lambda data: (
        f"put off until {data.get('until')}" + (f" ({data['why']})" if data.get("why") else "")
    ),
    "blocked": lambda data: f"held until {', '.join(data['by'])} is done",
    "set": lambda data: "set " + values_said(data.get("fields") or {}),
    "started": lambda data: f"started {data['playbook']} as {data['enrollment']}",
    "not started": lambda data: f"did not start {data['playbook']}: {data['why']}",
    "skipped": lambda data: (
        "skipped: "
        + (f"the date {data['due']} has passed" if data.get("due") else "it passed in a pause")
    ),
    "milestone": lambda data: f"milestone {data['name']} reached",
    "paused": lambda data: f"paused: {data.get('reason')}",
    "resumed": lambda data: f"resumed after {data.get('paused_for_s', 0) / 86400:.1f} days",
    "end": lambda data: f"ends with outcome {data['outcome']}",
    "outcome": _ended,
}
