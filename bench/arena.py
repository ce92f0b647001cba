"""Where ours and the peers meet: one Temporal server, one PostgreSQL, one worker process each.

The servers are those of `tenure up`, durable as there. Owns how each contestant's runs are started
and which process works for it; measures nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.peers.work import TABLES
from bench.people import USERS, account_fields, contacts_of
from bench.workspaces import REFERENCE
from engine.effects.context import Context
from engine.effects.entities import AccountId
from engine.plan.clock import Clock
from engine.services.applying import apply
from engine.services.authoring import check_workspace
from engine.services.enrolling import enroll_by_hand
from engine.stack.datadir import StackInfo
from engine.stack.supervisor import Command, Stack
from engine.store import directory, schema
from engine.store.database import Database

OURS = "ours"
PEERS = ("naive", "tuned")
WAIT_S = 0.1
HOUR_S = 3600
MONDAY_EPOCH_S = 1772442000.0  # 2026-03-02T09:00:00Z
ENROLLING_THREADS = 4


@dataclass(frozen=True)
class Arena:
    """The running servers, the processes by contestant, and what starts their runs."""

    info: StackInfo
    database: Database
    context: Context
    peers: Mapping[str, subprocess.Popen[str]]
    stop_requested: Callable[[], bool]

    def pid(self, contestant: str) -> int:
        """Return the worker process of a contestant."""
        if contestant == OURS:
            return next(note.pid for note in self.info.processes if note.name == "worker")
        return self.peers[contestant].pid

    def server_pids(self) -> list[int]:
        """Return the processes of Temporal and PostgreSQL."""
        return [note.pid for note in self.info.processes if note.name in ("temporal", "postgres")]

    def add_accounts(self, contestant: str, label: str, count: int) -> list[str]:
        """Put new accounts into the database; each is for one run."""
        accounts = [f"{contestant}-{label}-{number:04}" for number in range(count)]
        fields = {AccountId(one): account_fields(one, i) for i, one in enumerate(accounts)}
        with self.database.begin() as connection:
            directory.put_accounts(connection, fields)
            directory.put_contacts(connection, [c for one in accounts for c in contacts_of(one)])
        return accounts

    def start_runs(self, contestant: str, accounts: Sequence[str]) -> None:
        """Start one run for each account: enrolled through the store, or by the peer's worker."""
        if contestant == OURS:
            with ThreadPoolExecutor(ENROLLING_THREADS) as threads:
                list(threads.map(self._enroll, accounts))
            return
        order = json.dumps({"accounts": accounts, "wait_s": WAIT_S})
        peer = self.peers[contestant]
        assert peer.stdin is not None
        peer.stdin.write(order + "\n")
        peer.stdin.flush()

    def ids(self, contestant: str, label: str) -> str:
        """Return what the workflow ids of a round begin with."""
        head = "reference" if contestant == OURS else contestant
        return f"{head}.{contestant}-{label}-"

    def _enroll(self, account: str) -> None:
        found = enroll_by_hand(self.database, self.context, "reference", account, by="u-ana")
        assert found.enrollment is not None, found.why


@contextmanager
def open_arena() -> Iterator[Arena]:
    """Start the servers and workers in a throw-away directory; stop them at the end."""
    home = Path(tempfile.mkdtemp(prefix="tenure-bench-"))
    clock = Clock(time.time(), MONDAY_EPOCH_S, HOUR_S / WAIT_S)
    stack = Stack(
        home,
        postgres_port=0,
        temporal_port=0,
        ui_port=0,
        commands=[Command("worker", [sys.executable, "-m", "worker"])],
        settings={"clock": clock.spec, "email_url": "memory://"},
        prepare=_prepare,
    )
    try:
        with stack:
            database = Database(stack.info.database_url, clock, connections=ENROLLING_THREADS + 1)
            context = Context.of(check_workspace(REFERENCE).workspace())
            with _workers(stack.info) as peers:
                yield Arena(stack.info, database, context, peers, lambda: stack.stop_requested)
            database.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _prepare(info: StackInfo) -> None:
    schema.upgrade(info.database_url)
    checked = check_workspace(REFERENCE)
    database = Database(info.database_url, Clock.parse(info.settings["clock"]), connections=1)
    apply(database, checked.workspace(), checked.plans, by="bench")
    with database.begin() as connection:
        directory.put_users(connection, USERS)
    database.close()
    with psycopg.connect(info.database_url.replace("+psycopg", "")) as plain:
        plain.execute(TABLES)


@contextmanager
def _workers(info: StackInfo) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Run the peers' workers; each ends when its input is closed, so they end with us."""
    started = {
        kind: subprocess.Popen(
            [sys.executable, "-m", "bench.peers.worker", kind],
            env=os.environ | info.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in PEERS
    }
    try:
        for peer in started.values():
            assert peer.stdout is not None
            assert peer.stdout.readline() == "ready\n", "a peer's worker did not come up"
        yield started
    finally:
        for peer in started.values():
            peer.communicate()
