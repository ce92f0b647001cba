"""A company on the simulator: the same workspace as `company.py`, a virtual clock, no server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import (
    Account,
    AccountId,
    Contact,
    ContactId,
    EnrollmentId,
    User,
    UserId,
)
from engine.simulation.simulator import Simulator
from engine.simulation.world import World
from tests.promises.company import WORKSPACE, checked
from tests.workspaces import write_files

BEGINS = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday."""
ANN = User(UserId("u-ann"), "Ann", "ann@us.example", manager=UserId("u-max"))
MAX = User(UserId("u-max"), "Max", "max@us.example")


def simulate(
    root: Path,
    playbooks: Mapping[str, str],
    *,
    users: Sequence[User] = (ANN, MAX),
    begins: datetime = BEGINS,
    **files: str,
) -> Simulator:
    """Return a simulator with one account, `acme`, and its champion; nothing has happened yet.
    `files` replace those of the workspace: `calendars="…"`."""
    given = {f"{name}.yaml": text for name, text in files.items()}
    written = {f"playbooks/{name}.yaml": text for name, text in playbooks.items()}
    checkup = checked(write_files(root, {**WORKSPACE, **given, **written}))
    world = World(begins)
    fields: dict[str, Any] = {"id": "acme", "name": "Acme", "csm": "u-ann", "lifecycle": "new"}
    world.add_accounts([Account(AccountId("acme"), fields)])
    address = "kim@customer.example"
    kim = Contact(ContactId("c-kim"), AccountId("acme"), "champion", address, {"first_name": "Kim"})
    world.add_contacts([kim])
    world.add_users(users)
    world.make_live(*checkup.plans.values())
    return Simulator(Context.of(checkup.workspace()), world)


def begin(simulator: Simulator, playbook: str) -> EnrollmentId:
    """Begin a run by hand."""
    result = simulator.enroll(playbook, AccountId("acme"))
    assert result.enrollment is not None, result.why
    return result.enrollment
