"""People that are picked: one step speaks of one person."""

from __future__ import annotations

from tests.simulation.staging import Staged


def test_text_and_assignment_name_the_same_member_of_a_team(staged: Staged) -> None:
    title = "{{ helper.email }} {{ helper.first_name }} {{ helper.name }}"
    stage = staged(f'steps: [{{task: call, title: "{title}", assign: helper}}]')
    stage.play()
    (task,) = stage.simulator.world.tasks.values()
    assert task.assignee is not None
    name = task.assignee.removeprefix("u-")
    assert [one.lower().removeprefix("u-")[:3] for one in task.title.split()] == [name] * 3
