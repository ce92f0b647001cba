"""A simulation as text a person reads, and as JSON.

Owns the two forms. The sentences are those of `engine/effects/story`, so that the terminal, an
escalation and `tenure why` tell the same story.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.effects.entities import Line
from engine.effects.story import tell
from engine.simulation.trace import Trace

_ICONS = {
    "sent": "✉",
    "not sent": "∅",
    "task": "☐",
    "approval": "☐",
    "escalation": "⚠",
    "task.completed": "☑",
    "wait": "⏳",
    "waits": "⏳",
    "chose": "⑂",
    "split": "⑂",
    "milestone": "⚑",
    "outcome": "■",
}


def timeline(trace: Trace, zone: str, *, icons: bool = False) -> str:
    """Return what happened under a heading for each day, in local time; one line per entry.

    Runs are told apart by their playbook when there are several.
    """
    several = len(trace.enrollments) > 1
    rows: list[str] = []
    day = ""
    for at, text, what, playbook in _told(trace, zone):
        local = at.astimezone(ZoneInfo(zone))
        heading = f"{local:%A} {local.day} {local:%B %Y}"
        if heading != day:
            rows += ["", heading] if rows else [heading]
            day = heading
        icon = f"{_ICONS.get(what, '·')} " if icons else ""
        whose = f"{playbook}: " if several else ""
        rows.append(f"  {local:%H:%M}  {icon}{whose}{text}")
    return "\n".join([*rows, *_ending(trace)])


def _told(trace: Trace, zone: str) -> Iterator[tuple[datetime, str, str, str]]:
    found = [
        (line.at, tell(line, zone), line.what, trace.enrollments[line.enrollment].playbook)
        for line in trace.lines
    ]
    found += [(one.at, f"did not start: {one.why}", "", one.playbook) for one in trace.refusals]
    found += [
        (one.fact.occurred_at, f"rejected the fact {one.fact.kind}: {one.why}", "", "")
        for one in trace.rejections
    ]
    yield from sorted(found, key=lambda row: row[0])


def _ending(trace: Trace) -> list[str]:
    left = [run for run in trace.enrollments.values() if run.status != "finished"]
    if not left:
        return []
    names = ", ".join(run.playbook for run in left)
    return ["", f"Still under way on {trace.ended_at:%Y-%m-%d}: {names}"]


def as_json(trace: Trace) -> str:
    """Return a simulation as JSON: `entries`, `runs`, `tasks`, `mails`, `refused`, `rejected`."""
    document = {
        "entries": [_entry(line) for line in trace.lines],
        "runs": [
            {
                "id": run.id,
                "playbook": run.playbook,
                "account": run.account,
                "status": run.status,
                "outcome": run.outcome,
                "reason": run.reason,
                "started_at": run.started_at.isoformat(),
                "ended_at": run.ended_at.isoformat() if run.ended_at else None,
            }
            for run in trace.enrollments.values()
        ],
        "tasks": _tasks(trace),
        "mails": [{"key": mail.key, "subject": mail.subject} for mail in trace.mails],
        "refused": [
            {"at": one.at.isoformat(), "playbook": one.playbook, "why": one.why}
            for one in trace.refusals
        ],
        "rejected": [{"fact": one.fact.kind, "why": one.why} for one in trace.rejections],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=str)


def _entry(line: Line) -> dict[str, Any]:
    return {
        "at": line.at.isoformat(),
        "enrollment": line.enrollment,
        "node": line.node,
        "path": list(line.path),
        "what": line.what,
        "data": dict(line.data),
        "text": tell(line),
    }


def _tasks(trace: Trace) -> Sequence[dict[str, Any]]:
    return [
        {
            "id": task.id,
            "step": task.node,
            "title": task.title,
            "assignee": task.assignee,
            "status": task.status,
            "due_at": task.due_at.isoformat() if task.due_at else None,
        }
        for task in trace.tasks
    ]
