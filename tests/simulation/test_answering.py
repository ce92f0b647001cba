"""What people may say of a task, and what is refused of it, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.effects.answering import complete_task
from engine.errors import InputError
from engine.simulation.memory import MemoryRecords
from tests.simulation.staging import Stage, Staged

TRIAGE = """
steps:
  - task: triage
    assign: csm
    ask: {reason: {one_of: [budget, value]}, words: text, note: {type: text, required: false}}
"""
CALL = "steps: [{task: call, assign: csm}]"
GATE = "steps: [{approve: gate, by: csm}]"
ACCOUNT = "account: {name: Acme, csm: u-ana}"


def handed_out(staged: Staged, playbook: str) -> Stage:
    """A run that has just handed out its first task."""
    stage: Stage = staged(playbook, ACCOUNT)
    stage.simulator.run(stage.scenario.start + timedelta(hours=1))
    return stage


def refusal(stage: Stage, **said: object) -> InputError:
    """What is answered to somebody who closes the task."""
    world = stage.simulator.world
    (task,) = world.tasks.values()
    with pytest.raises(InputError) as caught, MemoryRecords(world) as records:
        complete_task(records, stage.context, task.id, by="u-ana", **said)  # type: ignore[arg-type]
    assert world.tasks[task.id].status == "open"
    return caught.value


def test_all_missing_answers_are_named_at_once(staged: Staged) -> None:
    refused = refusal(handed_out(staged, TRIAGE))
    assert refused.message.endswith("needs an answer to 'reason' and 'words'")
    assert refused.remedy == "reason: Choose one of: budget, value. words: Give a text."


def test_one_missing_answer_says_what_fits(staged: Staged) -> None:
    refused = refusal(handed_out(staged, TRIAGE), answers={"words": "x"})
    assert refused.message.endswith("needs an answer to 'reason'")
    assert refused.remedy == "Choose one of: budget, value."


@pytest.mark.parametrize(
    ("playbook", "kind", "said"),
    [
        (CALL, "escalation", "is no escalation but a plain task"),
        (CALL, "approval", "is no approval but a plain task"),
        (GATE, "escalation", "is no escalation but an approval"),
    ],
)
def test_task_of_another_kind_is_left_open(
    staged: Staged, playbook: str, kind: str, said: str
) -> None:
    assert said in refusal(handed_out(staged, playbook), kind=kind).message


CHECKED = "steps: [{task: call, assign: csm, checklist: [Read, Call]}]"


@pytest.mark.parametrize("index", [2, -1])
def test_item_that_the_checklist_has_not_is_refused(staged: Staged, index: int) -> None:
    refused = refusal(handed_out(staged, CHECKED), ticked=[0, index])
    assert refused.message.endswith(f"has no item {index}")
    assert "0 to 1" in refused.remedy


@pytest.mark.parametrize("number", ["nan", "inf", "12 or so"])
def test_answer_that_is_no_number_is_refused(staged: Staged, number: str) -> None:
    asking = "steps: [{task: call, assign: csm, ask: {seats: number}}]"
    assert refusal(handed_out(staged, asking), answers={"seats": number}).remedy == "Give a number."
