"""One worker with stand-in effects, and the runs it makes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from engine.plan.codec import plan_hash, plan_to_json
from engine.plan.events import Do
from engine.plan.model import Plan
from tests.workflows.shell_standins import Answer, FakeEffects
from workflows.activities import Activities
from workflows.connecting import data_converter
from workflows.enrollment import EnrollmentWorkflow
from workflows.messages import INPUT_FORMAT, WORKFLOW, EnrollmentInput, Standing, Told
from workflows.workers import Bounds, make_workers

DAY_A_TENTH = f"lapse:{time.time():.0f}:1790000000:864000"
"""A workspace clock by which a day takes a tenth of a second."""


async def client_for(address: str) -> Client:
    """A client as our processes open it."""
    return await Client.connect(address, data_converter=data_converter(), identity="tests")


class House:
    """A worker, running between `async with` and its end; then every run it made is replayed."""

    def __init__(
        self, client: Client, effects: FakeEffects | None = None, *, queue: str | None = None
    ) -> None:
        self.client = client
        self.effects = effects or FakeEffects()
        self.queue = queue or f"test-{uuid4().hex[:8]}"
        self.outbound_queue = f"{self.queue}-out"
        self.handles: list[WorkflowHandle[Any, Any]] = []
        self.broken: set[str] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        activities = Activities(self.effects.transaction, self.effects)
        for worker in make_workers(
            self.client,
            activities,
            task_queue=self.queue,
            outbound_queue=self.outbound_queue,
            bounds=Bounds(graceful_s=1),
        ):
            await self._stack.enter_async_context(worker)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()
        await replay_all(run for run in self.handles if run.id not in self.broken)

    @property
    def weeks_pass(self) -> str:
        """A workspace clock by which a week takes a hundredth of a second."""
        return f"lapse:{time.time():.0f}:1790000000:60480000"

    def input(self, plan: Plan, enrollment: str, **fields: Any) -> EnrollmentInput:
        """What a run of the plan is given."""
        usual = {
            "format": INPUT_FORMAT,
            "plan_hash": plan_hash(plan),
            "plan": plan_to_json(plan),
            "clock": DAY_A_TENTH,
        }
        return EnrollmentInput(
            enrollment=enrollment,
            account="acme",
            subject="acme",
            outbound_queue=self.outbound_queue,
            **(usual | fields),
        )

    async def start(self, plan: Plan, **fields: Any) -> WorkflowHandle[Any, str]:
        """Start a run of the plan."""
        enrollment = f"e-{uuid4().hex[:8]}"
        handle: WorkflowHandle[Any, str] = await self.client.start_workflow(
            WORKFLOW,
            self.input(plan, enrollment, **fields),
            id=enrollment,
            task_queue=self.queue,
            result_type=str,
        )
        self.handles.append(handle)
        return handle

    def story(self, handle: WorkflowHandle[Any, Any]) -> list[str]:
        """What the run made the world do, in order."""
        return self.effects.story.get(handle.id, [])


async def standing(handle: WorkflowHandle[Any, Any]) -> Standing:
    """Where a run stands."""
    found: Standing = await handle.query("state", result_type=Standing)
    return found


async def stands_at(handle: WorkflowHandle[Any, Any], *nodes: str) -> Standing:
    """Wait until the run rests at just these steps."""
    for _ in range(1000):
        found = await standing(handle)
        if not found.in_flight and {place.node for place in found.places} == set(nodes):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"the run stands at {[place.node for place in found.places]}")


def watch_of(found: Standing, node: str) -> str:
    """The watch a step listens by."""
    (watch,) = [place.watch for place in found.places if place.node == node]
    assert watch is not None
    return watch


async def tell(handle: WorkflowHandle[Any, Any], watch: str, delivery: str, **data: Any) -> None:
    """Signal that a watch is met."""
    await handle.signal("met", Told(delivery, watch, fact=f"f-{delivery}", data=data))


async def event_types(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """The names of the events of a run's history."""
    history = await handle.fetch_history()
    return [EventType.Name(event.event_type) for event in history.events]


def first_result(*results: Exception | Mapping[str, Any]) -> Answer:
    """An answer that gives one result after another; exceptions are raised."""
    ahead = iter(results)

    def answer(do: Do) -> Mapping[str, Any]:
        result = next(ahead)
        if isinstance(result, Exception):
            raise result
        return result

    return answer


def replayer() -> Replayer:
    """What replays a history as our workers would."""
    return Replayer(
        workflows=[EnrollmentWorkflow],
        data_converter=data_converter(),
        workflow_runner=UnsandboxedWorkflowRunner(),
    )


async def replay_all(handles: Iterable[WorkflowHandle[Any, Any]]) -> None:
    """Replay what the runs have come to so far, continued parts included."""
    for handle in handles:
        parts = {handle.first_execution_run_id, (await handle.describe()).run_id}
        for part in parts:
            run = handle._client.get_workflow_handle(handle.id, run_id=part)
            await replayer().replay_workflow(await run.fetch_history())
