"""What simulated people do: so long after something reaches them, they answer it. Pure.

Owns which habit meets which task or survey, when and with what. The simulator carries the acts out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from engine.calendars import Calendar, add_span
from engine.effects.entities import Line, Task
from engine.plan.model import Span

Act = Literal["complete", "approve", "reject", "acknowledge", "answer", "open", "click", "reply"]

_KINDS: Mapping[Act, str] = {
    "complete": "task",
    "approve": "approval",
    "reject": "approval",
    "acknowledge": "escalation",
}
FACTS: Mapping[Act, tuple[str, str]] = {
    "answer": ("send_survey", "survey.answered"),
    "open": ("send_email", "email.opened"),
    "click": ("send_email", "email.clicked"),
    "reply": ("send_email", "email.replied"),
}
"""What a reader does: with what was sent, and the fact that tells of it."""

DECISIONS: Mapping[Act, str] = {"approve": "approved", "reject": "rejected"}


class Custom(Protocol):
    """A way people have of answering what reaches them."""

    def meets_task(self, task: Task) -> bool:
        """Tell whether somebody does something with the task."""

    def meets_line(self, line: Line | None) -> bool:
        """Tell whether somebody answers the survey a line says was sent."""

    def acts_at(self, calendar: Calendar, now: datetime, task: Task | None) -> datetime:
        """Return when, of what reached them now; `calendar` is their own."""

    def answers_to(self, task: Task | None) -> Mapping[str, Any]:
        """Return the answers to what a task, or the survey, asks."""

    def decision_on(self, task: Task) -> str | None:
        """Return the decision an approval gets."""

    def tells(self) -> str:
        """Return the kind of the fact that tells what a reader does with what was sent."""


@dataclass(frozen=True, slots=True)
class Habit:
    """Do `act` about `step`, `after` it reached somebody, every time, with these answers."""

    act: Act
    step: str
    after: Span
    answers: Mapping[str, Any] = field(default_factory=dict)

    def meets_task(self, task: Task) -> bool:
        """Tell whether this is what somebody does with the task.

        >>> Habit("answer", "nps", Span(1, "d")).meets_line(None)
        False
        """
        return _KINDS.get(self.act) == task.kind and self.step == step_of(task.node)

    def meets_line(self, line: Line | None) -> bool:
        """Tell whether this is what a reader does with the survey or email a line says was sent."""
        return (
            line is not None
            and self.act in FACTS
            and line.node is not None
            and self.step == line.node
            and line.data.get("verb") == FACTS[self.act][0]
            and line.data.get("status") == "accepted"
        )

    def acts_at(self, calendar: Calendar, now: datetime, task: Task | None) -> datetime:
        """Return when, of what reached them now."""
        return add_span(calendar, now, self.after)

    def answers_to(self, task: Task | None) -> Mapping[str, Any]:
        """Return the same answers every time."""
        return self.answers

    def decision_on(self, task: Task) -> str | None:
        """Return the decision an approval gets."""
        return DECISIONS.get(self.act)

    def tells(self) -> str:
        """Return the kind of the fact that tells what a reader does."""
        return FACTS[self.act][1]


def step_of(node: str) -> str:
    """Return the step a node belongs to: an email's approval belongs to the email.

    >>> step_of("sponsor-outreach.approve")
    'sponsor-outreach'
    """
    return node.partition(".")[0]
