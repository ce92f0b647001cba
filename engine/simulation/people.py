"""Simulated people: what reaches them they answer by their habits, some time later.

Owns when they act. What an act does is `engine/effects/answering`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from engine.effects.answering import complete_task
from engine.effects.context import Context
from engine.effects.entities import (
    ContactId,
    Enrollment,
    Fact,
    FactId,
    Line,
    Task,
    TaskId,
    UserId,
)
from engine.plan.model import Effect
from engine.simulation.habits import Custom
from engine.simulation.memory import MemoryRecords
from engine.simulation.world import World


class Clockwork(Protocol):
    """What people need of the simulator."""

    def at(self, instant: datetime, act: Callable[[], None]) -> None: ...

    def take_in(self, fact: Fact) -> None: ...

    def take_owed(self) -> None: ...


class People:
    """Everybody in the simulation."""

    def __init__(
        self, context: Context, world: World, habits: Sequence[Custom], clockwork: Clockwork
    ) -> None:
        self._context = context
        self._world = world
        self._records = MemoryRecords(world)
        self._habits = tuple(habits)
        self._clockwork = clockwork

    def meet_task(self, task: Task) -> None:
        """See a task that was just handed out; business time is the owner's."""
        for habit in self._habits:
            if habit.meets_task(task):
                owner = self._world.users.get(UserId(task.assignee or ""))
                calendar = self._context.calendar_of(owner)
                when = habit.acts_at(calendar, self._world.now, task)
                self._clockwork.at(when, partial(self._close, task.id, habit))
                return

    def _close(self, id: TaskId, habit: Custom) -> None:
        task = self._world.tasks[id]
        if task.status != "open":
            return
        with self._records as records:
            complete_task(
                records,
                self._context,
                id,
                by=task.assignee or "somebody",
                answers=habit.answers_to(task),
                decision=habit.decision_on(task),
            )
        self._clockwork.take_owed()

    def meet_line(self, line: Line) -> None:
        """See a line that was just written; what it says was sent may be answered, or clicked."""
        for habit in self._habits:
            if habit.meets_line(line):
                account = self._world.enrollments[line.enrollment].account
                calendar = self._context.calendar_of(self._world.accounts[account])
                when = habit.acts_at(calendar, self._world.now, None)
                self._clockwork.at(when, partial(self._answer, line, habit))

    def _answer(self, line: Line, habit: Custom) -> None:
        run = self._world.enrollments[line.enrollment]
        contact = ContactId(str(line.data["recipient"]))
        kind = habit.tells()
        fact = Fact(
            id=FactId(f"{run.id}/{line.key}/{kind}"),
            kind=kind,
            account=run.account,
            occurred_at=self._world.now,
            data={**self._asked(run, line), **habit.answers_to(None)},
            contact=contact if contact in self._world.contacts else None,
            enrollment=run.id,
            node=line.node,
            path=line.path,
        )
        self._clockwork.take_in(fact)

    def _asked(self, run: Enrollment, line: Line) -> Mapping[str, Any]:
        """Return what an answer to a survey says besides, as the page behind its links does."""
        node = self._world.plans[run.plan].nodes.get(line.node) if line.node else None
        if isinstance(node, Effect) and node.verb == "send_survey":
            return {"survey": node.spec["survey"]}
        return {}
