"""A simulation on the stage: set up, played when the test says so, and told line by line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from engine.effects.context import Context
from engine.effects.entities import EnrollmentId
from engine.plan.model import Plan
from engine.simulation.entries import Entry, entries_of
from engine.simulation.scenario import Scenario
from engine.simulation.simulator import Simulator

Story = Callable[..., list[str]]
Staged = Callable[..., "Stage"]


@dataclass(frozen=True)
class Stage:
    """A simulation that is set up; it begins when it is played."""

    simulator: Simulator
    scenario: Scenario
    plan: Plan
    context: Context

    def after(self, span: timedelta, act: Callable[[EnrollmentId], None]) -> None:
        """Do something with the first run, so long after the start."""
        runs = self.simulator.world.enrollments
        self.simulator.at(self.scenario.start + span, lambda: act(next(iter(runs))))

    def play(self) -> None:
        """Play it to its end."""
        self.simulator.run(self.scenario.until)

    def story(self) -> list[str]:
        """Tell what happened so far."""
        return [said(one) for one in entries_of(self.simulator, self.context, self.plan)]


def said(entry: Entry) -> str:
    """Write an entry with its day and time: `2 Mon 09:00 task: call to csm`."""
    local = entry.at.astimezone(ZoneInfo(entry.zone))
    return f"{local.day} {local:%a %H:%M} {entry}"
