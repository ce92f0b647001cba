"""What happened, in the words playbook tests use: `email: welcome to champion`.

Owns which timeline lines count and how each is said; the same words are read back by
`expecting.py`. Lines that only explain (a met condition, a fork) say nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.effects.context import Context
from engine.effects.entities import ContactId, Enrollment, Line
from engine.effects.people import freeze_roles
from engine.plan.model import Choose, NodeId, Plan
from engine.plan.model import Wait as WaitNode
from engine.simulation.habits import step_of
from engine.simulation.memory import MemoryRecords
from engine.simulation.simulator import Simulator
from engine.simulation.trace import Trace
from engine.simulation.world import World

_SENT = {
    "send_email": "email",
    "send_survey": "survey",
    "remind": "remind",
    "escalate": "escalate",
    "notify": "notify",
    "call": "call",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `to` are all names of whom it went to, the one to show first;
    `said` is what there is beside step and recipient: a status, a condition, a value."""

    at: datetime
    kind: str
    step: str = ""
    to: tuple[str, ...] = ()
    due: datetime | None = None
    said: str = ""
    zone: str = "UTC"

    def __str__(self) -> str:
        """Write it as an expectation would.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
        >>> str(Entry(noon, "task", "intro-call", ("csm",), noon))
        'task: intro-call to csm due 2026-03-04'
        """
        parts = [] if self.kind in ("chose", "split", "wait") else [self.step]
        if self.kind == "wait" and not _numbered(self.step):
            parts.append(self.step)
        if self.to:
            parts.append(f"to {self.to[0]}")
        if self.due is not None:
            word = "until" if self.kind == "wait" else "due"
            parts.append(f"{word} {self.due.astimezone(ZoneInfo(self.zone)):%Y-%m-%d}")
        if self.said and not (self.kind == "wait" and self.due is not None):
            parts.append(_FORMS.get(self.kind, "({})").format(self.said))
        return f"{self.kind}: {' '.join(part for part in parts if part)}"


_FORMS = {
    "wait": "for {}",
    "chose": "{}",
    "split": "{}",
    "outcome": "{}",
    "milestone": "{}",
    "start": "{}",
    "stop": "{}",
    "set": "{}",
    "refused": "{}",
    "paused": "{}",
}


def _numbered(step: str) -> bool:
    return step.rpartition("-")[2].isdecimal()


@dataclass(frozen=True, slots=True)
class _Names:
    """Whose id is whose: contacts by role, users by the roles they hold at the end, and by
    the teams (and roles of teams) they are in."""

    world: World
    roles: Mapping[str, str]
    pools: Mapping[str, Sequence[str]]
    zone: str

    def of(self, id: str | None) -> tuple[str, ...]:
        if id is None:
            return ("nobody",)
        contact = self.world.contacts.get(ContactId(id))
        if contact is not None:
            return (contact.role or id, id, contact.email)
        held = [role for role, user in self.roles.items() if user == id]
        pools = [pool for pool, members in self.pools.items() if id in members]
        return tuple(dict.fromkeys((*held, id, *pools)))


def entries_of(
    simulator: Simulator, context: Context, plan: Plan, trace: Trace | None = None
) -> list[Entry]:
    """Return what happened to the runs of a playbook, oldest first; refusals to begin too."""
    trace = trace or simulator.trace()
    runs = {run.id: run for run in trace.enrollments.values() if run.playbook == plan.playbook}
    names = {id: _names(run, simulator.world, context) for id, run in runs.items()}
    found = [
        entry
        for line in trace.lines
        if line.enrollment in runs and line.what in _MAKERS
        if (entry := _MAKERS[line.what](_Telling(line, plan, names[line.enrollment])))
    ]
    zone = context.calendars["default"].zone
    found += [
        Entry(one.at, "refused", said=one.why, zone=zone)
        for one in trace.refusals
        if one.playbook == plan.playbook
    ]
    return sorted(found, key=lambda entry: entry.at)


def _names(run: Enrollment, world: World, context: Context) -> _Names:
    zone = context.calendar_of(world.accounts[run.account]).zone
    world.begin()
    held = freeze_roles(MemoryRecords(world), context, run)
    world.roll_back()  # asking who is next of a team must not change who is next
    known = context.workspace.roles
    pooled = {role.name: role.of for role in known.values() if role.how == "team"}
    teams = context.workspace.teams
    pools = {**teams, **{role: teams.get(team, ()) for role, team in pooled.items()}}
    roles = {role: user for role, user in held.items() if role not in pooled}
    return _Names(world, roles, pools, zone)


@dataclass(frozen=True, slots=True)
class _Telling:
    line: Line
    plan: Plan
    names: _Names

    @property
    def data(self) -> Mapping[str, Any]:
        return self.line.data

    @property
    def step(self) -> str:
        return step_of(self.line.node or "")

    def entry(self, kind: str, **more: Any) -> Entry:
        return Entry(self.line.at, kind, self.step, zone=self.names.zone, **more)

    def saying(self, kind: str, said: str) -> Entry:
        return Entry(self.line.at, kind, said=said, zone=self.names.zone)


def _sent(telling: _Telling) -> Entry:
    kind = _SENT[telling.data["verb"]]
    status = str(telling.data.get("status"))
    said = "" if status == "accepted" else status
    return telling.entry(kind, to=telling.names.of(telling.data.get("recipient")), said=said)


def _handed(telling: _Telling) -> Entry:
    role, id = telling.data.get("role"), telling.data.get("assignee")
    names = telling.names.of(id) if id else ("nobody",)
    to = tuple(dict.fromkeys((role, *names))) if role and id else names
    return telling.entry(telling.line.what, to=to, due=_at(telling.data.get("due")))


def _at(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _done(telling: _Telling) -> Entry:
    kind = str(telling.data.get("decision") or "done")
    return telling.entry(kind, said="late" if telling.data.get("late") else "")


def _wait(telling: _Telling) -> Entry | None:
    node = telling.plan.nodes.get(NodeId(telling.line.node or ""))
    if not isinstance(node, WaitNode) or node.watch_for is not None:
        return None
    if telling.data.get("past"):
        return None  # it goes on at once, or is skipped and says so
    if telling.line.what == "wait":
        return telling.entry("wait", due=_at(telling.data["until"]))
    said = str(telling.data.get("until") or "")
    return telling.entry("wait", due=_at(telling.data.get("due")), said=said)


def _over(telling: _Telling) -> Entry | None:
    node = telling.plan.nodes.get(NodeId(telling.line.node or ""))
    answered = isinstance(node, WaitNode) and node.watch_for is not None
    return telling.entry("answered") if answered and telling.data.get("by") != "time" else None


def _chose(telling: _Telling) -> Entry | None:
    node = telling.plan.nodes.get(NodeId(telling.line.node or ""))
    if not isinstance(node, Choose):
        return None
    taken = telling.data.get("taken")
    if taken is None:
        return telling.entry("chose", said="else")
    return telling.entry("chose", said="then" if taken == 0 else f"elif {taken}")


def _set(telling: _Telling) -> Entry:
    fields = telling.data.get("fields") or {}
    said = ", ".join(f"{name} = {_plain(value)}" for name, value in fields.items())
    return telling.saying("set", said)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _named(kind: str, key: str) -> Callable[[_Telling], Entry]:
    return lambda telling: telling.saying(kind, str(telling.data.get(key, "")))


def _about(kind: str) -> Callable[[_Telling], Entry]:
    return lambda telling: telling.entry(kind)


_MAKERS: Mapping[str, Callable[[_Telling], Entry | None]] = {
    "sent": _sent,
    "not sent": _about("skipped"),
    "not needed": _about("skipped"),
    "task not needed": _about("skipped"),
    "skipped": _about("skipped"),
    "not started": _about("skipped"),
    "task": _handed,
    "approval": _handed,
    "task.completed": _done,
    "task.withdrawn": _about("withdrawn"),
    "task withdrawn": _about("withdrawn"),
    "escalation.acknowledged": _about("acknowledged"),
    "done_when met": _about("done"),
    "wait": _wait,
    "waits": _wait,
    "wait over": _over,
    "chose": _chose,
    "split": _named("split", "arm"),
    "set": _set,
    "started": _named("start", "playbook"),
    "stopped": _named("stop", "playbook"),
    "transferred": lambda telling: telling.entry(
        "transfer", to=telling.names.of(telling.data.get("to"))
    ),
    "milestone": _named("milestone", "name"),
    "later": _about("later"),
    "blocked": _about("blocked"),
    "paused": _named("paused", "reason"),
    "resumed": _named("resumed", ""),
    "outcome": _named("outcome", "outcome"),
}

KINDS: tuple[str, ...] = (
    *_SENT.values(),
    "skipped",
    "task",
    "approval",
    "done",
    "approved",
    "rejected",
    "withdrawn",
    "acknowledged",
    "wait",
    "answered",
    "chose",
    "split",
    "set",
    "start",
    "stop",
    "transfer",
    "milestone",
    "later",
    "blocked",
    "paused",
    "resumed",
    "refused",
    "outcome",
)
"""Every kind of thing an expectation can name."""
