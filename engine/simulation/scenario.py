"""A scenario: an account, its people, and what happens to it; what a simulation plays.

Owns what a scenario is and how it is played. How it is written is in `writing.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import Account, Contact, ContactId, Fact, User
from engine.plan.model import Plan
from engine.simulation.habits import Habit
from engine.simulation.simulator import Simulator
from engine.simulation.world import World


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a simulation plays. `trigger` begins the run through the playbook's own triggers, else
    it is begun by hand at `start`, or (`by_clock`) by its dates, schedules and conditions alone;
    `contact` is who a playbook for contacts is for."""

    account: Account
    contacts: tuple[Contact, ...]
    users: tuple[User, ...]
    start: datetime
    until: datetime
    facts: tuple[Fact, ...] = ()
    habits: tuple[Habit, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    trigger: Fact | None = None
    contact: ContactId | None = None
    by_clock: bool = False


def play(
    scenario: Scenario, playbook: str, plans: Mapping[str, Plan], context: Context
) -> Simulator:
    """Play a scenario to its end; all plans are live."""
    simulator = set_up(scenario, playbook, plans, context)
    simulator.run(scenario.until)
    return simulator


def set_up(
    scenario: Scenario, playbook: str, plans: Mapping[str, Plan], context: Context
) -> Simulator:
    """Put everything in place; nothing has happened yet."""
    first = min((fact.occurred_at for fact in scenario.facts), default=scenario.start)
    world = World(min(first, scenario.start))
    world.add_accounts([scenario.account])
    world.add_contacts(scenario.contacts)
    world.add_users(scenario.users)
    world.make_live(*plans.values())
    simulator = Simulator(context, world, habits=scenario.habits)
    if scenario.trigger is not None:
        simulator.add_fact(scenario.trigger)
    elif not scenario.by_clock:
        simulator.at(scenario.start, partial(_enroll, simulator, scenario, playbook))
    for fact in scenario.facts:
        simulator.add_fact(fact)
    return simulator


def _enroll(simulator: Simulator, scenario: Scenario, playbook: str) -> None:
    simulator.enroll(
        playbook, scenario.account.id, contact=scenario.contact, inputs=scenario.inputs
    )


def contact_named(contacts: Sequence[Contact], name: str) -> Contact | None:
    """Return the contact of that id, role or address."""
    return next((one for one in contacts if name in (one.id, one.role, one.email)), None)
