"""The effects of real runs: `engine/effects` behind the name the activities use.

Owns the order prepare, send, record and that nothing is sent inside a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.effects import carrying, outgoing, sending
from engine.effects.context import Context
from engine.effects.entities import EnrollmentId
from engine.effects.records import Records
from engine.errors import TransientError
from engine.plan.events import CommandId, Do, Note
from engine.plan.model import Json
from workflows.activities import Transaction


@dataclass(frozen=True)
class RealEffects:
    """Carries out commands. `context` returns the workspace in force now, `ways` its ways out."""

    context: Callable[[], Context]
    ways: Callable[[Context], sending.Ways]

    def carry_out(self, records: Records, enrollment: EnrollmentId, do: Do) -> Mapping[str, Json]:
        """Carry out a house verb in the caller's transaction."""
        return carrying.carry_out(records, self.context(), enrollment, do)

    def write_notes(
        self,
        records: Records,
        enrollment: EnrollmentId,
        notes: Sequence[Note],
        dropped: Sequence[CommandId],
    ) -> None:
        """Write what the core decided by itself, and drop waits."""
        carrying.write_notes(records, enrollment, notes, dropped)

    def deliver(
        self, transaction: Transaction, enrollment: EnrollmentId, do: Do
    ) -> Mapping[str, Json]:
        """Carry out a verb that leaves the house. Raises TransientError when something was
        certainly not sent and should be tried again; the others are not sent again."""
        context = self.context()
        with transaction() as records:
            prepared = outgoing.prepare(records, context, enrollment, do)
        if prepared.result is not None:
            return prepared.result
        ways = self.ways(context)
        sent = {letter.key: sending.send(letter, ways) for letter in prepared.sends}
        with transaction() as records:
            answer = outgoing.record(records, context, enrollment, do, prepared, sent)
        if answer.get("status") == "waiting":
            raise TransientError(f"{do.verb} could not be handed over yet")
        return answer
