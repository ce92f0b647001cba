"""The two workers of a process: the main queue with its local activities, and the outbound queue.

Owns their bounds. Why these numbers: `docs/decisions/0003-how-a-run-fails.md`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from workflows.activities import Activities
from workflows.enrollment import EnrollmentWorkflow


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a worker process takes on at once; the defaults suit two cores. Of the local
    activities at most `at_hand` are sends: the others stay free for house work."""

    workflow_tasks: int = 16
    local_activities: int = 24
    at_hand: int = 16
    outbound: int = 8
    cached_runs: int = 1000
    outbound_per_second: float | None = None
    graceful_s: float = 10.0


def make_workers(
    client: Client,
    activities: Activities,
    *,
    task_queue: str,
    outbound_queue: str,
    bounds: Bounds = Bounds(),
) -> tuple[Worker, Worker]:
    """Return the main and the outbound worker, not yet running."""
    graceful = timedelta(seconds=bounds.graceful_s)
    main = Worker(
        client,
        task_queue=task_queue,
        workflows=[EnrollmentWorkflow],
        activities=activities.house(),
        activity_executor=ThreadPoolExecutor(bounds.local_activities, "house"),
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=bounds.cached_runs,
        max_concurrent_workflow_tasks=bounds.workflow_tasks,
        max_concurrent_local_activities=bounds.local_activities,
        max_concurrent_workflow_task_polls=4,
        no_remote_activities=True,
        graceful_shutdown_timeout=graceful,
    )
    outbound = Worker(
        client,
        task_queue=outbound_queue,
        activities=activities.outbound(),
        activity_executor=ThreadPoolExecutor(bounds.outbound, "outbound"),
        max_concurrent_activities=bounds.outbound,
        max_concurrent_activity_task_polls=2,
        max_task_queue_activities_per_second=bounds.outbound_per_second,
        graceful_shutdown_timeout=graceful,
    )
    return main, outbound
