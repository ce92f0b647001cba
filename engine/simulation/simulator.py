"""The virtual-clock shell: drives the core over a heap of instants, in memory, deterministically.

Owns time and order. What an effect means is `engine/effects`, what follows from it is
`engine/plan`; both are the very ones the Temporal shell uses. Nothing leaves the house: emails go
to the memory provider, chat posts and calls are kept.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from engine.delivery.memory import MemoryProvider
from engine.effects.context import Context
from engine.effects.deliveries import Delivery, Pause, Resume, Start, Stop, Wake
from engine.effects.enrolling import Enrolled, enroll
from engine.effects.entities import AccountId, ContactId, EnrollmentId, Fact, Line
from engine.effects.ingesting import Ingested, by_the_clock, ingest
from engine.effects.starting import Begun
from engine.errors import InputError, TenureError
from engine.plan.events import (
    Cancelled,
    Met,
    Moved,
    Paused,
    Resumed,
)
from engine.plan.model import Plan
from engine.simulation.agenda import Agenda
from engine.simulation.carrier import Carrier
from engine.simulation.clocks import Clocks
from engine.simulation.habits import Custom
from engine.simulation.memory import MemoryRecords
from engine.simulation.people import People
from engine.simulation.runs import Runs
from engine.simulation.trace import Refusal, Rejection, Trace
from engine.simulation.world import World


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
        self.runs = Runs(world, self._carrier, self)
        self._people = People(context, world, habits, self)
        self._clocks = Clocks(context, world, self)
        self._begun = False
        self._agenda = Agenda()
        self._lines: list[Line] = []
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
        self.runs.tell(enrollment, Paused(self.world.now, reason))

    def resume(self, enrollment: EnrollmentId) -> None:
        """Let a paused run go on, now."""
        self.runs.tell(enrollment, Resumed(self.world.now))

    def cancel(self, enrollment: EnrollmentId, reason: str = "by hand") -> None:
        """End a run, now."""
        self.runs.tell(enrollment, Cancelled(self.world.now, reason))

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
        self.runs.settle()
        while (found := self._agenda.pop(until)) is not None:
            instant, act = found
            self._move(instant)
            act()
            if self.runs.ready:
                self.runs.settle()
        self._move(until)

    def _move(self, to: datetime) -> None:
        if to < self.world.now:
            raise InputError(
                f"a fact of {to.isoformat()} comes after one of {self.world.now.isoformat()}",
                remedy="Give the facts in the order they occurred.",
            )
        if to > self.world.now:
            self.world.now = to

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

    def score_moved(self, account: AccountId) -> None:
        """Let the clocks look at an account whose score was written down without a fact."""
        self._clocks.score_moved(account)

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
                self.runs.begin(enrollment)
            case Wake(enrollment, watch, moved=True):
                self.runs.tell(enrollment, Moved(self.world.now, watch))
            case Wake(enrollment, watch, fact, data=data):
                self.runs.tell(enrollment, Met(self.world.now, watch, fact, data))
            case Stop(enrollment, reason, outcome=outcome):
                self.runs.tell(enrollment, Cancelled(self.world.now, reason, outcome))
            case Pause(enrollment, reason):
                self.runs.tell(enrollment, Paused(self.world.now, reason, "group"))
            case Resume(enrollment):
                self.runs.tell(enrollment, Resumed(self.world.now, "group"))

    # --- what came of it ----------------------------------------------------------------------

    def trace(self) -> Trace:
        """Return all that happened so far."""
        return Trace(
            lines=tuple(self._lines),
            enrollments=dict(self.world.enrollments),
            ledger=tuple(self.world.effects.values()),
            tasks=tuple(self.world.tasks.values()),
            mails=tuple(self.provider.accepted),
            posts=tuple(self._carrier.posts),
            refusals=tuple(self.refusals),
            rejections=tuple(self.rejections),
            visited=self.runs.visited(),
            ended_at=self.world.now,
        )
