"""What a backtest takes people to have done: nobody knows, for the playbook never ran. Pure.

Two ways, said in every result: `done-on-time` (everybody does everything in time, answers spread
evenly over the choices) or `never` (nobody does anything, which is the most the alarms can come
to). What customers do is in the facts, or has not happened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from engine.calendars import Calendar, add_span, next_working
from engine.effects.entities import Line, Task
from engine.plan.model import Span
from engine.simulation.habits import Custom

Diligence = Literal["done-on-time", "never"]
SAID: Mapping[str, str] = {
    "done-on-time": "People do every task half-way to its due date, and approve or acknowledge "
    "within 4 business hours; answers are spread evenly over the choices.",
    "never": "Nobody does a task, approves or acknowledges: the most that reminders and "
    "escalations could come to.",
}
CUSTOMERS = (
    "Customers do what the recorded facts say and nothing else: they answer no survey and no email "
    "of the playbook, and do none of its tasks."
)
_SOON = Span(4, "business_hour")
_WITHOUT_DATE = Span(2, "business_day")


def habits_of(diligence: Diligence) -> tuple[Custom, ...]:
    """Return what people do."""
    return (OnTime(),) if diligence == "done-on-time" else ()


@dataclass(frozen=True, slots=True)
class OnTime:
    """Do everything that is one's own in time; the same task always gets the same answers."""

    def meets_task(self, task: Task) -> bool:
        """Tell whether a task is one of our people's."""
        return not task.customer and task.assignee is not None

    def meets_line(self, line: Line | None) -> bool:
        """Tell that no survey is answered."""
        return False

    def acts_at(self, calendar: Calendar, now: datetime, task: Task | None) -> datetime:
        """Return when a task is done: half-way to its due date, in working hours."""
        if task is None or task.kind != "task":
            return add_span(calendar, now, _SOON)
        if task.due_at is None:
            return add_span(calendar, now, _WITHOUT_DATE)
        return next_working(calendar, now + max(task.due_at - now, timedelta()) / 2)

    def answers_to(self, task: Task | None) -> Mapping[str, Any]:
        """Return made-up answers that fit what the task asks."""
        if task is None:
            return {}
        return {name: _made_up(task, name, spec) for name, spec in task.ask.items()}

    def decision_on(self, task: Task) -> str | None:
        """Approve."""
        return "approved" if task.kind == "approval" else None

    def tells(self) -> str:
        """Return what an answered survey would be; none is."""
        return "survey.answered"


def _made_up(task: Task, name: str, spec: Mapping[str, Any]) -> Any:
    if choices := spec.get("one_of"):
        return choices[_share(f"{task.id}/{name}", len(choices))]
    match spec.get("type", "text"):
        case "number":
            return 3
        case "bool":
            return ("true", "false")[_share(f"{task.id}/{name}", 2)]
        case "date":
            return (task.created_at + timedelta(days=30)).date().isoformat()
    return "(not known in a backtest)"


def _share(key: str, among: int) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % among
