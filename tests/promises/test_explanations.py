"""Every effect, and every effect that did not happen, can be explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.effects.answering import complete_task
from engine.effects.context import Context
from engine.effects.entities import (
    Account,
    AccountId,
    Contact,
    ContactId,
    Fact,
    FactId,
    Task,
    User,
    UserId,
)
from engine.effects.story import say
from engine.services.why import Explanation, explain
from engine.simulation.memory import MemoryRecords
from engine.simulation.simulator import Simulator
from engine.simulation.world import World
from tests.promises.company import checked
from tests.promises.simulated import BEGINS

EXAMPLE = Path(__file__).parents[2] / "examples" / "workspace"
PLACE = re.compile(r"[\w./-]+\.yaml:\d+:\d+")
DAY = timedelta(days=1)
HAPPENS = {
    "thriving": {
        5: "meeting.held",
        6: "sow.signed",
        8: "integration.connected",
        9: "users.invited",
        12: "training.attended",
        20: "usage.first_value",
    },
    "stalling": {90: "integration.connected"},
    "leaving": {5: "meeting.held", 6: "account.changed"},
    "silent": {},
}


def played(name: str, patience: int) -> tuple[Simulator, Context]:
    """Play the onboarding of an account; everybody does a task some days after it is handed out."""
    checkup = checked(EXAMPLE)
    context = Context.of(checkup.workspace())
    world = World(BEGINS)
    fields: dict[str, Any] = {"id": "acme", "name": "Acme", "csm": "u-ann", "lifecycle": "new"}
    world.add_accounts([Account(AccountId("acme"), fields)])
    roles = ("champion", "admin") if name == "stalling" else ("champion", "admin", "user")
    world.add_contacts(
        Contact(ContactId(f"c-{role}"), AccountId("acme"), role, f"{role}@acme.example", {})
        for role in roles
    )
    managers = {"u-ann": "u-vera", "u-vera": None, "u-noor": None, "u-diego": None, "u-aiko": None}
    world.add_users(
        User(UserId(id), id, f"{id}@us.example", manager=UserId(boss) if boss else None)
        for id, boss in managers.items()
    )
    world.make_live(*checkup.plans.values())
    simulator = Simulator(context, world)
    for day, kind in {0: "contract.signed", **HAPPENS[name]}.items():
        simulator.add_fact(_fact(kind, BEGINS + day * DAY))
    for day in range(150):
        simulator.at(BEGINS + (day + 0.3) * DAY, partial(_work, simulator, context, patience))
    simulator.run(BEGINS + 200 * DAY)
    return simulator, context


def _fact(kind: str, at: datetime) -> Fact:
    data = {"fields": {"lifecycle": "churned"}} if kind == "account.changed" else {}
    return Fact(FactId(f"f-{kind}"), kind, AccountId("acme"), at, data)


def _work(simulator: Simulator, context: Context, patience: int) -> None:
    world = simulator.world
    for task in list(world.tasks.values()):
        if task.status == "open" and world.now - task.created_at >= patience * DAY:
            with MemoryRecords(world) as records:
                decision = "approved" if task.kind == "approval" else None
                complete_task(
                    records, context, task.id, by="u-ann", answers=_answers(task), decision=decision
                )
            simulator.take_owed()


def _answers(task: Task) -> dict[str, Any]:
    return {
        name: spec["one_of"][0] if spec.get("one_of") else "2026-09-01"
        for name, spec in task.ask.items()
    }


def explanations(name: str, patience: int) -> Iterator[Explanation]:
    simulator, _ = played(name, patience)
    trace = simulator.trace()
    for run in [one for one in trace.enrollments.values() if one.playbook == "onboarding"]:
        lines = [line for line in trace.lines if line.enrollment == run.id]
        effects = [one for one in trace.ledger if one.enrollment == run.id]
        yield explain(run, simulator.world.plans[run.plan], lines, effects)


@pytest.mark.parametrize("name", HAPPENS)
@pytest.mark.parametrize("patience", [1, 9])
def test_every_line_and_every_step_that_was_not_reached_is_explained(
    name: str, patience: int
) -> None:
    (found,) = explanations(name, patience)
    assert found.began == "fact f-contract.signed: fact contract.signed"
    assert found.run.plan
    assert {step.node for step in found.steps} == set(found.plan.nodes)
    for step in found.steps:
        assert PLACE.fullmatch(step.source), step
        holds_others = step.kind in ("fork", "foreach", "repeat")
        happened = step.lines or step.effects or holds_others
        assert bool(step.why_not) != bool(happened) or holds_others, step
        assert step.why_not != "not reached yet" or found.run.status != "finished", step
    lines = [*found.run_lines, *(line for step in found.steps for line in step.lines)]
    assert len(lines) > 5
    for line in lines:
        told = say(line)
        assert told.strip() not in ("", line.what), line
        assert "None" not in told, told


def test_rules_are_told_with_their_values() -> None:
    (found,) = explanations("thriving", 1)
    steps = {step.node: step for step in found.steps}
    told = {node: [say(line) for line in step.lines] for node, step in steps.items()}
    assert "took case 1: usage.first_value (usage.first_value = true)" in told["if-3"]
    assert steps["decide-how-to-go-on"].why_not.startswith("if-3 went another way: ")
    assert steps["end-1"].why_not.startswith("if-3 went another way: ")
    reminder = steps["kickoff-reminder"].why_not
    assert reminder.startswith("wait-2 went another way: wait-2: wait over: meeting.booked || ")
    assert found.ended == "It ended as live: the step end-2 ends the run."


def test_exit_says_its_rule() -> None:
    (found,) = explanations("leaving", 9)
    assert found.run.outcome == "lost"
    told = [say(line) for line in found.run_lines]
    assert any('account.lifecycle == "churned"' in line for line in told), told
