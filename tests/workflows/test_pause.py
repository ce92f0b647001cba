"""A pause of thirty days, on the time-skipping server: nobody is flooded when it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from engine.plan.model import Plan
from tests.conftest import TimeSkipping
from tests.workflows.shell_house import House, stands_at
from tests.workflows.shell_plans import effect, plan, wait
from workflows.connecting import data_converter, ensure_search_attributes
from workflows.messages import Wanted

DRIP = plan(wait("w1", "m1"), effect("m1", "w2"), wait("w2", "m2"), effect("m2", "w3"), wait("w3"))


@pytest.mark.parametrize(
    ("on_resume", "days_to_the_end"),
    [("shift", 2.5), ("catch_up", 2.0), ("skip", 2.0)],
)
async def test_a_long_pause(
    time_skipping: TimeSkipping, on_resume: str, days_to_the_end: float
) -> None:
    drip: Plan = replace(DRIP, on_resume=on_resume)  # type: ignore[arg-type]
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(time_skipping.binary), data_converter=data_converter()
    ) as environment:
        client: Client = environment.client
        await ensure_search_attributes(client)
        async with House(client) as house:
            run = await house.start(drip, clock="real")
            await stands_at(run, "w1")
            await environment.sleep(timedelta(hours=12))
            await run.execute_update("pause", Wanted(reason="contract talks"))
            await environment.sleep(timedelta(days=30))
            assert [line for line in house.story(run) if "set_field" in line] == []
            await run.execute_update("resume", Wanted())
            resumed = await environment.get_current_time()
            assert await run.result() == "completed"
            ended = await environment.get_current_time()
            house.handles.append(run)
    assert round(days(resumed, ended), 1) == days_to_the_end
    sent = [line for line in house.story(run) if "set_field" in line]
    assert sent == (["set_field m2"] if on_resume == "skip" else ["set_field m1", "set_field m2"])


def days(first: datetime, last: datetime) -> float:
    return (last - first) / timedelta(days=1)
