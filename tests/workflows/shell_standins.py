"""A stand-in for the effects: it answers every verb, and remembers what it was asked.

It takes the place of `engine/effects` and the store, so that these tests are about the shell alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from engine.effects.entities import EnrollmentId
from engine.effects.records import Records
from engine.plan.events import CommandId, Do, Note
from engine.plan.model import Json
from workflows.activities import Transaction

Answer = Callable[[Do], Mapping[str, Json]]

USUAL: Mapping[str, Mapping[str, Json]] = {
    "begin": {"met": []},
    "create_task": {"due": None, "rungs": [], "deadline": None, "task": "t-1"},
    "watch": {"met": False, "due": None, "past": False},
    "evaluate": {"taken": 0},
    "list_items": {"items": []},
    "send_email": {"status": "accepted", "sent": True},
}


class FakeRecords:
    """The two things the activities ask of the records themselves."""

    def __init__(self, effects: FakeEffects) -> None:
        self._effects = effects

    @property
    def now(self) -> datetime:
        """Long ago: the shell must not go back in time for it."""
        return datetime(2020, 1, 1, tzinfo=UTC)

    def plan(self, plan: str) -> None:
        """Every plan is known."""

    def change_enrollment(self, enrollment: str, **fields: Any) -> None:
        self._effects.say(enrollment, "changed " + ", ".join(f"{k}={v}" for k, v in fields.items()))


class FakeEffects:
    """Answers verbs; `answers` replace the usual answer, by verb or by node."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.story: dict[str, list[str]] = {}
        self._done: dict[tuple[str, str], Mapping[str, Json]] = {}
        self._lock = threading.Lock()

    def say(self, enrollment: str, what: str) -> None:
        with self._lock:
            self.story.setdefault(enrollment, []).append(what)

    @contextmanager
    def transaction(self) -> Iterator[Records]:
        yield cast(Records, FakeRecords(self))

    def carry_out(self, records: Records, enrollment: EnrollmentId, do: Do) -> Mapping[str, Json]:
        return self._once(enrollment, do)

    def deliver(
        self, transaction: Transaction, enrollment: EnrollmentId, do: Do
    ) -> Mapping[str, Json]:
        return self._once(enrollment, do)

    def write_notes(
        self,
        records: Records,
        enrollment: EnrollmentId,
        notes: Sequence[Note],
        dropped: Sequence[CommandId],
    ) -> None:
        for note in notes:
            key = (enrollment, f"note.{note.id}")
            if key not in self._done:
                self._done[key] = {}
                self.say(enrollment, f"note {note.node or '-'} {note.what}")

    def _once(self, enrollment: EnrollmentId, do: Do) -> Mapping[str, Json]:
        key = (enrollment, do.id)
        if key not in self._done:
            answer = self.answers.get(do.verb) or self.answers.get(str(do.node))
            usual = USUAL.get(do.verb, {"status": "done"})
            self._done[key] = answer(do) if answer else usual
            self.say(enrollment, " ".join((do.verb, do.node or "-", *do.path)))
        return self._done[key]
