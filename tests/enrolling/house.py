"""A company in memory, on the virtual clock. 2 March 2026 is a Monday, 9:00 in Berlin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.effects.context import Context
from engine.effects.enrolling_entities import Decision, Held
from engine.effects.entities import (
    Account,
    AccountId,
    Contact,
    ContactId,
    Enrollment,
    Fact,
    FactId,
    User,
    UserId,
)
from engine.services.authoring import check_workspace
from engine.simulation.simulator import Simulator
from engine.simulation.world import World
from tests.workspaces import write_files

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FILES = {
    "tenure.yaml": """\
workspace: Acme CS
zone: Europe/Berlin
sender: {name: Acme Success, address: success@acme.example}
brand: {address: "1 High St, Springfield"}
channels: {cs: TENURE_CHAT_CS}
""",
    "schema.yaml": """\
account: {lifecycle: {one_of: [new, adopting, churned]}}
contact: {vip: bool}
contact_roles: [champion, admin]
facts: {order.placed: {seats: number}, order.paid: {}}
""",
    "people.yaml": "roles: {csm: {field: csm}, cs_ops: {user: u-ops}, boss: {manager_of: csm}}\n",
    "templates/hello.md": "---\nsubject: Hello\npurpose: service\n---\nHello {{ contact.email }}\n",
}


@dataclass
class House:
    """The simulator with some accounts (acme-0, acme-1, …), each with a champion and an admin."""

    simulator: Simulator
    context: Context
    sent: int = field(default=0)

    @classmethod
    def found(cls, root: Path, playbooks: Sequence[str], tenure: str, accounts: int) -> House:
        """Write the workspace, check it, and let its playbooks be live."""
        files = {**FILES, "tenure.yaml": FILES["tenure.yaml"] + tenure}
        files |= {f"playbooks/{n}.yaml": text for n, text in enumerate(playbooks)}
        checkup = check_workspace(write_files(root, files))
        assert [f"{one.where} {one.message}" for one in checkup.problems] == []
        context = Context.of(checkup.workspace())
        world = World(MONDAY)
        world.make_live(*checkup.plans.values())
        for number in range(accounts):
            _move_in(world, AccountId(f"acme-{number}"))
        world.add_users(
            [
                User(UserId("u-ann"), "Ann", "ann@us.example", manager=UserId("u-max")),
                User(UserId("u-max"), "Max", "max@us.example"),
                User(UserId("u-ops"), "Olga", "olga@us.example"),
            ]
        )
        return cls(Simulator(context, world), context)

    @property
    def world(self) -> World:
        return self.simulator.world

    # --- what happens -------------------------------------------------------------------------

    def tell(self, kind: str = "order.placed", account: int = 0, **more: Any) -> None:
        """Let a fact come in now, and let what follows from it happen."""
        self.sent += 1
        fact = Fact(
            FactId(f"f-{self.sent}"),
            kind,
            AccountId(f"acme-{account}"),
            self.world.now,
            more.pop("data", {}),
            **more,
        )
        self.simulator.take_in(fact)
        self.simulator.run(self.world.now)

    def change(self, account: int = 0, **fields: Any) -> None:
        """Change fields of an account."""
        self.tell("account.changed", account, data={"fields": fields})

    def wait(self, span: timedelta) -> None:
        """Let time pass."""
        self.simulator.run(self.world.now + span)

    # --- what came of it ----------------------------------------------------------------------

    def runs(self, playbook: str | None = None) -> list[Enrollment]:
        """All runs, in the order they began."""
        every = self.world.enrollments.values()
        return [one for one in every if playbook in (None, one.playbook)]

    def shown(self, account: str = "acme-0") -> list[str]:
        """What the runs of an account are at: `rescue active`."""
        return [
            f"{one.playbook} {one.outcome or one.status}"
            for one in self.runs()
            if one.account == account
        ]

    def decisions(self) -> list[Decision]:
        """All decisions, in order."""
        return list(self.world.decided)

    def held(self) -> list[Held]:
        """What is held now."""
        return [one for one in self.world.held.values() if one.status == "held"]


def _move_in(world: World, account: AccountId) -> None:
    fields = {"name": account.title(), "csm": "u-ann", "lifecycle": "new", "arr": 5000}
    world.add_accounts([Account(account, {"id": account, **fields, "zone": "Europe/Berlin"})])
    world.add_contacts(
        Contact(
            ContactId(f"{account}-{role}"),
            account,
            role,
            f"{role}@{account}.example",
            {"first_name": role.title(), "vip": role == "champion"},
        )
        for role in ("champion", "admin")
    )
