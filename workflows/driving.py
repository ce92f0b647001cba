"""Drive the core inside a workflow: events in, commands carried out by activities and timers.

Owns what is under way (activities, timers, unwritten notes). Decides nothing: every decision is
`engine.plan.advance`. Deterministic: only what Temporal replays moves it. Must not know signals,
updates or queries.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, TimeoutError

from engine.effects.verbs import OUTSIDE
from engine.plan.advance import advance
from engine.plan.clock import Clock
from engine.plan.codec import encode
from engine.plan.events import (
    Cancelled,
    CancelWake,
    Command,
    CommandId,
    Do,
    Done,
    Event,
    Failed,
    Finish,
    Note,
    Unwatch,
    WakeAt,
    Woke,
)
from engine.plan.model import Plan, PlanHash
from engine.plan.state import State
from workflows.policies import AT_HAND, FINAL, HOUSE, OUTBOUND

CAN_WAIT = frozenset(["wait", "wait over", "split", "end"])
"""Lines of the timeline that may wait for an errand to go with, however long."""


class Driver:
    """One run's core and what it has under way. `events` are still to be applied."""

    def __init__(
        self,
        enrollment: str,
        plan: Plan,
        plan_hash: PlanHash,
        state: State,
        *,
        clock: Clock,
        outbound_queue: str,
    ) -> None:
        self.enrollment = enrollment
        self.plan = plan
        self.plan_hash = plan_hash
        self.state = state
        self.events: deque[Event] = deque()
        self.in_flight: dict[CommandId, asyncio.Task[None]] = {}
        self.finished: Finish | None = None
        self.failure: str | None = None
        self._clock = clock
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._outbound_queue = outbound_queue
        self._timers: dict[CommandId, tuple[asyncio.Task[None], datetime]] = {}
        self._broken: BaseException | None = None
        self._at_home: set[CommandId] = set()
        self._notes: list[Note] = []
        self._dropped: list[CommandId] = []

    @property
    def now(self) -> datetime:
        """The workspace's time, as Temporal replays it; never before what an errand reported.

        Inside a workflow task Temporal's clock lags behind the database's, and the lines of the
        timeline are in the order of their instants.
        """
        self._latest = max(self._latest, self._clock.to_workspace(workflow.now()))
        return self._latest

    @property
    def resting(self) -> bool:
        """Whether nothing is under way but timers and watches."""
        return not (self.events or self.in_flight)

    @property
    def unwritten(self) -> bool:
        """Whether notes or dropped waits are still to be written."""
        return bool(self._notes or self._dropped)

    @property
    def has_work(self) -> bool:
        """Whether `work` would do anything."""
        return bool(self.events or self._broken) or self._should_write()

    def work(self) -> None:
        """Apply all events and set in motion what they ask for. Raises what a task died of: a
        mistake of ours, which fails the workflow task and so is seen."""
        if self._broken is not None:
            raise self._broken
        while self.events:
            event = self.events.popleft()
            self.state, commands = advance(self.plan, self.state, event)
            if isinstance(event, Failed) and self.state.outcome == "failed":
                self.failure = self.failure or event.error
            for command in commands:
                self._start(command)
        if self._should_write():
            self.write()

    def write(self) -> None:
        """Write what is unwritten by an errand of its own."""
        self._spawn(CommandId("note"), self._write_notes())

    def _should_write(self) -> bool:
        """Before a rest, unless all that is unwritten can go with the next errand: that a plain
        wait began or is over follows from the plan and from what happened before."""
        if not self.resting:
            return False
        return bool(self._dropped) or any(note.what not in CAN_WAIT for note in self._notes)

    def wake_again(self) -> None:
        """Set the timers of a state that was carried over; those that rang in a pause stay rung."""
        rung = {event.id for event in self.state.held if isinstance(event, Woke)}
        for timer, at in self.state.timers.items():
            if timer not in rung:
                self._start(WakeAt(timer, at))

    def fail(self, why: str) -> None:
        """End the run as failed: something the core does not know of cannot be done."""
        self.failure = self.failure or why
        self.events.append(Cancelled(self.now, why, "failed"))

    def note(self, note: Note) -> None:
        """Write a line with the next errand."""
        self._notes.append(note)

    def drop(self, watch: CommandId) -> None:
        """Drop a wait with the next errand."""
        self._dropped.append(watch)

    async def run_errand(self, name: str, do: Do | None, **more: str) -> Any:
        """Carry out one house errand; notes and dropped waits that have gathered go with it."""
        written = await workflow.execute_local_activity(
            name, self._errand(do, **more), summary=_where(do), **HOUSE
        )
        return None if written is None else self._read(written)

    # --- commands -----------------------------------------------------------------------------

    def _start(self, command: Command) -> None:
        match command:
            case Do():
                if command.verb not in OUTSIDE:
                    self._at_home.add(command.id)
                self._spawn(command.id, self._carry_out(command, self._errand(command)))
            case WakeAt():
                at = self._clock.to_real(command.at)
                self._timers[command.id] = self._task(self._wake(command, at)), at
            case CancelWake():
                self._cancel_wake(command.id)
            case Note():
                self._notes.append(command)
            case Unwatch():
                self._dropped.append(command.id)
            case Finish():
                self.finished = command

    def _spawn(self, command: CommandId, errand: Coroutine[Any, Any, None]) -> None:
        self.in_flight[command] = self._task(errand)

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._look_at)
        return task

    def _look_at(self, task: asyncio.Task[None]) -> None:
        """Keep what a task died of for the main loop: asyncio would tell nobody."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken = error

    def _errand(self, do: Do | None, **more: str) -> Mapping[str, Any]:
        """Return an `Errand` as the plain data it travels as; empty fields are left out."""
        errand: dict[str, Any] = {"enrollment": self.enrollment, **more}
        if do is not None:
            errand["do"] = encode(do)
        if self._notes:
            errand["notes"] = encode(self._notes)
        if self._dropped:
            errand["dropped"] = list(self._dropped)
        self._notes, self._dropped = [], []
        return errand

    async def _carry_out(self, do: Do, errand: Mapping[str, Any]) -> None:
        event: Event
        if do.verb == "finish":
            # What was asked before comes first: a withdrawal says why, and the end only that.
            await workflow.wait_condition(lambda: self._at_home <= {do.id})
        try:
            result = await self._execute(do, errand)
            event = Done(self.now, do.id, result)
        except FailureError as error:
            event = Failed(self.now, do.id, failure_text(do.verb, error))
        del self.in_flight[do.id]
        self._at_home.discard(do.id)
        self.events.append(event)

    async def _execute(self, do: Do, errand: Mapping[str, Any]) -> Mapping[str, Any]:
        if do.verb in OUTSIDE:
            return await self._send(do, errand)
        written = await workflow.execute_local_activity(
            do.verb, errand, summary=_where(do), **HOUSE
        )
        return self._read(written)

    async def _send(self, do: Do, errand: Mapping[str, Any]) -> Mapping[str, Any]:
        """Try once at hand; what cannot be sent so goes to the outbound queue, which tries on."""
        try:
            result = self._read(
                await workflow.execute_local_activity(
                    do.verb, errand, summary=_where(do), **AT_HAND
                )
            )
        except FailureError as error:
            if isinstance(error, ApplicationError) and error.type in FINAL:
                raise
            result = {"status": "waiting"}
        if result.get("status") != "waiting":
            return result
        written = await workflow.execute_activity(
            do.verb, errand, task_queue=self._outbound_queue, summary=_where(do), **OUTBOUND
        )
        return self._read(written)

    def _read(self, written: tuple[Mapping[str, Any], str | None]) -> Mapping[str, Any]:
        """Take note of when an answer was written, and return it."""
        result, at = written
        if at is not None:
            self._latest = max(self._latest, datetime.fromisoformat(at))
        return result

    async def _write_notes(self) -> None:
        try:
            await self.run_errand("note", None)
        except FailureError as error:
            self.fail(failure_text("note", error))
        del self.in_flight[CommandId("note")]

    # --- timers -------------------------------------------------------------------------------

    async def _wake(self, command: WakeAt, at: datetime) -> None:
        delay = at - workflow.now()
        if delay.total_seconds() > 0:
            await workflow.sleep(delay, summary=self._why_awake(command.id))
        self._timers.pop(command.id, None)
        self.events.append(Woke(max(self.now, command.at), command.id))

    def _why_awake(self, timer: CommandId) -> str | None:
        for branch in self.state.branches.values():
            if timer in branch.timers:
                return f"{branch.node}: {branch.timers[timer]}"
        return None

    def _cancel_wake(self, timer: CommandId) -> None:
        if (timed := self._timers.pop(timer, None)) is not None:
            timed[0].cancel()
        self.events = deque(
            event for event in self.events if not (isinstance(event, Woke) and event.id == timer)
        )


def failure_text(errand: str, error: FailureError) -> str:
    """Say why an errand failed for good. A local activity's failure comes as it is, an ordinary
    one's wrapped."""
    cause = error.cause if isinstance(error, ActivityError) else error
    match cause:
        case TimeoutError():
            return f"{errand}: it could not be done in the time allowed"
        case FailureError():
            return f"{errand}: {cause.message}"
        case _:
            return f"{errand}: it failed"


def _where(do: Do | None) -> str | None:
    if do is None or do.node is None:
        return None
    return " ".join((do.node, *do.path))
