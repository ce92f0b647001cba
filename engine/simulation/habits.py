"""What simulated people do: so long after something reaches them, they answer it. Pure.

Owns which habit meets which task or survey. The simulator carries the acts out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

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


def step_of(node: str) -> str:
    """Return the step a node belongs to: an email's approval belongs to the email.

    >>> step_of("sponsor-outreach.approve")
    'sponsor-outreach'
    """
    return node.partition(".")[0]
