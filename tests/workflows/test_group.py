"""What the group of a run does to it: signals that pause it and let it go on."""

from __future__ import annotations

import asyncio
from typing import Any, TypeAlias

from temporalio.client import WorkflowHandle

from tests.workflows.shell_house import House, standing, stands_at, tell, watch_of
from tests.workflows.shell_plans import WAIT_AND_TASK
from workflows.messages import Told, Wanted

Run: TypeAlias = WorkflowHandle[Any, str]


async def held(house: House) -> tuple[Run, str]:
    """A run at its task, which its group holds, and the watch of the task."""
    run = await house.start(WAIT_AND_TASK)
    watch = watch_of(await stands_at(run, "call"), "call")
    for _ in range(2):  # the second is seen to be the same
        await run.signal("held", Told("pause:1", reason="rescue comes first"))
    await is_at(run, "paused")
    return run, watch


async def is_at(run: Run, status: str) -> None:
    """Wait until the run is paused, or running."""
    for _ in range(500):
        if (await standing(run)).status == status:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"the run is never {status}")


async def test_the_group_holds_a_run_and_lets_it_go_on(house: House) -> None:
    run, watch = await held(house)
    await tell(run, watch, "d-1", status="done")
    assert (await standing(run)).status == "paused"
    await run.signal("unheld", Told("resume:2"))
    assert await run.result() == "completed"
    assert [line for line in house.story(run) if "note -" in line] == [
        "note - paused",
        "note - resumed",
    ]


async def test_held_and_let_go_at_once_it_goes_on(house: House) -> None:
    run = await house.start(WAIT_AND_TASK)
    watch = watch_of(await stands_at(run, "call"), "call")
    await run.signal("held", Told("pause:1", reason="rescue comes first"))
    await run.signal("unheld", Told("resume:2"))
    await is_at(run, "running")
    await tell(run, watch, "d-1", status="done")
    assert await run.result() == "completed"


async def test_a_person_takes_the_pause_over(house: House) -> None:
    run, watch = await held(house)
    await run.execute_update("pause", Wanted(reason="contract talks"))
    await run.signal("unheld", Told("resume:2"))
    await tell(run, watch, "d-1", status="done")
    assert (await standing(run)).status == "paused"
    await run.execute_update("resume", Wanted())
    assert await run.result() == "completed"


async def test_a_pause_outlives_continuing_as_new(house: House) -> None:
    run = await house.start(WAIT_AND_TASK, continue_after=24)
    await stands_at(run, "call")
    await run.signal("held", Told("pause:1", reason="rescue comes first"))
    await is_at(run, "paused")
    for number in range(8):  # news that change nothing make the history longer
        await tell(run, "999", f"d-{number}")
        await is_at(run, "paused")
    assert (await run.describe()).run_id != run.first_execution_run_id
    await run.signal("unheld", Told("resume:2"))
    await is_at(run, "running")
    found = await stands_at(run, "call")
    await tell(run, watch_of(found, "call"), "d-9", status="done")
    assert await run.result() == "completed"


async def test_a_run_that_is_begun_anew_says_so(house: House) -> None:
    run, _ = await held(house)
    await run.signal("stopped", Told("stop:3", reason="begun anew", outcome="restarted"))
    assert await run.result() == "restarted"
