"""The Temporal Schedules of the sweeps: one for each kind, made by the worker, seen by operators.

A sweep keeps nothing, so one at a time is enough, and one missed is made up for by the next: hence
overlaps are skipped and no catching up is asked of Temporal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleDescription,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from engine.errors import PermanentError
from engine.plan.clock import Clock
from engine.services.runner import SweepSchedule
from engine.services.sweeping import KINDS, interval_s
from engine.settings import Settings

WORKFLOW = "Sweep"
ANSWER_TIMEOUT = timedelta(seconds=10)
CATCH_UP = timedelta(seconds=10)
"""The shortest Temporal knows."""


def queue_of(settings: Settings) -> str:
    """Return the task queue of the sweeps."""
    return f"{settings.task_queue}-sweeps"


async def ensure_schedules(client: Client, settings: Settings, clock: Clock) -> None:
    """Create the Schedules, or bring them up to date; one that is paused stays so.

    Raises PermanentError when the server lets us not.
    """
    for kind in KINDS:
        every = timedelta(seconds=interval_s(settings.sweep_every_s, clock, kind))
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


async def list_schedules(client: Client, settings: Settings) -> Sequence[SweepSchedule]:
    """Return the Schedules as they are; one that was never made is missing."""
    found = []
    for kind in KINDS:
        handle = client.get_schedule_handle(schedule_id(settings, kind))
        try:
            described = await handle.describe(rpc_timeout=ANSWER_TIMEOUT)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            continue
        found.append(await _shown(client, kind, described))
    return found


async def _shown(client: Client, kind: str, one: ScheduleDescription) -> SweepSchedule:
    info, spec = one.info, one.schedule.spec
    last = info.recent_actions[-1] if info.recent_actions else None
    ended = "never"
    if last is not None and isinstance(last.action, ScheduleActionExecutionStartWorkflow):
        ended = await _status(client, last.action)
    return SweepSchedule(
        kind=kind,
        id=one.id,
        every_s=spec.intervals[0].every.total_seconds() if spec.intervals else 0.0,
        paused=one.schedule.state.paused,
        last_at=last.started_at if last else None,
        last_ended=ended,
        next_at=info.next_action_times[0] if info.next_action_times else None,
    )


async def _status(client: Client, action: ScheduleActionExecutionStartWorkflow) -> str:
    handle = client.get_workflow_handle(action.workflow_id, run_id=action.first_execution_run_id)
    try:
        status = (await handle.describe(rpc_timeout=ANSWER_TIMEOUT)).status
    except RPCError:  # so long ago that the server has forgotten it
        return "unknown"
    return "unknown" if status is None else status.name.lower()
