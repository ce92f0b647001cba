"""What became of runs, as Temporal knows it: which of some are not under way, how and why not.

The list of running workflows may lag behind. So it only says which of many runs need no further
look now; each of the others, and each of a few, is asked for by its id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowFailureError,
)
from temporalio.exceptions import FailureError
from temporalio.service import RPCError, RPCStatusCode

from engine.effects.entities import EnrollmentId
from engine.errors import TransientError
from engine.services.runner import Ended, Fate
from workflows.messages import WORKFLOW

ANSWER_TIMEOUT = timedelta(seconds=10)
AT_ONCE = 10
_ENDED: Mapping[WorkflowExecutionStatus, Ended] = {
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.TIMED_OUT: "timed out",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.CANCELED: "cancelled",
    WorkflowExecutionStatus.COMPLETED: "completed",
}


async def fates(client: Client, enrollments: Sequence[EnrollmentId]) -> Mapping[EnrollmentId, Fate]:
    """Return what became of those that are not under way. Raises TransientError when Temporal does
    not answer."""
    places = asyncio.Semaphore(AT_ONCE)

    async def look(one: EnrollmentId) -> Fate | None:
        async with places:
            return await _fate(client, one)

    try:
        running = await _running(client, enrollments) if len(enrollments) > AT_ONCE else set()
        doubtful = [one for one in enrollments if one not in running]
        found = await asyncio.gather(*(look(one) for one in doubtful))
    except RPCError as error:
        raise TransientError(
            f"Temporal does not say what became of runs: {error.status.name}",
            remedy="See that it can be reached.",
        ) from error
    pairs = zip(doubtful, found, strict=True)
    return {one: fate for one, fate in pairs if fate is not None}


async def failure_of(client: Client, found: WorkflowExecution) -> str:
    """Say why a run that is over failed."""
    handle = client.get_workflow_handle(found.id, run_id=found.run_id)
    try:
        await handle.result(follow_runs=False, rpc_timeout=ANSWER_TIMEOUT)
    except WorkflowFailureError as error:
        return error.cause.message if isinstance(error.cause, FailureError) else "it failed"
    return "it ended"


async def _running(client: Client, enrollments: Sequence[EnrollmentId]) -> set[str]:
    # An id with a quote in it would end the text it is written in: it is asked for by itself.
    plain = [one for one in enrollments if "'" not in one and "\\" not in one]
    if not plain:
        return set()
    ids = ", ".join(f"'{one}'" for one in plain)
    query = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running' AND WorkflowId IN ({ids})"
    listed = client.list_workflows(query, page_size=len(plain), rpc_timeout=ANSWER_TIMEOUT)
    return {one.id async for one in listed}


async def _fate(client: Client, enrollment: EnrollmentId) -> Fate | None:
    handle = client.get_workflow_handle(enrollment)
    try:
        found = await handle.describe(rpc_timeout=ANSWER_TIMEOUT)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND and "namespace" not in error.message.lower():
            return Fate("unknown")
        raise
    ended = _ENDED.get(found.status) if found.status is not None else None
    if ended is None:
        return None
    why = await failure_of(client, found) if ended == "failed" else ""
    return Fate(ended, found.close_time, why)
