"""The virtual-clock shell: drives the core over a heap of instants, in memory, deterministically.

Owns time and order. What an effect means is `engine/effects`, what follows from it is
`engine/plan`; both are the very ones the Temporal shell uses. Nothing leaves the house: emails go
to the memory provider, chat posts and calls are kept.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from engine.delivery.memory import MemoryProvider
from engine.effects.context import Context
from engine.effects.deliveries import Delivery, Pause, Resume, Start, Stop, Wake
from engine.effects.enrolling import Enrolled, enroll
from engine.effects.entities import AccountId, ContactId, EnrollmentId, Fact, Line
from engine.effects.ingesting import Ingested, by_the_clock, ingest
from engine.effects.starting import Begun
from engine.errors import InputError, RunError, TenureError
from engine.plan.events import (
    Cancelled,
    CommandId,
    Event,
    Met,
    Moved,
    Paused,
    Resumed,
    Started,
    Woke,
)
from engine.plan.model import NodeId, Plan
from engine.simulation.agenda import Agenda
from engine.simulation.carrier import Carrier
from engine.simulation.clocks import Clocks
from engine.simulation.driving import Errand, Run
from engine.simulation.habits import Custom
from engine.simulation.memory import MemoryRecords
from engine.simulation.people import People
from engine.simulation.trace import Refusal, Rejection, Trace
from engine.simulation.world import World

MOST_STEPS = 10_000
"""Steps one run may take at one instant, for each branch it has."""
MOST_STARTS = 100
"""Runs of one playbook that may begin for one subject at one instant."""
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=10)


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the cycle collector out: a world only grows, and looking through it again and again
    takes a fifth of a long simulation. What runs here makes no cycles to speak of."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Simulator:
    """Runs enrollments over a `World`. Facts at an instant come before its timers."""

    def __init__(self, context: Context, world: World, *, habits: Sequence[Custom] = ()) -> None:
        self.context = context
        self.world = world
        self._records = MemoryRecords(world)
        self.refusals: list[Refusal] = []
        self.rejections: list[Rejection] = []
        self._carrier = Carrier(context, world)
        self._people = People(context, world, habits, self)
        self._clocks = Clocks(context, world, self)
        self._begun = False
        self._runs: dict[EnrollmentId, Run] = {}
        self._visited: dict[str, set[NodeId]] = {}
        self._ready: deque[Run] = deque()
        self._agenda = Agenda()
        self._lines: list[Line] = []
        self._starts: dict[tuple[str, str], int] = {}
        self._noticed = 0

    @property
    def provider(self) -> MemoryProvider:
        """Where the emails go; faults can be asked of it."""
        return self._carrier.provider

    # --- what is to happen --------------------------------------------------------------------

    def at(self, instant: datetime, act: Callable[[], None]) -> None:
        """Do something at an instant; at once when it is past."""
        self._agenda.add(max(instant, self.world.now), act)

    def add_fact(self, fact: Fact) -> None:
        """Let a fact come in when it occurs."""
        self.at(fact.occurred_at, partial(self.take_in, fact))

    def feed(self, facts: Iterable[Fact]) -> None:
        """Let many facts come in, read one by one; they must be in the order they occur."""
        self._agenda.feed((fact.occurred_at, partial(self.take_in, fact)) for fact in facts)

    def feed_acts(self, acts: Iterable[tuple[datetime, Callable[[], None]]]) -> None:
        """Let much be done, read one by one; it must be in the order of its instants. What is done
        at an instant comes before its timers."""
        self._agenda.feed(acts)

    def enroll(
        self,
        playbook: str,
        account: AccountId,
        *,
        contact: ContactId | None = None,
        inputs: Mapping[str, Any] | None = None,
        force: bool = False,
    ) -> Enrolled:
        """Begin a run by hand, now."""
        with self._records as records:
            result = enroll(
                records,
                self.context,
                playbook,
                account,
                contact=contact,
                trigger={"by": "hand"},
                inputs=inputs,
                nonce=f"hand/{self._agenda.added}",
                force=force,
            )
        self._agenda.added += 1
        if result.enrollment is None:
            self.refusals.append(Refusal(self.world.now, playbook, account, result.said))
        self.take_owed()
        return result

    def pause(self, enrollment: EnrollmentId, reason: str = "by hand") -> None:
        """Pause a run, now."""
        self._tell(enrollment, Paused(self.world.now, reason))

    def resume(self, enrollment: EnrollmentId) -> None:
        """Let a paused run go on, now."""
        self._tell(enrollment, Resumed(self.world.now))

    def cancel(self, enrollment: EnrollmentId, reason: str = "by hand") -> None:
        """End a run, now."""
        self._tell(enrollment, Cancelled(self.world.now, reason))

    def make_live(self, *plans: Plan) -> None:
        """Put plans into service, now: what is so already has not just come about."""
        self.world.make_live(*plans)
        if self._begun:
            self._clocks.begin()

    # --- time ---------------------------------------------------------------------------------

    def run(self, until: datetime) -> None:
        """Let time pass up to an instant, included. Raises RunError for runs that never rest."""
        with uncollected():
            self._run(until)

    def _run(self, until: datetime) -> None:
        if not self._begun:
            self._begun = True
            self._clocks.begin()
        self._settle()
        while (found := self._agenda.pop(until)) is not None:
            instant, act = found
            self._move(instant)
            act()
            if self._ready:
                self._settle()
        self._move(until)

    def _move(self, to: datetime) -> None:
        if to < self.world.now:
            raise InputError(
                f"a fact of {to.isoformat()} comes after one of {self.world.now.isoformat()}",
                remedy="Give the facts in the order they occurred.",
            )
        if to > self.world.now:
            self.world.now = to
            self._starts.clear()

    def _settle(self) -> None:
        """Let every run do what is to be done at this instant, one piece each in turn."""
        while self._ready:
            run = self._ready.popleft()
            run.queued = False
            if run.events:
                run.work(self.world.now, self._set_alarm)
            elif run.errands:
                self._count(run)
                self._carry(run, run.errands.popleft())
            if run.finished is not None:
                self._bury(run)
            elif run.has_work:
                self._queue(run)

    def _queue(self, run: Run) -> None:
        if not run.queued:
            run.queued = True
            self._ready.append(run)

    def _tell(self, enrollment: EnrollmentId, event: Event) -> None:
        run = self._runs.get(enrollment)
        if run is not None:
            run.events.append(event)
            self._queue(run)

    def _bury(self, run: Run) -> None:
        self._visited.setdefault(run.plan.playbook, set()).update(run.visited)
        self._runs.pop(run.enrollment, None)

    def _set_alarm(self, run: Run, timer: CommandId, at: datetime) -> None:
        self.at(at, partial(self._ring, run, timer, at))

    def _ring(self, run: Run, timer: CommandId, at: datetime) -> None:
        if run.timers.get(timer) == at:  # else it was cancelled, or put off under the same id
            del run.timers[timer]
            run.events.append(Woke(self.world.now, timer))
            self._queue(run)

    # --- guards -------------------------------------------------------------------------------

    def _count(self, run: Run) -> None:
        if run.moment != self.world.now:
            run.moment, run.steps = self.world.now, 0
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
        begun = self._starts.get((playbook, subject), 0) + 1
        self._starts[playbook, subject] = begun
        if begun > MOST_STARTS:
            raise RunError(
                f"{playbook} began {begun} times for {subject} at {self.world.now.isoformat()}",
                remedy="Playbooks that start each other need a wait, or `again_after`.",
            )

    # --- facts and people ---------------------------------------------------------------------

    def take_in(self, fact: Fact) -> None:
        """Let a fact come in now."""
        try:
            with self._records as records:
                result = ingest(records, self.context, fact)
        except TenureError as error:
            self.rejections.append(Rejection(fact, error.message))
            return
        self.note_refusals(fact.account, result)
        self.take_owed()

    def note_refusals(self, account: AccountId, result: Ingested) -> None:
        """Keep which playbooks did not start although their trigger was set off."""
        for playbook, why in result.refused:
            self.refusals.append(Refusal(self.world.now, playbook, account, why))

    def take_begun(self, account: AccountId, begun: Begun) -> None:
        """Let the runs go on that the clock began."""
        for playbook, why in begun.refused:
            self.refusals.append(Refusal(self.world.now, playbook, account, why))
        self.take_owed()

    def take_failure(self, account: AccountId, why: str) -> None:
        """Keep what the clock could not do for an account."""
        self.rejections.append(Rejection(by_the_clock(account, self.world.now, "look"), why))

    def take_owed(self) -> None:
        """Give runs what is owed to them, and let people see what reached them."""
        world = self.world
        if len(world.notices) > self._noticed:
            self._noticed = len(world.notices)
            self._carrier.send_notices()
        if world.outbox:
            owed, world.outbox = world.outbox, []
            for delivery in owed:
                self._deliver(delivery)
        if world.handed:
            handed, world.handed = world.handed, []
            for task in handed:
                self._people.meet_task(self.world.tasks[task])
        if world.written:
            written, world.written = world.written, []
            self._lines.extend(written)
            for line in written:
                self._people.meet_line(line)
        if world.moved:
            self._clocks.catch_up()

    def _deliver(self, delivery: Delivery) -> None:
        match delivery:
            case Start(enrollment):
                row = self.world.enrollments[enrollment]
                self._count_start(row.playbook, row.subject)
                plan = self.world.plans[row.plan]
                self._runs[enrollment] = Run(enrollment, plan, row.subject)
                self._tell(enrollment, Started(self.world.now))
            case Wake(enrollment, watch, moved=True):
                self._tell(enrollment, Moved(self.world.now, watch))
            case Wake(enrollment, watch, fact, data=data):
                self._tell(enrollment, Met(self.world.now, watch, fact, data))
            case Stop(enrollment, reason, outcome=outcome):
                self._tell(enrollment, Cancelled(self.world.now, reason, outcome))
            case Pause(enrollment, reason):
                self._tell(enrollment, Paused(self.world.now, reason, "group"))
            case Resume(enrollment):
                self._tell(enrollment, Resumed(self.world.now, "group"))

    # --- carrying out -------------------------------------------------------------------------

    def _carry(self, run: Run, errand: Errand, retry: timedelta = FIRST_RETRY) -> None:
        event = self._carrier.carry(run.enrollment, errand)
        if event is not None:
            run.events.append(event)
        elif errand.do is not None:
            run.in_flight += 1
            act = partial(self._retry, run, Errand(errand.do), min(retry * 2, LONGEST_RETRY))
            self.at(self.world.now + retry, act)
        self.take_owed()

    def _retry(self, run: Run, errand: Errand, after: timedelta) -> None:
        run.in_flight -= 1
        if run.finished is None:
            self._carry(run, errand, after)
            self._queue(run)

    # --- what came of it ----------------------------------------------------------------------

    def trace(self) -> Trace:
        """Return all that happened so far."""
        visited = {playbook: set(nodes) for playbook, nodes in self._visited.items()}
        for run in self._runs.values():
            visited.setdefault(run.plan.playbook, set()).update(run.visited)
        return Trace(
            lines=tuple(self._lines),
            enrollments=dict(self.world.enrollments),
            ledger=tuple(self.world.effects.values()),
            tasks=tuple(self.world.tasks.values()),
            mails=tuple(self.provider.accepted),
            posts=tuple(self._carrier.posts),
            refusals=tuple(self.refusals),
            rejections=tuple(self.rejections),
            visited={playbook: frozenset(nodes) for playbook, nodes in visited.items()},
            ended_at=self.world.now,
        )
