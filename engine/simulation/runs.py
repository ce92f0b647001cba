"""The runs under way in a simulation: what each is told, what it does of it, and when it rests.

Owns their turns at one instant and the guards against runs that never rest. What a run decides is
in `driving`, what an errand means in `carrier`; time passes in `simulator`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from engine.effects.entities import EnrollmentId
from engine.errors import RunError
from engine.plan.events import CommandId, Event, Started, Woke
from engine.plan.model import NodeId
from engine.simulation.carrier import Carrier
from engine.simulation.driving import Errand, Run
from engine.simulation.world import World

MOST_STEPS = 10_000
"""Steps one run may take at one instant, for each branch it has."""
MOST_STARTS = 100
"""Runs of one playbook that may begin for one subject at one instant."""
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=10)


class Shell(Protocol):
    """What runs need of the simulator."""

    def at(self, instant: datetime, act: Callable[[], None]) -> None: ...

    def take_owed(self) -> None: ...


class Runs:
    """All runs of a simulation. `ready` are those with something to do at this instant."""

    def __init__(self, world: World, carrier: Carrier, shell: Shell) -> None:
        self.ready: deque[Run] = deque()
        self._world = world
        self._carrier = carrier
        self._shell = shell
        self._under_way: dict[EnrollmentId, Run] = {}
        self._visited: dict[str, set[NodeId]] = {}
        self._starts: dict[tuple[str, str], int] = {}
        self._starts_at: datetime | None = None

    def begin(self, enrollment: EnrollmentId) -> None:
        """Begin the run of an enrollment, now. Raises RunError when runs begin without end."""
        row = self._world.enrollments[enrollment]
        self._count_start(row.playbook, row.subject)
        plan = self._world.plans[row.plan]
        self._under_way[enrollment] = Run(enrollment, plan, row.subject)
        self.tell(enrollment, Started(self._world.now))

    def tell(self, enrollment: EnrollmentId, event: Event) -> None:
        """Give a run an event; nobody hears it when the run is over."""
        run = self._under_way.get(enrollment)
        if run is not None:
            run.events.append(event)
            self._queue(run)

    def settle(self) -> None:
        """Let every run do what is to be done at this instant, one piece each in turn. Raises
        RunError for a run that never rests."""
        while self.ready:
            run = self.ready.popleft()
            run.queued = False
            if run.events:
                run.work(self._world.now, self._set_alarm)
            elif run.errands:
                self._count(run)
                self._carry(run, run.errands.popleft())
            if run.finished is not None:
                self._bury(run)
            elif run.has_work:
                self._queue(run)

    def visited(self) -> Mapping[str, frozenset[NodeId]]:
        """Return the nodes that runs have come to so far, by playbook."""
        visited = {playbook: set(nodes) for playbook, nodes in self._visited.items()}
        for run in self._under_way.values():
            visited.setdefault(run.plan.playbook, set()).update(run.visited)
        return {playbook: frozenset(nodes) for playbook, nodes in visited.items()}

    def _queue(self, run: Run) -> None:
        if not run.queued:
            run.queued = True
            self.ready.append(run)

    def _bury(self, run: Run) -> None:
        self._visited.setdefault(run.plan.playbook, set()).update(run.visited)
        self._under_way.pop(run.enrollment, None)

    # --- alarms -------------------------------------------------------------------------------

    def _set_alarm(self, run: Run, timer: CommandId, at: datetime) -> None:
        self._shell.at(at, partial(self._ring, run, timer, at))

    def _ring(self, run: Run, timer: CommandId, at: datetime) -> None:
        if run.timers.get(timer) == at:  # else it was cancelled, or put off under the same id
            del run.timers[timer]
            run.events.append(Woke(self._world.now, timer))
            self._queue(run)

    # --- carrying out -------------------------------------------------------------------------

    def _carry(self, run: Run, errand: Errand, retry: timedelta = FIRST_RETRY) -> None:
        event = self._carrier.carry(run.enrollment, errand)
        if event is not None:
            run.events.append(event)
        elif errand.do is not None:
            run.in_flight += 1
            act = partial(self._retry, run, Errand(errand.do), min(retry * 2, LONGEST_RETRY))
            self._shell.at(self._world.now + retry, act)
        self._shell.take_owed()

    def _retry(self, run: Run, errand: Errand, after: timedelta) -> None:
        run.in_flight -= 1
        if run.finished is None:
            self._carry(run, errand, after)
            self._queue(run)

    # --- guards -------------------------------------------------------------------------------

    def _count(self, run: Run) -> None:
        if run.moment != self._world.now:
            run.moment, run.steps = self._world.now, 0
        run.steps += 1
        if run.steps > MOST_STEPS * max(1, len(run.state.branches)):
            last = run.errands[0].do
            where = f", the last at {last.node}" if last is not None and last.node else ""
            raise RunError(
                f"the run {run.enrollment} does not come to rest: {run.steps} steps at "
                f"{run.moment.isoformat()} without time passing{where}",
                remedy="Give the repetition an `every` or an `at_most`, or put a wait into it.",
            )

    def _count_start(self, playbook: str, subject: str) -> None:
        if self._starts_at != self._world.now:
            self._starts_at = self._world.now
            self._starts.clear()
        begun = self._starts.get((playbook, subject), 0) + 1
        self._starts[playbook, subject] = begun
        if begun > MOST_STARTS:
            raise RunError(
                f"{playbook} began {begun} times for {subject} at {self._world.now.isoformat()}",
                remedy="Playbooks that start each other need a wait, or `again_after`.",
            )
