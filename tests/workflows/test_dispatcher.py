"""From the outbox to Temporal: nothing lost, nothing twice, in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from temporalio.client import Client

from engine.effects.deliveries import Delivery, Start, Stop
from engine.effects.entities import EnrollmentId
from engine.stack.ports import Wish, choose
from engine.stack.process import Child, wait_until_ready
from engine.stack.temporal import Temporal
from engine.store import outbox
from tests.workflows.shell_house import House, client_for, event_types
from tests.workflows.shell_office import Office
from workflows.dispatcher import Dispatcher
from workflows.handing_over import Address


@asynccontextmanager
async def dispatching(office: Office, client: Client) -> AsyncIterator[None]:
    """Dispatch in the background."""
    address = Address(office.queue, f"{office.queue}-out", office.clock)
    dispatcher = Dispatcher(office.database, client, address)
    running = asyncio.create_task(dispatcher.run())
    try:
        yield
    finally:
        dispatcher.stop()
        await running


def owe(office: Office, *deliveries: Delivery) -> None:
    with office.database.transaction() as records:
        for delivery in deliveries:
            records.owe(delivery)


def backlog(office: Office) -> tuple[int, int]:
    with office.database.begin() as connection:
        return outbox.backlog(connection)


async def until(look: Callable[[], Awaitable[bool]], what: str) -> None:
    for _ in range(1500):
        if await look():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(what)


async def test_a_repeat_is_harmless_and_a_run_that_is_over_wants_no_news(office: Office) -> None:
    client = await client_for(office.address)
    run = office.enroll("acme-1")
    stop = Stop(run, "enough", office.database.now)
    owe(office, Start(run), stop)

    async def empty() -> bool:
        return backlog(office) == (0, 0)

    async with dispatching(office, client):
        await until(empty, "the outbox is not emptied")
        async with House(client, queue=office.queue):
            handle = client.get_workflow_handle(run)
            assert await handle.result() == "stopped"
        owe(office, Start(run), stop)
        await until(empty, "what is over is owed for ever")
    started = [event for event in await event_types(handle) if event.endswith("EXECUTION_STARTED")]
    assert len(started) == 1


async def test_one_that_cannot_be_delivered_holds_up_no_other(office: Office) -> None:
    client = await client_for(office.address)
    owe(office, Start(EnrollmentId("nobody")))
    run = office.enroll("acme-1")

    async def only_one_is_left() -> bool:
        return backlog(office) == (1, 1)

    async with dispatching(office, client):
        await until(only_one_is_left, "the other was not delivered")
    assert (await client.get_workflow_handle(run).describe()).id == run


async def test_nothing_is_lost_while_temporal_is_away(
    office: Office, server_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def was_tried() -> bool:
        return "Temporal does not answer" in caplog.text

    async def empty() -> bool:
        return backlog(office) == (0, 0)

    (port,) = choose([Wish("Temporal", 0, "")])
    server = Temporal(port, ui_port=None, database=server_home / "temporal.db")
    with running(server, server_home):
        client = await client_for(server.address)
    runs = [office.enroll(f"acme-{number}") for number in range(5)]
    owe(office, *(Stop(run, "enough", office.database.now) for run in runs))
    async with dispatching(office, client):
        await until(was_tried, "Temporal is not tried")
        assert backlog(office) == (10, 0)
        with running(server, server_home):
            await until(empty, "not delivered")
            async with House(await client_for(server.address), queue=office.queue):
                ends = [await client.get_workflow_handle(run).result() for run in runs]
    assert ends == ["stopped"] * 5


@contextmanager
def running(server: Temporal, home: Path) -> Iterator[None]:
    """Run a dev server for a while."""
    child = Child(server.program(home / "temporal.log"))
    try:
        wait_until_ready(child, server.answers, timeout_s=60)
        yield
    finally:
        child.stop()
