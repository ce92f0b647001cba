"""A worker that dies between an effect and Temporal's hearing of it: nothing is lost, nothing is
done twice, whatever happens before the run is taken up again."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from random import Random

import pytest

from engine.effects.context import Context
from engine.plan.model import Task
from engine.simulation.world import World
from tests.differential.simulated import LASTS, close_tasks, happen, people
from tests.differential.stories import BEGINS, Story, make_story
from tests.promises.forgetful import Forgetful

SEEDS = (0, 9, 17, 29, 43, 48, 57, 80, 104, 120, 138, 161, 180, 244, 246, 268, 315, 352, 364, 377)
"""All but the first lost news, a wait or the end of their run before commands had names."""


def play(story: Story, seed: int) -> Forgetful:
    """Play a story, losing work; people close what is open to the very end."""
    world = World(BEGINS)
    people(world, story)
    context = Context.of(story.home)
    simulator = Forgetful(context, world, Random(seed))
    simulator.enroll(story.plan.playbook, story.account.id, contact=story.about)
    happen(simulator, context, story)
    for number in range(80):
        late = BEGINS + timedelta(days=100 + 3 * number)
        simulator.at(late, partial(close_tasks, simulator, context))
    simulator.run(BEGINS + LASTS + timedelta(days=150))
    return simulator


@pytest.mark.parametrize("seed", SEEDS)
def test_lost_workflow_tasks_lose_nothing_and_do_nothing_twice(seed: int) -> None:
    story = make_story(seed)
    simulator = play(story, seed)
    world = simulator.world
    (run,) = world.enrollments.values()
    assert simulator.losing.lost, "nothing was lost, so nothing is shown"
    assert run.status == "finished", story.text
    assert run.outcome != "failed", (run.reason, story.text)
    assert not world.waits_of.get(run.id), story.text
    tasks = Counter((task.node, task.path) for task in world.tasks.values())
    assert set(tasks.values()) <= {1}, (tasks, story.text)
    mails = Counter(message.key for message in simulator.provider.accepted)
    assert set(mails.values()) <= {1}, (mails, story.text)
    for task in world.tasks.values():
        node = story.plan.nodes[task.node]
        may_stay = isinstance(node, Task) and not node.required
        assert task.status != "open" or may_stay, (task, story.text)


def test_the_losses_are_of_the_kind_that_matters() -> None:
    """News does come before the run has asked for it again."""
    assert any(play(make_story(seed), seed).losing.early for seed in SEEDS)
