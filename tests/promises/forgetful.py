"""A simulator whose runs lose workflow tasks, as a worker does that is killed in the middle of one.

What was written stays written. What the run decided is forgotten, and is decided again later, with
the news that came meanwhile; news comes first then and alarms after it, as Temporal tells them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from engine.effects.context import Context
from engine.effects.entities import EnrollmentId
from engine.plan.events import CommandId, Event, Met, Moved, Woke
from engine.plan.state import State
from engine.simulation.carrier import Carrier
from engine.simulation.driving import Errand, Run
from engine.simulation.runs import Runs, Shell
from engine.simulation.simulator import Simulator
from engine.simulation.world import World


@dataclass
class Attempt:
    """A workflow task under way: where the run stood before it, and what has been told since."""

    state: State
    timers: dict[CommandId, datetime]
    told: list[Event] = field(default_factory=list)
    dark: bool = False


class Forgetful(Simulator):
    """A simulator whose runs are `Losing`."""

    def __init__(self, context: Context, world: World, random: Random) -> None:
        super().__init__(context, world)
        self.runs = self.losing = Losing(world, self._carrier, self, random)


class Losing(Runs):
    """Loses tasks at random, each for some hours, `most` of them in all. `early` counts the news
    that came before the run had asked for it again."""

    def __init__(
        self, world: World, carrier: Carrier, shell: Shell, random: Random, *, most: int = 12
    ) -> None:
        super().__init__(world, carrier, shell)
        self.lost = 0
        self.early = 0
        self._random = random
        self._most = most
        self._attempts: dict[EnrollmentId, Attempt] = {}

    def tell(self, enrollment: EnrollmentId, event: Event) -> None:
        run = self._under_way.get(enrollment)
        if run is None:
            return
        attempt = self._attempt(run)
        attempt.told.append(event)
        if not attempt.dark:
            super().tell(enrollment, event)

    def _ring(self, run: Run, timer: CommandId, at: datetime) -> None:
        if run.timers.get(timer) != at:
            return
        attempt = self._attempt(run)
        attempt.told.append(Woke(self._world.now, timer))
        if attempt.dark:
            del run.timers[timer]
        else:
            super()._ring(run, timer, at)

    def _attempt(self, run: Run) -> Attempt:
        """The task under way, or a new one when the last came to its end."""
        attempt = self._attempts.get(run.enrollment)
        if attempt is None or not (attempt.dark or run.has_work or run.in_flight):
            attempt = self._attempts[run.enrollment] = Attempt(run.state, dict(run.timers))
        return attempt

    def _carry(self, run: Run, errand: Errand, retry: timedelta = timedelta(minutes=1)) -> None:
        super()._carry(run, errand, retry)
        if self.lost < self._most and self._random.random() < 0.3:
            self._lose(run)

    def _lose(self, run: Run) -> None:
        self.lost += 1
        attempt = self._attempts[run.enrollment]
        attempt.dark = True
        again = Run(run.enrollment, run.plan, run.state.subject)
        again.state, again.timers = attempt.state, dict(attempt.timers)
        for event in attempt.told:
            if isinstance(event, Woke):
                again.timers.pop(event.id, None)
        self._under_way[run.enrollment] = again
        run.timers.clear()
        run.events.clear()
        run.errands.clear()
        for timer, at in again.timers.items():
            self._set_alarm(again, timer, at)
        away = timedelta(minutes=self._random.choice([1, 61, 60 * 30]) + 1)
        self._shell.at(self._world.now + away, partial(self._do_again, again))

    def _do_again(self, run: Run) -> None:
        lost = self._attempts[run.enrollment]
        told = sorted(lost.told, key=lambda event: isinstance(event, Woke))
        self.early += sum(
            isinstance(event, Met | Moved) and event.id not in lost.state.watches for event in told
        )
        self._attempts[run.enrollment] = Attempt(lost.state, dict(run.timers), told)
        run.events.extend(told)
        self._queue(run)
