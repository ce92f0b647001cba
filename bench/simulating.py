"""How many runs of the reference playbook the simulator plays in a second, on one core."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta

from bench.lines import Line
from bench.people import USERS, account_fields, contacts_of
from bench.workspaces import REFERENCE
from engine.effects.context import Context
from engine.effects.entities import Account, AccountId
from engine.plan.model import Plan
from engine.services.authoring import check_workspace
from engine.simulation.simulator import Simulator
from engine.simulation.world import World

RUNS = 300
ROUNDS = 5
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def measure_simulator(runs: int = RUNS) -> Line:
    """Play many runs a few times; the value is the median."""
    checked = check_workspace(REFERENCE)
    context, plan = Context.of(checked.workspace()), checked.plan("reference")
    play(context, plan, min(20, runs))
    speeds = [runs / play(context, plan, runs) for _ in range(ROUNDS)]
    speed = statistics.median(speeds)
    more = {"best": round(max(speeds), 1), "runs": runs}
    return Line("simulate_runs_per_s", speed, "runs/s", speed, context=more)


def play(context: Context, plan: Plan, runs: int) -> float:
    """Play that many runs to their end; return the processor's seconds."""
    world = World(START)
    accounts = [f"sim-{number}" for number in range(runs)]
    world.add_users(USERS)
    world.add_accounts(
        Account(AccountId(one), account_fields(one, number)) for number, one in enumerate(accounts)
    )
    for one in accounts:
        world.add_contacts(contacts_of(one))
    world.make_live(plan)
    simulator = Simulator(context, world)
    before = time.process_time()
    for one in accounts:
        simulator.enroll(plan.playbook, AccountId(one))
    simulator.run(START + timedelta(days=2))
    taken = time.process_time() - before
    finished = sum(run.status == "finished" for run in world.enrollments.values())
    assert finished == runs, f"{finished} of {runs} runs finished"
    return taken
