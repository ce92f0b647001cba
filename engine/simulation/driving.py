"""One run under the virtual clock: its state, its events to come and its commands to carry out.

The counterpart of `workflows/driving.py`, with the same order: events first to last, commands first
to last, notes and dropped waits with the next command. Knows no records and carries out nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from engine.effects.entities import EnrollmentId
from engine.plan.advance import advance, begin
from engine.plan.events import (
    CancelWake,
    Command,
    CommandId,
    Do,
    Event,
    Finish,
    Note,
    Unwatch,
    WakeAt,
    Woke,
)
from engine.plan.model import NodeId, Plan

SetAlarm: TypeAlias = Callable[["Run", CommandId, datetime], None]


@dataclass(frozen=True, slots=True)
class Errand:
    """A command to carry out, with the notes and dropped waits that gathered before it. Without a
    command, only those are written."""

    do: Do | None
    notes: tuple[Note, ...] = ()
    dropped: tuple[CommandId, ...] = ()


class Run:
    """One enrollment under way. `timers` are those that may still ring, each with its instant."""

    def __init__(self, enrollment: EnrollmentId, plan: Plan, subject: str) -> None:
        self.enrollment = enrollment
        self.plan = plan
        self.state = begin(subject)
        self.events: deque[Event] = deque()
        self.errands: deque[Errand] = deque()
        self.timers: dict[CommandId, datetime] = {}
        self.visited: set[NodeId] = set()
        self.finished: Finish | None = None
        self.in_flight = 0
        self.queued = False
        self.moment: datetime | None = None
        self.steps = 0
        self._notes: list[Note] = []
        self._dropped: list[CommandId] = []
        self._rung: list[CommandId] = []

    @property
    def has_work(self) -> bool:
        """Whether anything is to be done at this instant."""
        return bool(self.events or self.errands)

    def work(self, now: datetime, set_alarm: SetAlarm) -> None:
        """Apply all events; what they ask for gathers in `errands`."""
        while self.events:
            event = self.events.popleft()
            self.state, commands = advance(self.plan, self.state, event)
            self.visited.update(branch.node for branch in self.state.branches.values())
            for command in commands:
                self._start(command, now, set_alarm)
            if not self.events:
                self.events.extend(Woke(now, timer) for timer in self._rung)
                self._rung.clear()
        if (self._notes or self._dropped) and not self.errands and not self.in_flight:
            self._gather(None)

    def _start(self, command: Command, now: datetime, set_alarm: SetAlarm) -> None:
        match command:
            case Do():
                self._gather(command)
            case WakeAt(id, at) if at <= now:
                self._rung.append(id)
            case WakeAt(id, at):
                self.timers[id] = at
                set_alarm(self, id, at)
            case CancelWake(id):
                self._cancel(id)
            case Note():
                self._see(command.node)
                self._notes.append(command)
            case Unwatch(id):
                self._dropped.append(id)
            case Finish():
                self.finished = command
            case _:
                assert_never(command)

    def _gather(self, do: Do | None) -> None:
        if do is not None:
            self._see(do.node)
        self.errands.append(Errand(do, tuple(self._notes), tuple(self._dropped)))
        self._notes.clear()
        self._dropped.clear()

    def _see(self, node: NodeId | None) -> None:
        if node is not None:
            self.visited.add(node)

    def _cancel(self, timer: CommandId) -> None:
        self.timers.pop(timer, None)
        if timer in self._rung:
            self._rung.remove(timer)
        waiting = (event for event in self.events if isinstance(event, Woke) and event.id == timer)
        for event in list(waiting):
            self.events.remove(event)
