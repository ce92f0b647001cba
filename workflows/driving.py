"""Drive the core inside a workflow: events in, commands carried out by activities and timers.

Owns what is under way (activities, timers, unwritten notes). Decides nothing: every decision is
`engine.plan.advance`. Deterministic: only what Temporal replays moves it. Must not know signals,
updates or queries.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError

from engine.effects.verbs import OUTSIDE
from engine.plan.advance import advance
from engine.plan.clock import Clock
from engine.plan.codec import encode
from engine.plan.events import (
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
from workflows.messages import Errand
from workflows.policies import HOUSE, OUTBOUND


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
        self._outbound_queue = outbound_queue
        self._timers: dict[CommandId, asyncio.Task[None]] = {}
        self._notes: list[Note] = []
        self._dropped: list[CommandId] = []

    @property
    def now(self) -> datetime:
        """The workspace's time, as Temporal replays it."""
        return self._clock.to_workspace(workflow.now())

    @property
    def resting(self) -> bool:
        """Whether nothing is under way but timers and watches, and nothing is unwritten."""
        return not (self.events or self.in_flight or self._notes or self._dropped)

    @property
    def has_work(self) -> bool:
        """Whether `work` would do anything."""
        return bool(self.events or (not self.in_flight and (self._notes or self._dropped)))

    def work(self) -> None:
        """Apply all events and set in motion what they ask for."""
        while self.events:
            event = self.events.popleft()
            self.state, commands = advance(self.plan, self.state, event)
            if isinstance(event, Failed) and self.state.outcome == "failed":
                self.failure = self.failure or event.error
            for command in commands:
                self._start(command)
        if not self.in_flight and (self._notes or self._dropped):
            self._spawn(CommandId("note"), self._write_notes())

    def wake_again(self) -> None:
        """Set the timers of a state that was carried over; those that rang in a pause stay rung."""
        rung = {event.id for event in self.state.held if isinstance(event, Woke)}
        for timer, at in self.state.timers.items():
            if timer not in rung:
                self._start(WakeAt(timer, at))

    def note(self, note: Note) -> None:
        """Write a line with the next errand."""
        self._notes.append(note)

    def drop(self, watch: CommandId) -> None:
        """Drop a wait with the next errand."""
        self._dropped.append(watch)

    async def run_errand(self, name: str, do: Do | None, **more: str) -> Any:
        """Carry out one house errand; notes and dropped waits that have gathered go with it."""
        return await workflow.execute_local_activity(
            name, self._errand(do, **more), summary=_where(do), **HOUSE
        )

    # --- commands -----------------------------------------------------------------------------

    def _start(self, command: Command) -> None:
        match command:
            case Do():
                self._spawn(command.id, self._carry_out(command, self._errand(command)))
            case WakeAt():
                self._timers[command.id] = asyncio.create_task(self._wake(command))
            case CancelWake():
                self._cancel_wake(command.id)
            case Note():
                self._notes.append(command)
            case Unwatch():
                self._dropped.append(command.id)
            case Finish():
                self.finished = command

    def _spawn(self, command: CommandId, errand: Any) -> None:
        self.in_flight[command] = asyncio.create_task(errand)

    def _errand(self, do: Do | None, **more: str) -> Errand:
        notes, self._notes = self._notes, []
        dropped, self._dropped = self._dropped, []
        encoded = None if do is None else encode(do)
        return Errand(
            self.enrollment, encoded, encode(notes), [str(one) for one in dropped], **more
        )

    async def _carry_out(self, do: Do, errand: Errand) -> None:
        event: Event
        try:
            result = await self._execute(do, errand)
            event = Done(self.now, do.id, result)
        except ActivityError as error:
            event = Failed(self.now, do.id, failure_text(error))
        del self.in_flight[do.id]
        self.events.append(event)

    async def _execute(self, do: Do, errand: Errand) -> Mapping[str, Any]:
        result: Mapping[str, Any]
        if do.verb in OUTSIDE:
            result = await workflow.execute_activity(
                do.verb, errand, task_queue=self._outbound_queue, summary=_where(do), **OUTBOUND
            )
        else:
            result = await workflow.execute_local_activity(
                do.verb, errand, summary=_where(do), **HOUSE
            )
        return result

    async def _write_notes(self) -> None:
        try:
            await self.run_errand("note", None)
        except ActivityError as error:
            self.failure = self.failure or failure_text(error)
        del self.in_flight[CommandId("note")]

    # --- timers -------------------------------------------------------------------------------

    async def _wake(self, command: WakeAt) -> None:
        delay = self._clock.to_real(command.at) - workflow.now()
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
        if (task := self._timers.pop(timer, None)) is not None:
            task.cancel()
        self.events = deque(
            event for event in self.events if not (isinstance(event, Woke) and event.id == timer)
        )


def failure_text(error: ActivityError) -> str:
    """Say why an activity failed for good, without what an unforeseen error may have quoted."""
    match error.cause:
        case ApplicationError() as cause:
            return f"{error.activity_type}: {cause.message}"
        case TimeoutError():
            return f"{error.activity_type}: it could not be done in the time allowed"
        case _:
            return f"{error.activity_type}: it failed"


def _where(do: Do | None) -> str | None:
    if do is None or do.node is None:
        return None
    return " ".join((do.node, *do.path))
