"""The sweeps in Temporal: a Schedule for each kind, its workflow and its activity.

A sweep keeps nothing, so one at a time is enough, and one missed is made up for by the next: hence
overlaps are skipped and no catching up is asked of Temporal. Why: `docs/decisions/0007-sweeps.md`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import RetryPolicy
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from engine.effects.context import Context
from engine.errors import InputError, PermanentError, TransientError
from engine.plan.clock import Clock
from engine.services.sweeping import KINDS, interval_s, on_time, sweep
from engine.settings import Settings
from engine.store.database import Database
from workflows.activities import translated

logger = logging.getLogger(__name__)

WORKFLOW = "Sweep"
ACTIVITY = "sweep"
ATTEMPTS = 5
HEARTBEAT = timedelta(seconds=15)
LONGEST = timedelta(hours=1)
CATCH_UP = timedelta(seconds=10)
"""The shortest Temporal knows."""


@workflow.defn(name=WORKFLOW)
class SweepWorkflow:
    """One sweep of one kind. What a later attempt finds done already it leaves alone."""

    @workflow.run
    async def run(self, kind: str) -> dict[str, int]:
        """Sweep; return how many began, were refused, and could not be looked at."""
        found: dict[str, int] = await workflow.execute_activity(
            ACTIVITY,
            kind,
            result_type=dict[str, int],
            start_to_close_timeout=LONGEST,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=2), maximum_attempts=ATTEMPTS
            ),
            summary=kind,
        )
        return found


@dataclass(frozen=True)
class Sweeps:
    """The activity over one database. `context` returns the workspace in force now."""

    database: Database
    context: Callable[[], Context]
    grace: timedelta

    @activity.defn(name=ACTIVITY)
    def sweep(self, kind: str) -> dict[str, int]:
        """Sweep once; nothing before the first apply."""
        with translated():
            try:
                context = self.context()
            except InputError:
                return {}
            swept = sweep(self.database, context, kind, grace=self.grace, beat=_beat)
        for account, why in swept.failed:
            logger.warning("the sweep of %s left %s out: %s", kind, account, why)
        return {"started": swept.started, "refused": swept.refused, "failed": len(swept.failed)}


def _beat() -> None:
    """Tell Temporal that the sweep goes on, unless the worker is to end."""
    activity.heartbeat()
    if activity.is_worker_shutdown():
        raise TransientError("the worker ends; the next sweep goes on")


def queue_of(settings: Settings) -> str:
    """Return the task queue of the sweeps."""
    return f"{settings.task_queue}-sweeps"


def make_sweeper(
    client: Client, settings: Settings, database: Database, context: Callable[[], Context]
) -> Worker:
    """Return the worker of the sweeps, not yet running."""
    sweeps = Sweeps(database, context, on_time(settings.sweep_every_s, database.clock))
    return Worker(
        client,
        task_queue=queue_of(settings),
        workflows=[SweepWorkflow],
        activities=[sweeps.sweep],
        activity_executor=ThreadPoolExecutor(len(KINDS), "sweep"),
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=len(KINDS),
        max_concurrent_workflow_tasks=2,
        max_concurrent_activities=len(KINDS),
        max_concurrent_workflow_task_polls=2,
        max_concurrent_activity_task_polls=1,
        graceful_shutdown_timeout=timedelta(seconds=10),
    )


async def ensure_schedules(client: Client, settings: Settings, clock: Clock) -> None:
    """Create the Schedules, or bring them up to date; one that is paused stays so.

    Raises PermanentError when the server lets us not.
    """
    every = timedelta(seconds=interval_s(settings.sweep_every_s, clock))
    for kind in KINDS:
        try:
            await _ensure(client, schedule_id(settings, kind), _schedule(settings, kind, every))
        except RPCError as error:
            raise PermanentError(
                f"the Schedule of the sweep of {kind} cannot be made: {error.status.name}",
                remedy="Let this client write Schedules in the namespace.",
            ) from error


def schedule_id(settings: Settings, kind: str) -> str:
    """Return what Temporal calls the Schedule of a kind."""
    return f"{settings.task_queue}-sweep-{kind}"


def _schedule(settings: Settings, kind: str, every: timedelta) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            WORKFLOW, kind, id=schedule_id(settings, kind), task_queue=queue_of(settings)
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


async def _ensure(client: Client, id: str, wanted: Schedule) -> None:
    def updated(known: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(replace(wanted, state=known.description.schedule.state))

    try:
        await client.create_schedule(id, wanted, trigger_immediately=True)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(id).update(updated)
