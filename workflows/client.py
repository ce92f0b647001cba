"""Steer runs through Temporal: pause, resume, cancel, migrate, where they stand, which are stuck.

Implements the port `engine.services.runner`. Owns the translation of Temporal's errors into ours.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.service import RPCError, RPCStatusCode

from engine.effects.entities import EnrollmentId
from engine.errors import Conflict, NotFound, TenureError, TransientError
from engine.plan.codec import plan_hash, plan_to_json, state_from_json
from engine.plan.events import CommandId
from engine.plan.model import NodeId, Plan, PlanHash
from engine.services import runner
from engine.settings import Settings
from workflows.connecting import connect
from workflows.fates import failure_of, fates
from workflows.messages import WORKFLOW, Standing, Wanted
from workflows.schedules import list_schedules

T = TypeVar("T")
Handle: TypeAlias = WorkflowHandle[Any, Any]
ANSWER_TIMEOUT = timedelta(seconds=15)
PROBLEMS = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
STUCK = (
    f"WorkflowType = '{WORKFLOW}' AND (ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated')"
    " OR (ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL))"
)


class TemporalRunner:
    """Steers runs through a client. Safe to use from several threads, one call at a time; not from
    inside an event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.Runner()
        self._client: Client | None = None
        self._lock = threading.Lock()

    def pause(self, enrollment: EnrollmentId, *, reason: str) -> runner.Standing:
        """Hold a run until it is resumed."""
        return self._update(enrollment, "pause", Wanted(reason=reason))

    def resume(self, enrollment: EnrollmentId) -> runner.Standing:
        """Let a paused run go on."""
        return self._update(enrollment, "resume", Wanted())

    def cancel(
        self, enrollment: EnrollmentId, *, reason: str, outcome: str = "cancelled"
    ) -> runner.Standing:
        """End a run."""
        return self._update(enrollment, "cancel", Wanted(reason=reason, outcome=outcome))

    def migrate(self, enrollment: EnrollmentId, plan: Plan) -> runner.Standing:
        """Move a run to another plan."""
        wanted = Wanted(plan=plan_to_json(plan), plan_hash=plan_hash(plan))
        return self._update(enrollment, "migrate", wanted)

    def state(self, enrollment: EnrollmentId) -> runner.Standing:
        """Say where a run stands."""

        async def ask(handle: Handle) -> Standing:
            found: Standing = await handle.query(
                "state", result_type=Standing, rpc_timeout=ANSWER_TIMEOUT
            )
            return found

        return _standing(self._ask(enrollment, ask))

    def stuck(self, limit: int = 100) -> Sequence[runner.StuckRun]:
        """List runs that failed, or whose worker cannot make them go on; newest first."""

        async def look(client: Client) -> list[runner.StuckRun]:
            found = [one async for one in client.list_workflows(STUCK, limit=limit)]
            return [await _stuck(client, one) for one in found]

        return self._run(look)

    def fates(self, enrollments: Sequence[EnrollmentId]) -> Mapping[EnrollmentId, runner.Fate]:
        """Return what became of those of some runs that are not under way."""

        async def look(client: Client) -> Mapping[EnrollmentId, runner.Fate]:
            return await fates(client, enrollments)

        return self._run(look)

    def sweeps(self) -> Sequence[runner.SweepSchedule]:
        """List the schedules of the sweeps; those that no worker has made yet are missing."""

        async def look(client: Client) -> Sequence[runner.SweepSchedule]:
            return await list_schedules(client, self._settings)

        return self._run(look)

    def close(self) -> None:
        """Close the event loop the client ran on."""
        self._loop.close()

    # --- asking -------------------------------------------------------------------------------

    def _update(self, enrollment: EnrollmentId, name: str, wanted: Wanted) -> runner.Standing:
        async def ask(handle: Handle) -> Standing:
            answer: Standing = await handle.execute_update(
                name, wanted, result_type=Standing, rpc_timeout=ANSWER_TIMEOUT
            )
            return answer

        return _standing(self._ask(enrollment, ask))

    def _ask(self, enrollment: EnrollmentId, ask: Callable[[Handle], Awaitable[T]]) -> T:
        async def with_handle(client: Client) -> T:
            return await ask(client.get_workflow_handle(enrollment))

        with _translated(enrollment):
            return self._run(with_handle)

    def _run(self, work: Callable[[Client], Awaitable[T]]) -> T:
        async def with_client() -> T:
            if self._client is None:
                self._client = await connect(self._settings)
            return await work(self._client)

        with self._lock:
            return self._loop.run(with_client())


@contextmanager
def _translated(enrollment: EnrollmentId) -> Iterator[None]:
    try:
        yield
    except WorkflowUpdateFailedError as error:
        raise _refused(enrollment, error.cause) from error
    except (WorkflowUpdateRPCTimeoutOrCancelledError, WorkflowQueryFailedError) as error:
        raise _silent(enrollment) from error
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise NotFound(
                f"Temporal knows no run {enrollment} that is under way",
                remedy="List the runs with `tenure runs`.",
            ) from error
        raise _silent(enrollment) from error


def _refused(enrollment: EnrollmentId, cause: BaseException | None) -> TenureError:
    said = cause.message if isinstance(cause, FailureError) else "it was refused"
    if isinstance(cause, ApplicationError) and cause.type == "migration":
        return Conflict(f"{enrollment} cannot be moved: {said}", remedy="Let it end on its plan.")
    return Conflict(f"{enrollment}: {said}", remedy="See where it stands with `tenure runs`.")


def _silent(enrollment: EnrollmentId) -> TransientError:
    return TransientError(
        f"nobody answers for the run {enrollment}",
        remedy="See that a worker is running (`tenure up`), then try again.",
    )


# --- what is shown ----------------------------------------------------------------------------


def _standing(found: Standing) -> runner.Standing:
    places = tuple(
        runner.Place(
            node=NodeId(place.node),
            path=tuple(place.path),
            source=place.source,
            phase=place.phase,
            asked=CommandId(place.asked) if place.asked else None,
            watch=CommandId(place.watch) if place.watch else None,
            wakes={datetime.fromisoformat(at): why for at, why in place.wakes.items()},
        )
        for place in found.places
    )
    return runner.Standing(
        enrollment=EnrollmentId(found.enrollment),
        status=found.status,
        outcome=found.outcome,
        reason=found.reason,
        plan=PlanHash(found.plan_hash),
        places=places,
        in_flight=tuple(CommandId(command) for command in found.in_flight),
        state=state_from_json(found.state),
    )


def _status(status: WorkflowExecutionStatus | None) -> str:
    return "unknown" if status is None else status.name.lower()


async def _stuck(client: Client, found: WorkflowExecution) -> runner.StuckRun:
    return runner.StuckRun(
        enrollment=EnrollmentId(found.id),
        status=_status(found.status),
        since=found.close_time or found.start_time,
        why=await _why(client, found),
    )


async def _why(client: Client, found: WorkflowExecution) -> str:
    if found.status == WorkflowExecutionStatus.RUNNING:
        return "its worker cannot make it go on: " + ", ".join(
            found.typed_search_attributes.get(PROBLEMS) or ()
        )
    return await failure_of(client, found)
