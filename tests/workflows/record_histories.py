"""Write the histories that every later interpreter has to replay.

    python -m tests.workflows.record_histories

One file per plan and version of the interpreter, under `tests/workflows/histories`. Files that are
there stay: they stand for runs under way at people's places. Give a new name to a new recording.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle

from engine.services.leaving import leave_cleanly
from engine.stack.ports import Wish, choose
from engine.stack.process import Child, wait_until_ready
from engine.stack.temporal import Temporal
from tests.workflows.shell_house import House, client_for, stands_at, tell, watch_of
from tests.workflows.shell_plans import EVERYTHING, WAIT_AND_TASK, WEEKLY, reference
from workflows.messages import Wanted

HISTORIES = Path(__file__).parent / "histories"
VERSION = "v1"


async def wait_and_task(house: House) -> WorkflowHandle[Any, str]:
    """A timer, a task, a pause and a resume."""
    run = await house.start(WAIT_AND_TASK)
    found = await stands_at(run, "call")
    await run.execute_update("pause", Wanted(reason="holiday"))
    await run.execute_update("resume", Wanted())
    await tell(run, watch_of(found, "call"), "d-1", status="done")
    return run


async def everything(house: House) -> WorkflowHandle[Any, str]:
    """Branches, an outbound effect, a choice, a condition of the run, a repeated signal."""
    run = await house.start(EVERYTHING)
    found = await stands_at(run, "both", "call")
    for _ in range(2):
        await tell(run, watch_of(found, "call"), "d-1", status="done")
    found = await stands_at(run, "listen")
    await tell(run, watch_of(found, "listen"), "d-2")
    return run


async def weekly(house: House) -> WorkflowHandle[Any, str]:
    """A repetition that continues as new; the recording is of its last part."""
    return await house.start(WEEKLY, continue_after=20, clock=house.weeks_pass)


async def twelve_steps(house: House) -> WorkflowHandle[Any, str]:
    """The reference playbook's shape."""
    return await house.start(reference())


async def moved(house: House) -> WorkflowHandle[Any, str]:
    """A run that another plan takes over."""
    run = await house.start(EVERYTHING)
    found = await stands_at(run, "both", "call")
    given = house.input(WAIT_AND_TASK, "x")
    refused = run.execute_update("migrate", Wanted(plan=given.plan, plan_hash=given.plan_hash))
    await asyncio.gather(refused, return_exceptions=True)
    given = house.input(EVERYTHING, "x")
    await run.execute_update("migrate", Wanted(plan=given.plan, plan_hash="0123456789abcdef"))
    await run.execute_update("cancel", Wanted(reason="enough"))
    assert found
    return run


RUNS = (wait_and_task, everything, weekly, twelve_steps, moved)


async def record(address: str) -> None:
    """Make each run and write its history, unless there is a file of its name."""
    async with House(await client_for(address)) as house:
        for make in RUNS:
            file = HISTORIES / f"{VERSION}-{make.__name__}.json"
            if file.exists():
                print(f"{file.name} is there and stays")
                continue
            run = await make(house)
            print(file.name, await run.result())
            file.write_text((await run.fetch_history()).to_json() + "\n")


def main() -> None:
    """Start a server, record, stop it."""
    (port,) = choose([Wish("Temporal", 0, "")])
    server = Temporal(port, ui_port=None, database=None)
    with tempfile.TemporaryDirectory() as home:
        child = Child(server.program(Path(home) / "temporal.log"))
        try:
            wait_until_ready(child, server.answers, timeout_s=60)
            asyncio.run(record(server.address))
        finally:
            child.stop()
    leave_cleanly(0)


if __name__ == "__main__":
    main()
