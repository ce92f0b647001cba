"""The sweeps in Temporal: their workflow, their activity and their worker.

When they come is the business of `schedules.py`. Why they are so: `docs/decisions/0007-sweeps.md`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from engine.effects.context import Context
from engine.errors import InputError, TransientError
from engine.services.runner import Runner
from engine.services.sweeping import KINDS, on_time, sweep
from engine.settings import Settings
from engine.store.database import Database
from workflows.activities import translated
from workflows.client import TemporalRunner
from workflows.schedules import WORKFLOW, queue_of

logger = logging.getLogger(__name__)

ACTIVITY = "sweep"
ATTEMPTS = 5
HEARTBEAT = timedelta(seconds=15)
LONGEST = timedelta(hours=1)


@workflow.defn(name=WORKFLOW)
class SweepWorkflow:
    """One sweep of one kind. What a later attempt finds done already it leaves alone."""

    @workflow.run
    async def run(self, kind: str) -> dict[str, int]:
        """Sweep; return how many began, were refused, closed, deleted, could not be looked at."""
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
    runner: Runner

    @activity.defn(name=ACTIVITY)
    def sweep(self, kind: str) -> dict[str, int]:
        """Sweep once; nothing before the first apply."""
        with translated():
            try:
                context = self.context()
            except InputError:
                return {}
            swept = sweep(
                self.database,
                context,
                kind,
                grace=self.grace,
                beat=_beat,
                runner=lambda: self.runner,
            )
        for account, why in swept.failed:
            logger.warning("the sweep of %s left %s out: %s", kind, account, why)
        return {
            "started": swept.started,
            "refused": swept.refused,
            "closed": len(swept.closed),
            "deleted": swept.deleted,
            "failed": len(swept.failed),
        }


def _beat() -> None:
    """Tell Temporal that the sweep goes on, unless the worker is to end."""
    activity.heartbeat()
    if activity.is_worker_shutdown():
        raise TransientError("the worker ends; the next sweep goes on")


def make_sweeper(
    client: Client, settings: Settings, database: Database, context: Callable[[], Context]
) -> Worker:
    """Return the worker of the sweeps, not yet running. Its activities run in threads, so they ask
    after runs by a client of their own."""
    grace = on_time(settings.sweep_every_s, database.clock)
    sweeps = Sweeps(database, context, grace, TemporalRunner(settings))
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
