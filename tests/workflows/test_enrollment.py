"""A run on a real Temporal server: commands become activities and timers, answers become events."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import (
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)

from engine.errors import NotFound, RunError, TransientError
from engine.plan.events import Do
from tests.workflows.shell_house import (
    House,
    event_types,
    first_result,
    standing,
    stands_at,
    tell,
    watch_of,
)
from tests.workflows.shell_plans import EVERYTHING, WAIT_AND_TASK, WEEKLY, effect, plan
from workflows.messages import Told, Wanted


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


async def test_branches_go_on_side_by_side_and_a_repeated_signal_changes_nothing(
    house: House,
) -> None:
    run = await house.start(EVERYTHING)
    found = await stands_at(run, "both", "call")
    for _ in range(3):
        await tell(run, watch_of(found, "call"), "d-1", status="done")
    found = await stands_at(run, "listen")
    await tell(run, watch_of(found, "listen"), "d-1")  # the id was seen: dropped
    assert (await stands_at(run, "listen")).status == "running"
    for _ in range(2):
        await tell(run, watch_of(found, "listen"), "d-2")
    assert await run.result() == "won"
    assert [line for line in house.story(run) if "note" not in line] == [
        "begin -",
        "send_email hello",
        "create_task call",
        "set_field set",
        "evaluate which",
        "watch listen",
        "finish -",
    ]


async def test_a_condition_of_the_whole_run_ends_it(house: House) -> None:
    run = await house.start(EVERYTHING)
    found = await stands_at(run, "both", "call")
    (goal,) = [watch for watch, slot in found.state["watches"].items() if slot == "goal"]
    await tell(run, goal, "d-1")
    assert await run.result() == "achieved"


async def test_another_playbook_stops_the_run(house: House) -> None:
    run = await house.start(WAIT_AND_TASK)
    await stands_at(run, "call")
    await run.signal("stopped", Told("d-1", reason="stopped by renewal"))
    assert await run.result() == "stopped"


async def test_a_cancellation_asked_for_in_temporal_closes_the_run_properly(house: House) -> None:
    run = await house.start(WAIT_AND_TASK)
    await stands_at(run, "call")
    await run.cancel()
    with pytest.raises(WorkflowFailureError):
        await run.result()
    assert house.story(run)[-1] == "finish -"
    assert (await run.describe()).status == WorkflowExecutionStatus.CANCELED


async def test_a_repeat_continues_as_new_and_is_told_once(house: House) -> None:
    run = await house.start(WEEKLY, continue_after=20, clock=house.weeks_pass)
    assert await run.result() == "completed"
    checks = [line for line in house.story(run) if line.startswith("set_field")]
    assert checks == [f"set_field check weekly#{number}" for number in range(1, 13)]
    first = house.client.get_workflow_handle(run.id, run_id=run.first_execution_run_id)
    assert (await event_types(first))[-1] == "EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW"


async def test_what_was_delivered_before_continuing_is_still_known(house: House) -> None:
    run = await house.start(EVERYTHING, continue_after=1)
    found = await stands_at(run, "both", "call")
    await tell(run, watch_of(found, "call"), "d-1", status="done")
    found = await stands_at(run, "listen")
    await tell(run, watch_of(found, "listen"), "d-1")
    assert (await stands_at(run, "listen")).status == "running"
    await tell(run, watch_of(found, "listen"), "d-2")
    assert await run.result() == "won"


@pytest.mark.parametrize("error", [RunError("the field is gone"), NotFound("no such account")])
async def test_a_run_that_cannot_go_on_fails_visibly_with_its_reason(
    house: House, error: Exception
) -> None:
    def fail(do: Do) -> Any:
        raise error

    house.effects.answers["set_field"] = fail
    run = await house.start(plan(effect("set")))
    with pytest.raises(WorkflowFailureError) as failed:
        await run.result()
    assert str(failed.value.cause) == f"run: set_field: {error.message}"  # type: ignore[attr-defined]
    assert house.story(run) == ["finish -"]
    assert (await run.describe()).search_attributes["TenureState"] == ["failed"]


async def test_what_may_work_later_is_tried_again(house: House) -> None:
    answer = first_result(TransientError("the database is away"), KeyError("secret"), {"ok": 1})
    house.effects.answers["set_field"] = answer
    run = await house.start(plan(effect("set")))
    assert await run.result() == "completed"
    assert "secret" not in str((await run.fetch_history()).to_json())


async def refused(run: WorkflowHandle[Any, Any], update: str, wanted: Wanted) -> str:
    """Why an update is refused."""
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await run.execute_update(update, wanted)
    return str(failed.value.cause)


async def test_updates_are_refused_when_they_do_not_apply(house: House) -> None:
    run = await house.start(WAIT_AND_TASK)
    await stands_at(run, "call")
    assert await refused(run, "resume", Wanted()) == (
        "conflict: the run is running and cannot be resumed"
    )
    await run.execute_update("pause", Wanted(reason="holiday"))
    assert await refused(run, "pause", Wanted()) == (
        "conflict: the run is paused and cannot be paused"
    )
    assert (await standing(run)).status == "paused"
    await run.execute_update("resume", Wanted())
    await run.execute_update("cancel", Wanted(reason="enough", outcome="withdrawn"))
    assert await run.result() == "withdrawn"
    assert house.story(run)[-3:] == ["note - paused", "note - resumed", "finish -"]
