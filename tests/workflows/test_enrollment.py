"""A run on a real Temporal server: commands become activities and timers, answers become events."""

from __future__ import annotations

from tests.workflows.shell_house import House, stands_at, tell, watch_of
from tests.workflows.shell_plans import WAIT_AND_TASK


async def test_a_wait_and_a_task(house: House) -> None:
    run = await house.start(WAIT_AND_TASK)
    found = await stands_at(run, "call")
    await tell(run, watch_of(found, "call"), "d-1", status="done")
    assert await run.result() == "completed"
    assert house.story(run) == [
        "note pause wait",
        "note pause wait over",
        "create_task call",
        "finish -",
    ]
