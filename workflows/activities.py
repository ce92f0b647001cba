"""The activities: one per verb, named by it. Thin: decode, one transaction, encode.

Owns the translation of errors into what Temporal retries and what it takes as final. Decides
nothing about effects (`engine/effects`). What it puts into history holds no personal data: messages
of our own errors have none, and of a foreign one only its class is told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from threading import Semaphore
from typing import Any, Protocol, TypeAlias

from temporalio import activity
from temporalio.exceptions import ApplicationError

from engine.effects.entities import EnrollmentId
from engine.effects.records import Records
from engine.effects.verbs import HOUSE, OUTSIDE
from engine.errors import TenureError, TransientError
from engine.plan.codec import decode
from engine.plan.events import CommandId, Do, Note
from engine.plan.model import Json, PlanHash
from engine.services.logs import raised_at
from workflows.messages import Errand
from workflows.policies import FINAL, OTHER_ATTEMPTS

logger = logging.getLogger(__name__)
WAITING = {"status": "waiting"}

Transaction: TypeAlias = Callable[[], AbstractContextManager[Records]]
Answer: TypeAlias = tuple[dict[str, Any], str | None]
"""A verb's answer, and the workspace's time when it was written."""


class Effects(Protocol):
    """What carries out commands: `workflows.effects.RealEffects`, or a stand-in in tests."""

    def carry_out(
        self, records: Records, enrollment: EnrollmentId, do: Do
    ) -> Mapping[str, Json]: ...

    def write_notes(
        self,
        records: Records,
        enrollment: EnrollmentId,
        notes: Sequence[Note],
        dropped: Sequence[CommandId],
    ) -> None: ...

    def deliver(
        self, transaction: Transaction, enrollment: EnrollmentId, do: Do
    ) -> Mapping[str, Json]: ...


class Activities:
    """The activities over one database. Called from many threads at once."""

    def __init__(
        self, transaction: Transaction, effects: Effects, *, sends_at_once: int = 8
    ) -> None:
        """`sends_at_once` is how many sends may be tried without the outbound queue."""
        self._places = Semaphore(sends_at_once)
        self._transaction = transaction
        self._effects = effects

    def house(self) -> list[Callable[..., Any]]:
        """Return the local activities of the main task queue."""
        verbs = [_named(verb, self._carry_out) for verb in sorted(HOUSE)]
        sends = [_named(verb, self._deliver_now) for verb in sorted(OUTSIDE)]
        return [*verbs, *sends, _named("note", self._note), _named("migrate", self._migrate)]

    def outbound(self) -> list[Callable[..., Any]]:
        """Return the activities of the outbound task queue."""
        return [_named(verb, self._deliver) for verb in sorted(OUTSIDE)]

    def _carry_out(self, errand: Errand) -> Answer:
        do = decode(Do, errand.do)
        try:
            with self._transaction() as records:
                self._write(records, errand)
                enrollment = EnrollmentId(errand.enrollment)
                result = dict(self._effects.carry_out(records, enrollment, do))
                return result, records.now.isoformat()
        except TransientError:
            raise
        except TenureError:
            self._note(errand)  # the lines that came with it are true all the same
            raise

    def _note(self, errand: Errand) -> None:
        with self._transaction() as records:
            self._write(records, errand)

    def _migrate(self, errand: Errand) -> None:
        with self._transaction() as records:
            self._write(records, errand)
            plan = PlanHash(errand.plan_hash)
            records.plan(plan)
            records.change_enrollment(EnrollmentId(errand.enrollment), plan=plan)

    def _deliver(self, errand: Errand) -> Answer:
        do = decode(Do, errand.do)
        enrollment = EnrollmentId(errand.enrollment)
        written: list[Errand] = []
        try:
            transaction = self._noting(errand, written)
            return dict(self._effects.deliver(transaction, enrollment, do)), None
        except TransientError:
            raise
        except TenureError:
            if not written:
                self._note(errand)  # as in _carry_out
            raise

    def _noting(self, errand: Errand, written: list[Errand]) -> Transaction:
        """Return transactions of which the first takes along the lines that came with an errand;
        once it is committed, the errand is among those `written`."""

        @contextmanager
        def transaction() -> Iterator[Records]:
            with self._transaction() as records:
                if not written:
                    self._write(records, errand)
                yield records
            written.append(errand)

        return transaction

    def _deliver_now(self, errand: Errand) -> Answer:
        """Deliver at once if a place is free; else, or when it has to be tried again, answer
        `waiting`: the outbound queue takes it from there."""
        if not self._places.acquire(blocking=False):
            return WAITING, None
        try:
            return self._deliver(errand)
        except TransientError:
            return WAITING, None
        finally:
            self._places.release()

    def _write(self, records: Records, errand: Errand) -> None:
        if not errand.notes and not errand.dropped:
            return
        enrollment = EnrollmentId(errand.enrollment)
        notes = [decode(Note, note) for note in errand.notes]
        dropped = [CommandId(watch) for watch in errand.dropped]
        self._effects.write_notes(records, enrollment, notes, dropped)


def _named(name: str, act: Callable[[Errand], Answer | None]) -> Callable[..., Any]:
    @activity.defn(name=name)
    def run(written: Any) -> Any:
        with translated():
            return act(Errand(**written))

    return run


@contextmanager
def translated() -> Iterator[None]:
    """Turn what an activity raises into what Temporal should make of it."""
    try:
        yield
    except TransientError as error:
        raise ApplicationError(error.message, type=error.code) from None
    except TenureError as error:
        final = error.code in FINAL or _is_last_attempt()
        raise ApplicationError(error.message, type=error.code, non_retryable=final) from None
    except Exception as error:  # noqa: BLE001 - the outermost edge: its text may hold personal data
        raise _unforeseen(error) from None


def _is_last_attempt() -> bool:
    return activity.info().attempt >= OTHER_ATTEMPTS


def _unforeseen(error: Exception) -> ApplicationError:
    info = activity.info()
    text = f"unforeseen {type(error).__name__} at {raised_at(error.__traceback__)}"
    fields = {"enrollment": info.workflow_id, "verb": info.activity_type, "attempt": info.attempt}
    logger.error(text, extra=fields)
    return ApplicationError(text, type="unforeseen", non_retryable=_is_last_attempt())
