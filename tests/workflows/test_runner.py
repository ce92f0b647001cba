"""The runner port on a real Temporal server: steering, and what cannot go on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from engine.effects.entities import EnrollmentId
from engine.errors import Conflict, InputError, NotFound, RunError, TransientError
from engine.plan.codec import plan_hash
from engine.plan.events import Do
from engine.services.runner import Runner, StuckRun
from engine.settings import Settings
from engine.stack.ports import Wish, choose
from engine.stack.process import Child, wait_until_ready
from engine.stack.temporal import Temporal
from tests.workflows.shell_house import House, client_for, stands_at, tell, watch_of
from tests.workflows.shell_office import ROOT
from tests.workflows.shell_plans import (
    EVERYTHING,
    WAIT_AND_TASK,
    condition,
    effect,
    listen,
    plan,
    task,
)
from workflows.client import TemporalRunner

REPORT = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2"


@pytest.fixture
def runner(temporal_server: str) -> Iterator[Runner]:
    """A runner, as a command has one."""
    runner = TemporalRunner(Settings(temporal_address=temporal_server))
    yield runner
    runner.close()


async def ask(method: Any, *args: Any, **named: Any) -> Any:
    """Call the runner beside the event loop the worker runs in."""
    return await asyncio.to_thread(method, *args, **named)


async def test_a_run_is_paused_resumed_and_cancelled(house: House, runner: Runner) -> None:
    run = await house.start(WAIT_AND_TASK)
    await stands_at(run, "call")
    assert (await ask(runner.pause, run.id, reason="holiday")).status == "paused"
    with pytest.raises(Conflict, match="the run is paused and cannot be paused"):
        await ask(runner.pause, run.id, reason="again")
    assert (await ask(runner.resume, run.id)).status == "running"
    (place,) = (await ask(runner.state, run.id)).places
    assert (place.node, place.phase, place.source) == ("call", "open", "test.yaml:4:1")
    await ask(runner.cancel, run.id, reason="enough")
    assert await run.result() == "cancelled"
    found = await run.describe()
    assert (found.status, found.history_length > 10) == (WorkflowExecutionStatus.COMPLETED, True)


async def test_a_run_moves_to_another_plan(house: House, runner: Runner) -> None:
    old = plan(listen("ear", "a"), effect("a"), goal=condition("one"))
    new = plan(
        replace(listen("ear", "b"), until=condition("other")), effect("b"), goal=condition("two")
    )
    run = await house.start(old)
    before = await stands_at(run, "ear")
    with pytest.raises(Conflict, match="the step ear the run stands at is gone"):
        await ask(runner.migrate, run.id, plan(task("call")))
    moved = await ask(runner.migrate, run.id, new)
    assert moved.plan == plan_hash(new)
    after = await stands_at(run, "ear")
    assert watch_of(after, "ear") != watch_of(before, "ear")
    await tell(run, watch_of(after, "ear"), "d-1")
    assert await run.result() == "completed"
    story = [line for line in house.story(run) if not line.startswith("note ear")]
    assert story == [
        "begin -",
        "watch ear",
        f"changed plan={plan_hash(new)}",
        "note - migrated",
        "begin -",
        "watch ear",
        "set_field b",
        "finish -",
    ]
    assert (await run.describe()).search_attributes["TenurePlan"] == [plan_hash(new)]


async def test_a_failed_run_is_listed_with_its_reason(house: House, runner: Runner) -> None:
    def fail(do: Do) -> Any:
        raise RunError("the field is gone")

    house.effects.answers["set_field"] = fail
    run = await house.start(plan(effect("set")))
    found = await stuck(runner, run.id)
    assert (found.status, found.why) == ("failed", "set_field: the field is gone")


async def test_a_run_on_which_our_own_mistake_falls_is_listed_and_not_lost(
    reporting_server: str,
) -> None:
    runner = TemporalRunner(Settings(temporal_address=reporting_server))
    async with House(await client_for(reporting_server)) as house:
        house.effects.answers["evaluate"] = lambda do: {"taken": 99}
        run = await house.start(replace(EVERYTHING, entry="which", goal=None, exits=()))
        house.broken.add(run.id)
        found = await stuck(runner, run.id)
        await run.terminate()
    await ask(runner.close)
    assert found.status == "running"
    assert found.why.startswith("its worker cannot make it go on: category=WorkflowTaskFailed")


@pytest.fixture
def reporting_server(server_home: Path) -> Iterator[str]:
    """A dev server that says of a run when its workflow tasks keep failing."""
    (port,) = choose([Wish("Temporal", 0, "")])
    server = Temporal(port, ui_port=None, database=None)
    program = server.program(server_home / "temporal.log")
    child = Child(replace(program, argv=(*program.argv, "--dynamic-config-value", REPORT)))
    try:
        wait_until_ready(child, server.answers, timeout_s=60)
        yield server.address
    finally:
        child.stop()


async def stuck(runner: Runner, run: str) -> StuckRun:
    """Wait until a run is listed as stuck."""
    for _ in range(600):
        found = {one.enrollment: one for one in await ask(runner.stuck)}
        if run in found:
            return found[EnrollmentId(run)]
        await asyncio.sleep(0.1)
    raise AssertionError(f"{run} is not listed")


async def test_runs_that_are_not_there(runner: Runner) -> None:
    for method in (runner.state, runner.resume):
        with pytest.raises(NotFound, match="no run nobody"):
            await ask(method, EnrollmentId("nobody"))


async def test_a_server_that_is_not_there() -> None:
    runner = TemporalRunner(Settings(temporal_address="127.0.0.1:1"))
    with pytest.raises(TransientError, match=r"does not answer at 127\.0\.0\.1:1"):
        await ask(runner.stuck)
    await ask(runner.close)
    runner = TemporalRunner(Settings(temporal_address=None))
    with pytest.raises(InputError, match="no Temporal server is configured"):
        await ask(runner.stuck)
    await ask(runner.close)


SHORT = """
import sys
from engine.services.leaving import leave_cleanly
from engine.settings import Settings
from engine.stack.ports import Wish, choose
from engine.stack.process import Child, wait_until_ready
from engine.stack.temporal import Temporal
from workflows.client import TemporalRunner
TemporalRunner(Settings(temporal_address=sys.argv[1])).stuck(1)
print("done")
leave_cleanly(3)
"""


def test_short_lived_processes_end_with_the_code_they_mean(temporal_server: str) -> None:
    """Without `leave_cleanly` one in four of these is killed by a signal (sdk-python issue 300)."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SHORT, temporal_server],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(8)
    ]
    ended = [(process.communicate()[0], process.returncode) for process in processes]
    assert ended == [("done\n", 3)] * 8
