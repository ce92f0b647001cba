"""A story played on the simulator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from engine.effects.answering import complete_task
from engine.effects.context import Context
from engine.effects.entities import Fact, FactId, Line
from engine.simulation.memory import MemoryRecords
from engine.simulation.simulator import Simulator
from engine.simulation.world import World
from tests.differential.stories import BEGINS, Story, answers_to

LASTS = timedelta(days=200)


def play_simulated(story: Story) -> Sequence[Line]:
    """Return the timeline of the story's one run."""
    context = Context.of(story.home)
    world = World(BEGINS)
    people(world, story)
    simulator = Simulator(context, world)
    simulator.enroll(story.plan.playbook, story.account.id, contact=story.about)
    happen(simulator, context, story)
    simulator.run(BEGINS + LASTS)
    return simulator.trace().lines


def people(world: World, story: Story) -> None:
    """Put a story's people into a world, and make its plan live."""
    world.add_accounts([story.account])
    world.add_contacts(story.contacts)
    world.add_users(story.users)
    world.make_live(story.plan)


def happen(simulator: Simulator, context: Context, story: Story) -> None:
    """Let happen what the story tells, each at its time."""
    for number, one in enumerate(story.happenings):
        if one.close_tasks:
            simulator.at(one.at, partial(close_tasks, simulator, context))
        else:
            fact = Fact(FactId(f"f-{number}"), one.fact, story.account.id, one.at, one.data)
            simulator.add_fact(fact)


def close_tasks(simulator: Simulator, context: Context) -> None:
    """Let somebody do every task that is open."""
    open_ones = [task for task in simulator.world.tasks.values() if task.status == "open"]
    for task in sorted(open_ones, key=lambda one: (one.node, one.path)):
        with MemoryRecords(simulator.world) as records:
            if records.task(task.id).status != "open":
                continue
            decision = "approved" if task.kind == "approval" else None
            complete_task(
                records, context, task.id, by="ann", answers=answers_to(task), decision=decision
            )
        simulator.take_owed()
