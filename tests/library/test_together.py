"""What the playbooks of the library do to one another. 11 January 2027 is a Monday."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import (
    Account,
    AccountId,
    Contact,
    ContactId,
    Fact,
    FactId,
    User,
    UserId,
)
from engine.plan.model import Span
from engine.services.authoring import check_workspace
from engine.simulation.habits import Habit
from engine.simulation.simulator import Simulator
from engine.simulation.world import World

EXAMPLE = Path(__file__).parents[2] / "examples" / "workspace"
MONDAY = datetime(2027, 1, 11, 8, tzinfo=UTC)
ACCOUNT = AccountId("acc-tindra")
FIELDS = {
    "name": "Tindra",
    "lifecycle": "adopting",
    "segment": "mid_market",
    "arr": 48000,
    "csm": "u-ana",
    "zone": "Europe/Berlin",
}


@cache
def loaded() -> tuple[Context, Any]:
    found = check_workspace(EXAMPLE)
    return Context.of(found.workspace()), found.plans


def company(*habits: Habit, health: float = 80, **fields: object) -> Simulator:
    """One customer, all playbooks live, all the people there are."""
    context, plans = loaded()
    world = World(MONDAY)
    roles = context.workspace.roles.values()
    named = {role.of for role in roles if role.how == "user"}
    named |= {one for team in context.workspace.teams.values() for one in team}
    ours = [User(UserId(one), one, f"{one}@northwind.example") for one in sorted(named)]
    marta = User(UserId("u-marta"), "Marta", "marta@northwind.example", manager=UserId("u-vera"))
    csms = [
        User(UserId(one), one, f"{one}@northwind.example", manager=marta.id)
        for one in ("u-ana", "u-jonas")
    ]
    world.add_users([*ours, marta, *csms])
    band = context.band(health)
    world.add_accounts([Account(ACCOUNT, {**FIELDS, **fields}, health, band, MONDAY)])
    world.add_contacts(
        [
            Contact(
                ContactId(f"c-{role}"),
                ACCOUNT,
                role,
                f"{role}@tindra.example",
                {"role": role, "first_name": role.title(), "account": ACCOUNT},
            )
            for role in ("champion", "executive_sponsor")
        ]
    )
    world.make_live(*plans.values())
    return Simulator(context, world, habits=habits)


def tell(simulator: Simulator, days: float, kind: str, **data: object) -> None:
    """Let something happen to the customer."""
    at = MONDAY + timedelta(days=days)
    simulator.add_fact(Fact(FactId(f"{kind}/{days}"), kind, ACCOUNT, at, data))


def runs(simulator: Simulator) -> dict[str, str]:
    """The latest run of each playbook: its outcome, or its status."""
    rows = sorted(simulator.trace().enrollments.values(), key=lambda run: run.started_at)
    return {run.playbook: run.outcome or run.status for run in rows}


def open_tasks(simulator: Simulator) -> dict[str, str | None]:
    return {
        str(task.node): task.assignee for task in simulator.trace().tasks if task.status == "open"
    }


def test_a_handoff_takes_the_open_tasks_of_other_playbooks_along() -> None:
    notes = {
        "their_goals": "Grow",
        "open_promises": "None",
        "people_to_know": "Elsa",
        "mood": "steady",
    }
    simulator = company(
        Habit("complete", "handoff-notes", Span(1, "d"), notes),
        Habit("complete", "briefing", Span(1, "d"), {"first_step": "Call"}),
        Habit("approve", "introduction", Span(1, "h")),
    )
    simulator.run(MONDAY)
    simulator.enroll("expansion", ACCOUNT)
    tell(simulator, 0.01, "account.changed", fields={"next_csm": "u-jonas"})
    simulator.run(MONDAY + timedelta(days=1))
    assert open_tasks(simulator)["qualify"] == "u-ana"
    simulator.run(MONDAY + timedelta(days=4))
    assert simulator.world.accounts[ACCOUNT].fields["csm"] == "u-jonas"
    assert open_tasks(simulator)["qualify"] == "u-jonas"
    assert "u-ana" not in open_tasks(simulator).values()


def test_a_rescue_ends_selling_and_holds_the_tips_back() -> None:
    simulator = company()
    simulator.run(MONDAY)
    simulator.enroll("expansion", ACCOUNT)
    simulator.enroll("knowledge-enablement", ACCOUNT)
    tell(simulator, 1, "champion.left")
    simulator.run(MONDAY + timedelta(days=2))
    now = runs(simulator)
    assert now["churn-rescue"] == "active"
    assert now["expansion"] == "not_now"
    assert now["knowledge-enablement"] == "paused"


def test_one_cause_gives_one_plan_renewal_leaves_the_champion_to_the_rescue() -> None:
    simulator = company(renewal_date="2027-04-20")
    simulator.run(MONDAY)
    simulator.enroll("renewal", ACCOUNT)
    tell(simulator, 1, "champion.left")
    simulator.run(MONDAY + timedelta(days=2))
    assert runs(simulator)["churn-rescue"] == "active"
    assert "triage" in open_tasks(simulator)
    assert "risk-plan" not in open_tasks(simulator)


def test_what_was_sold_is_taught() -> None:
    simulator = company()
    simulator.run(MONDAY)
    simulator.enroll("expansion", ACCOUNT)
    tell(simulator, 20, "expansion.won", amount=12000)
    simulator.run(MONDAY + timedelta(days=21))
    assert runs(simulator)["expansion"] == "achieved"
    assert runs(simulator)["knowledge-enablement"] == "active"


def test_a_signature_ends_the_renewal_and_lets_growth_begin_again() -> None:
    simulator = company(
        Habit("complete", "record-renewal", Span(1, "d")), renewal_date="2027-04-20"
    )
    simulator.run(MONDAY)
    simulator.enroll("renewal", ACCOUNT)
    simulator.run(MONDAY + timedelta(days=1))
    tell(simulator, 3, "expansion.signal", signal="A second team asks")
    tell(simulator, 10, "renewal.signed", term_months=12)
    tell(simulator, 12, "account.changed", fields={"renewal_date": "2028-04-20"})
    tell(simulator, 20, "expansion.signal", signal="A second team asks again")
    simulator.run(MONDAY + timedelta(days=21))
    assert runs(simulator)["renewal"] == "achieved"
    assert runs(simulator)["expansion"] == "active"
    # The first signal came next to the renewal, where nobody sells.
    refused = [one for one in simulator.trace().refusals if one.playbook == "expansion"]
    assert ["account.lifecycle" in one.why for one in refused] == [True]
