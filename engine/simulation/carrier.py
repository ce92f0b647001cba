"""Carrying out one errand of a simulated run, as an activity of the Temporal shell would.

Owns where what leaves the house goes: emails to the memory provider, chat posts and calls into a
list. What a verb means is `engine/effects`. Knows no time.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.delivery.memory import MemoryProvider
from engine.effects import noticing, outgoing, sending
from engine.effects.carrying import carry_out, write_notes
from engine.effects.context import Context
from engine.effects.entities import EnrollmentId
from engine.effects.letters import ChatPost, HookCall, Letter
from engine.effects.verbs import HOUSE
from engine.errors import TenureError
from engine.plan.events import Do, Done, Failed
from engine.plan.model import Json
from engine.simulation.driving import Errand
from engine.simulation.memory import MemoryRecords
from engine.simulation.world import World


class Carrier:
    """Carries errands out over a `World`. `posts` are the chat posts and calls that left."""

    def __init__(self, context: Context, world: World) -> None:
        self.provider = MemoryProvider()
        self.posts: list[Letter] = []
        self._context = context
        self._world = world
        self._records = MemoryRecords(world)
        self._ways = sending.Ways(email=self.provider)

    def carry(self, enrollment: EnrollmentId, errand: Errand) -> Done | Failed | None:
        """Carry out an errand; None when it had no command, or is to be tried again."""
        do = errand.do
        if do is None:
            self._write(enrollment, errand)
            return None
        act = self._carry_house if do.verb in HOUSE else self._send
        try:
            result = act(enrollment, errand, do)
        except TenureError as error:
            if do.verb in HOUSE:
                self._write(enrollment, errand)  # what came with it is true all the same
            return Failed(self._world.now, do.id, f"{do.verb}: {error.message}")
        if result.get("status") == "waiting":
            return None
        return Done(self._world.now, do.id, result)

    def send_notices(self) -> None:
        """Send what our own people are to be told outside any run."""
        noticing.send_notices(lambda: self._records, self._context, self._ways)

    def _write(self, enrollment: EnrollmentId, errand: Errand) -> None:
        if errand.notes or errand.dropped:
            with self._records as records:
                write_notes(records, enrollment, errand.notes, errand.dropped)

    def _carry_house(self, enrollment: EnrollmentId, errand: Errand, do: Do) -> Mapping[str, Json]:
        with self._records as records:
            if errand.notes or errand.dropped:
                write_notes(records, enrollment, errand.notes, errand.dropped)
            return carry_out(records, self._context, enrollment, do)

    def _send(self, enrollment: EnrollmentId, errand: Errand, do: Do) -> Mapping[str, Json]:
        self._write(enrollment, errand)
        with self._records as records:
            ready = outgoing.prepare(records, self._context, enrollment, do)
        if ready.result is not None:
            return ready.result
        sent = {letter.key: self._hand_over(letter) for letter in ready.sends}
        with self._records as records:
            return outgoing.record(records, self._context, enrollment, do, ready, sent)

    def _hand_over(self, letter: Letter) -> sending.Sent:
        if isinstance(letter.content, ChatPost | HookCall):
            self.posts.append(letter)
            return sending.Sent("accepted", "memory", "200")
        return sending.send(letter, self._ways)
