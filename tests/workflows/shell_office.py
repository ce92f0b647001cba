"""A small company on a real database: a workspace, an account, people, and a live playbook."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.effects.context import Context
from engine.effects.entities import AccountId, Enrollment, EnrollmentId, Task, User, UserId
from engine.language.workspace.model import Workspace
from engine.plan.clock import Clock
from engine.plan.model import After, Effect, NodeId, Plan, Source, Span, Wait
from engine.plan.model import Task as TaskNode
from engine.services.applying import apply
from engine.services.enrolling import enroll_by_hand
from engine.services.tasks import complete
from engine.store.database import Database
from engine.store.directory import put_accounts, put_users
from tests.waiting import Output
from tests.workspaces import loaded, write_files

ROOT = Path(__file__).parent.parent.parent
TENURE = """\
workspace: Acme CS
sender: {name: Acme Success, address: success@acme.example}
brand: {address: "1 High St, Springfield"}
"""


def _at(line: int) -> Source:
    return Source("call.yaml", line)


CALL = Plan(
    playbook="call",
    title="Call them",
    source=_at(1),
    entry=NodeId("note"),
    nodes={
        NodeId("note"): Effect(
            id=NodeId("note"),
            source=_at(2),
            next=NodeId("rest"),
            verb="set_field",
            spec={"fields": {"account.lifecycle": {"value": "adopting"}}},
        ),
        NodeId("rest"): Wait(
            id=NodeId("rest"), source=_at(3), next=NodeId("call"), due=After(Span(2, "d"))
        ),
        NodeId("call"): TaskNode(
            id=NodeId("call"),
            source=_at(4),
            spec={"title": "Call {{ account.name }}", "assign": {"user": "ann"}},
        ),
    },
)


@dataclass
class Office:
    """What the tests act on. `clock` is a workspace clock as text, `more` settings of workers."""

    database: Database
    workspace: Workspace
    address: str
    clock: str
    queue: str
    more: Mapping[str, str] = field(default_factory=dict)
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    said: list[Output] = field(default_factory=list)

    @classmethod
    def open(
        cls, url: str, address: str, home: Path, *, queue: str, factor: int = 864000
    ) -> Office:
        """Apply the workspace and the playbook `call`; twenty accounts, one user. `factor` is how
        many of its seconds pass in one."""
        workspace = loaded(write_files(home, {"tenure.yaml": TENURE}))
        clock = f"lapse:{time.time():.0f}:1790000000:{factor}"
        database = Database(url, Clock.parse(clock))
        office = cls(database, workspace, address, clock, queue)
        apply(database, workspace, {"call": CALL}, by="test")
        with database.begin() as connection:
            names = (f"acme-{number}" for number in range(20))
            put_accounts(connection, {AccountId(name): {"name": name} for name in names})
            put_users(connection, [User(UserId("ann"), "Ann", "ann@us.example")])
        return office

    @property
    def context(self) -> Context:
        """The workspace made ready."""
        return Context.of(self.workspace)

    def environment(self) -> Mapping[str, str]:
        """What a process of the stack is given."""
        return os.environ | {
            "TENURE_DATABASE_URL": self.database.url,
            "TENURE_TEMPORAL_ADDRESS": self.address,
            "TENURE_CLOCK": self.clock,
            "TENURE_TASK_QUEUE": self.queue,
            "TENURE_OUTBOUND_TASK_QUEUE": f"{self.queue}-out",
            "TENURE_EMAIL_URL": "memory://",
            **self.more,
        }

    def start_worker(self) -> subprocess.Popen[str]:
        """Start a worker process and wait until it says that it is ready."""
        self.said.append(Output())
        worker = subprocess.Popen(
            [sys.executable, str(ROOT / "worker.py")],
            env=self.environment(),
            stdout=self.said[-1].file,
            text=True,
            cwd=ROOT,
        )
        self.workers.append(worker)
        self.said[-1].wait_for("worker ready", worker)
        return worker

    def enroll(self, account: str) -> EnrollmentId:
        """Enroll an account in `call` by hand."""
        found = enroll_by_hand(self.database, self.context, "call", account, by="test")
        assert found.enrollment is not None, found.why
        return found.enrollment

    def task_of(self, run: EnrollmentId) -> Task | None:
        """The run's task, if it has been handed out."""
        with self.database.transaction() as records:
            tasks = records.tasks_of(run)
        return tasks[0] if tasks else None

    def complete(self, task: Task) -> None:
        """Do the task."""
        complete(self.database, self.context, task.id, by="ann")

    def run_of(self, run: EnrollmentId) -> Enrollment:
        """The run's row."""
        with self.database.transaction() as records:
            return records.enrollment(run)

    def story(self, run: EnrollmentId) -> list[str]:
        """The run's timeline, without its instants."""
        with self.database.transaction() as records:
            return [f"{line.node or '-'} {line.what}" for line in records.lines(run)]

    def close(self) -> None:
        """Kill what still runs."""
        for worker in self.workers:
            worker.kill()
            worker.wait()
        for output in self.said:
            output.close()
        self.database.close()
