"""A company on real parts: a workspace on disk, its people in a real database, worker processes.

Owns the making and the ending of them. What is promised is in the tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import (
    AccountId,
    Contact,
    ContactId,
    Effect,
    Enrollment,
    EnrollmentId,
    Task,
    User,
    UserId,
)
from engine.plan.clock import Clock
from engine.services.applying import apply
from engine.services.authoring import Checkup, check_workspace
from engine.services.facts import Answer, take_in
from engine.services.tasks import complete
from engine.store import outbox
from engine.store.database import Database
from engine.store.directory import put_accounts, put_contacts, put_users
from engine.store.queries import runs as run_queries
from tests.waiting import Output
from tests.workspaces import write_files

ROOT = Path(__file__).parents[2]
ADDRESS = "kim@customer.example"
WORKSPACE = {
    "tenure.yaml": """\
workspace: Acme CS
zone: Europe/Berlin
sender: {name: Acme Success, address: success@acme.example}
brand: {address: "1 High St, Springfield"}
send_window: {from: 0, to: 24, weekdays_only: false}
channels: {cs: TENURE_CHAT_CS}
hooks: {crm: TENURE_HOOK_CRM}
""",
    "schema.yaml": """\
account:
  lifecycle: {one_of: [new, onboarding, adopting, churned]}
contact_roles: [champion, sponsor]
facts:
  order.placed: {amount: number}
  order.paid: {}
""",
    "people.yaml": """\
roles:
  csm: {field: csm}
  csm_manager: {manager_of: csm}
""",
    "calendars.yaml": "default: {zone: Europe/Berlin, hours: {mon-sun: 00:00-24:00}}\n",
    "templates/hello.md": "---\nsubject: Hello\npurpose: service\n---\n"
    "Hello {{ contact.first_name }}\n",
}


def checked(root: Path) -> Checkup:
    """Return a workspace that has no error."""
    checkup = check_workspace(root)
    assert checkup.errors == 0, [f"{one.where}: {one.message}" for one in checkup.problems]
    return checkup


@dataclass
class Company:
    """A database with a live workspace and some accounts; `settings` go to every process."""

    database: Database
    root: Path
    settings: dict[str, str]
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    said: list[Output] = field(default_factory=list)

    @classmethod
    def open(
        cls, url: str, root: Path, playbooks: Mapping[str, str], *, clock: str = "real", n: int = 1
    ) -> Company:
        """Found one with playbooks by name and `n` accounts: acme-0, acme-1, …"""
        write_files(root, {**WORKSPACE, **{f"playbooks/{k}.yaml": v for k, v in playbooks.items()}})
        settings = {"TENURE_DATABASE_URL": url, "TENURE_CLOCK": clock}
        company = cls(Database(url, Clock.parse(clock), connections=10), root, settings)
        company.apply()
        company.people(n)
        return company

    def apply(self) -> None:
        """Make what the folder holds live."""
        checkup = checked(self.root)
        apply(self.database, checkup.workspace(), checkup.plans, by="test")
        self.__dict__.pop("context", None)

    def people(self, n: int) -> None:
        """Put accounts, each with a champion and a sponsor, and two users."""
        with self.database.begin() as connection:
            names = [f"acme-{number}" for number in range(n)]
            fields = {"name": "Acme", "csm": "u-ann", "lifecycle": "new"}
            put_accounts(connection, {AccountId(name): fields for name in names})
            put_contacts(connection, [_contact(name, role) for name in names for role in ROLES])
            ann = User(UserId("u-ann"), "Ann", "ann@us.example", manager=UserId("u-max"))
            put_users(connection, [ann, User(UserId("u-max"), "Max", "max@us.example")])

    @cached_property
    def context(self) -> Context:
        """The workspace made ready."""
        return Context.of(checked(self.root).workspace())

    # --- processes ----------------------------------------------------------------------------

    def environment(self) -> dict[str, str]:
        """What a process of this company is given."""
        kept = {name: value for name, value in os.environ.items() if name[:7] != "TENURE_"}
        return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | self.settings

    def start(
        self, *command: str, output: Output | None = None, **more: str
    ) -> subprocess.Popen[str]:
        """Start a Python process that is killed at the end, its output in `stdout` to be read."""
        process = subprocess.Popen(
            [sys.executable, *command],
            env=self.environment() | more,
            stdout=output.file if output else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.root,
        )
        self.processes.append(process)
        return process

    def start_worker(self, *command: str, **more: str) -> subprocess.Popen[str]:
        """Start a worker and wait until it is ready; what it says is the last of `said`."""
        self.said.append(Output())
        worker = self.start(*(command or ("-m", "worker")), output=self.said[-1], **more)
        self.said[-1].wait_for("worker ready", worker)
        return worker

    def tenure(self, *arguments: str) -> tuple[int, str]:
        """Run a command of the CLI to its end; its exit code and all its output."""
        done = subprocess.run(
            [sys.executable, "-m", "engine.cli.main", *arguments],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.root,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout

    def close(self) -> None:
        """Kill what still runs, and close the database."""
        for process in self.processes:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        for output in self.said:
            output.close()
        self.database.close()

    # --- what happens -------------------------------------------------------------------------

    def send(self, kind: str, account: str = "acme-0", **more: Any) -> Answer:
        """Send one fact."""
        fact = {"fact": kind, "account": account, **more}
        (answer,) = take_in(self.database, lambda: self.context, [fact])
        return answer

    def begin(self, kind: str = "order.placed", account: str = "acme-0") -> EnrollmentId:
        """Send the fact that starts a run, and return the run."""
        answer = self.send(kind, account)
        assert answer.led_to is not None, answer
        (run,) = answer.led_to.started
        return run

    def complete(self, task: Task, **answers: Any) -> None:
        """Do a task."""
        complete(self.database, self.context, task.id, by="u-ann", answers=answers)

    # --- what came of it ----------------------------------------------------------------------

    def runs(self) -> Sequence[Enrollment]:
        """All runs."""
        with self.database.begin() as connection:
            return [row.run for row in run_queries.list_runs(connection, limit=500)]

    def run_of(self, run: EnrollmentId) -> Enrollment:
        """One run's row."""
        with self.database.transaction() as records:
            return records.enrollment(run)

    def tasks_of(self, run: EnrollmentId) -> Sequence[Task]:
        """The tasks of a run."""
        with self.database.transaction() as records:
            return records.tasks_of(run)

    def story(self, run: EnrollmentId) -> list[str]:
        """A run's timeline, without its instants."""
        with self.database.transaction() as records:
            return [f"{line.node or '-'} {line.what}" for line in records.lines(run)]

    def sends_of(self, run: EnrollmentId) -> list[Effect]:
        """What the ledger holds of a run's sends."""
        with self.database.begin() as connection:
            page = run_queries.show_run(connection, run)
        return [one for one in page.effects if one.recipient is not None]

    def backlog(self) -> int:
        """How many deliveries are owed to Temporal."""
        with self.database.begin() as connection:
            return outbox.backlog(connection)[0]


ROLES = ("champion", "sponsor")


def _contact(account: str, role: str) -> Contact:
    id = ContactId(f"c-{account}-{role}")
    address = ADDRESS if role == "champion" else f"{role}@customer.example"
    return Contact(id, AccountId(account), role, address, {"first_name": f"Kim{role.title()}"})
