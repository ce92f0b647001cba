"""A story played on Temporal and PostgreSQL: real workers, dispatcher and records."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.testservice.v1 import LockTimeSkippingRequest, UnlockTimeSkippingRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from engine.delivery.memory import MemoryProvider
from engine.effects.answering import complete_task
from engine.effects.context import Context
from engine.effects.entities import EnrollmentId, Fact, FactId, Line
from engine.effects.ingesting import ingest
from engine.effects.sending import Ways
from engine.language.workspace.model import Workspace
from engine.plan.clock import Clock
from engine.services.applying import apply
from engine.services.enrolling import enroll_by_hand
from engine.stack.temporal import SEARCH_ATTRIBUTES
from engine.store.database import Database
from engine.store.directory import put_accounts, put_contacts, put_users
from engine.store.queries.runs import read_timeline
from engine.store.queries.tasks import list_tasks
from engine.store.records import PostgresRecords
from tests.differential.stories import BEGINS, Happening, Story, answers_to
from workflows.activities import Activities
from workflows.connecting import data_converter
from workflows.dispatcher import Dispatcher
from workflows.effects import RealEffects
from workflows.enrollment import EnrollmentWorkflow
from workflows.handing_over import Address
from workflows.messages import Standing
from workflows.workers import Bounds, make_workers

QUEUE = "differential"
LASTS = timedelta(days=100)


def fill(database: Database, story: Story) -> None:
    """Put the account, its people and the playbook into an empty database."""
    with database.begin() as connection:
        put_users(connection, story.users)
        put_accounts(connection, {story.account.id: story.account.fields})
        put_contacts(connection, story.contacts)
    account = story.account
    if account.score is not None:
        with database.transaction() as records:
            records.put_score(account.id, account.score, account.band or "", BEGINS, BEGINS)
    apply(database, story.home, {story.plan.playbook: story.plan}, by="test")


def begin(database: Database, story: Story) -> EnrollmentId:
    """Enroll the account by hand."""
    context = Context.of(story.home)
    playbook, account = story.plan.playbook, story.account.id
    found = enroll_by_hand(database, context, playbook, account, contact=story.about, by="test")
    assert found.enrollment is not None, found.why
    return found.enrollment


def happen(database: Database, number: int, one: Happening, story: Story) -> None:
    """Let one thing happen now."""
    context = Context.of(story.home)
    if one.close_tasks:
        _close_tasks(database, context)
        return
    fact = Fact(FactId(f"f-{number}"), one.fact, story.account.id, database.now, one.data)
    with database.transaction() as records:
        ingest(records, context, fact)


def _close_tasks(database: Database, context: Context) -> None:
    with database.begin() as connection:
        open_ones = [row.task for row in list_tasks(connection, limit=500)]
    for task in sorted(open_ones, key=lambda one: (one.node, one.path)):
        with database.transaction() as records:
            if records.task(task.id).status == "open":
                decision = "approved" if task.kind == "approval" else None
                complete_task(
                    records, context, task.id, by="ann", answers=answers_to(task), decision=decision
                )


class SkippedTime:
    """The time of a time-skipping server, for threads that are not its event loop's."""

    def __init__(self, env: WorkflowEnvironment) -> None:
        self._env = env
        self._loop = asyncio.get_running_loop()

    def __call__(self) -> datetime:
        """Return the server's time."""
        asked = asyncio.run_coroutine_threadsafe(self._env.get_current_time(), self._loop)
        return asked.result(timeout=30)


class StillTime:
    """Keeps the server from skipping time while something is owed to a run. The server knows
    nothing of our outbox: days could pass before the news is there."""

    def __init__(self, env: WorkflowEnvironment, database: Database) -> None:
        self._service = env.client.test_service
        self._database = database
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._committing = 0
        self._held = False

    @contextmanager
    def transaction(self) -> Iterator[PostgresRecords]:
        """Open the records for one transaction; time is held before it commits what it owes."""
        owes = False
        try:
            with self._database.transaction() as records:
                yield records
                if owes := records.owes:
                    self._hold()
        finally:
            with self._lock:
                self._committing -= owes

    async def let_go(self) -> None:
        """Let time pass again whenever nothing is owed, until cancelled."""
        while True:
            await asyncio.to_thread(self._let_go)
            await asyncio.sleep(0.01)

    def _hold(self) -> None:
        with self._lock:
            self._committing += 1
            if not self._held:
                self._ask(self._service.lock_time_skipping(LockTimeSkippingRequest()))
                self._held = True

    def _let_go(self) -> None:
        with self._lock:
            if self._held and not self._committing and _owes_nothing(self._database):
                self._ask(self._service.unlock_time_skipping(UnlockTimeSkippingRequest()))
                self._held = False

    def _ask(self, question: Coroutine[Any, Any, object]) -> None:
        asyncio.run_coroutine_threadsafe(question, self._loop).result(timeout=30)


@asynccontextmanager
async def shell(
    env: WorkflowEnvironment, database: Database, clock: Clock, home: Workspace
) -> AsyncIterator[None]:
    """Run both workers and the dispatcher."""
    client, time = env.client, StillTime(env, database)
    context = Context.of(home)
    ways = Ways(email=MemoryProvider())
    effects = RealEffects(lambda: context, lambda _: ways)
    address = Address(QUEUE, f"{QUEUE}-out", clock.spec)
    dispatcher = Dispatcher(database, client, address)
    main, outbound = make_workers(
        client,
        Activities(time.transaction, effects),
        task_queue=QUEUE,
        outbound_queue=f"{QUEUE}-out",
        bounds=Bounds(graceful_s=1),
    )
    async with main, outbound:
        running = asyncio.create_task(dispatcher.run())
        passing = asyncio.create_task(time.let_go())
        yield
        passing.cancel()
        dispatcher.stop()
        await running


async def play_durably(binary: Path, url: str, story: Story) -> Sequence[Line]:
    """Return the timeline of the story's run on the time-skipping server."""
    env = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(binary), data_converter=data_converter()
    )
    async with env:
        await _know_search_attributes(env.client)
        started = await env.get_current_time()
        clock = Clock(started.timestamp(), BEGINS.timestamp(), 1.0)
        database = Database(url, clock, real_now=SkippedTime(env))
        await asyncio.to_thread(fill, database, story)
        try:
            async with shell(env, database, clock, story.home):
                run = await asyncio.to_thread(begin, database, story)
                await _let_happen(env, database, clock, run, story)
                await _replay(env.client, run)
            return await asyncio.to_thread(_timeline, database, run)
        finally:
            await asyncio.to_thread(database.close)


async def _know_search_attributes(client: Client) -> None:
    """The test server knows none of ours until it is told."""
    kinds = {name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for name, _ in SEARCH_ATTRIBUTES}
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=kinds)
    await client.operator_service.add_search_attributes(request)


async def _replay(client: Client, run: EnrollmentId) -> None:
    """What the run's history says can be done again from the plan alone."""
    history = await client.get_workflow_handle(run).fetch_history()
    replayer = Replayer(
        workflows=[EnrollmentWorkflow],
        workflow_runner=UnsandboxedWorkflowRunner(),
        data_converter=data_converter(),
    )
    await replayer.replay_workflow(history)


async def _let_happen(
    env: WorkflowEnvironment, database: Database, clock: Clock, run: EnrollmentId, story: Story
) -> None:
    handle = env.client.get_workflow_handle(run)
    await _rests(handle, database)
    for number, one in enumerate(story.happenings):
        ahead = clock.to_real(one.at) - await env.get_current_time()
        if ahead.total_seconds() > 0:
            await env.sleep(ahead)
        await _rests(handle, database)
        await asyncio.to_thread(happen, database, number, one, story)
        await _rests(handle, database)
    if not await _is_over(handle):
        await env.sleep(LASTS)
        await _rests(handle, database)


async def _rests(handle: WorkflowHandle[object, object], database: Database) -> None:
    """Wait until the outbox is empty and the run does nothing. Looks twice: what was just delivered
    may not have reached the run at the first look."""
    still = 0
    for _ in range(2000):
        rests = await asyncio.to_thread(_owes_nothing, database) and await _is_still(handle)
        still = still + 1 if rests else 0
        if still == 2:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the run does not come to rest")


def _owes_nothing(database: Database) -> bool:
    from engine.store.outbox import backlog

    with database.begin() as connection:
        return backlog(connection)[0] == 0


async def _is_still(handle: WorkflowHandle[object, object]) -> bool:
    if await _is_over(handle):
        return True
    standing = await handle.query("state", result_type=Standing)
    return not standing.in_flight


async def _is_over(handle: WorkflowHandle[object, object]) -> bool:
    found = await handle.describe()
    return found.status != WorkflowExecutionStatus.RUNNING


def _timeline(database: Database, run: EnrollmentId) -> Sequence[Line]:
    with database.begin() as connection:
        return read_timeline(connection, run)
