"""Days and weeks over the end of winter time, as docs/language.md says. Berlin, 29 March 2026."""

from __future__ import annotations

import pytest

from tests.simulation.conftest import Staged, Story

FRIDAY = "start: 2026-03-27T09:00"
SET = "{set: {account.lifecycle: adopting}}"


@pytest.mark.parametrize(
    ("steps", "at"),
    [
        (f"[{{wait: 3d}}, {SET}]", "30 Mon 10:00"),
        (f"[{{wait: 1w}}, {SET}]", "3 Fri 10:00"),
        (f"[{{wait: 1 month}}, {SET}]", "27 Mon 09:00"),
        (f"[{{wait: 1 business day}}, {SET}]", "30 Mon 09:00"),
        (f"[{{wait: {{until: contract.signed, at_most: 3d}}}}, {SET}]", "30 Mon 09:00"),
    ],
)
def test_a_plain_wait_counts_hours_and_all_else_the_clock_on_the_wall(
    story: Story, steps: str, at: str
) -> None:
    assert f"{at} set: lifecycle = adopting" in story(f"steps: {steps}", FRIDAY)


@pytest.mark.parametrize(
    ("every", "hour"),
    [("1w", "10:00"), ('{if: account.name == "Acme", then: 1w, else: 1w}', "09:00")],
)
def test_so_does_a_plain_cadence(story: Story, every: str, hour: str) -> None:
    repeat = f"{{repeat: {{every: {every}, at_most: 2, steps: [{SET}]}}}}"
    told = [one for one in story(f"steps: [{repeat}]", FRIDAY) if " set: " in one]
    assert [one.partition(" set")[0] for one in told] == ["27 Fri 09:00", f"3 Fri {hour}"]


def test_due_dates_keep_their_hour(staged: Staged) -> None:
    stage = staged("steps: [{task: call, assign: csm, due: 3d}]", FRIDAY)
    stage.play()
    (task,) = stage.simulator.world.tasks.values()
    assert f"{task.due_at:%d %H:%M}" == "30 07:00"
