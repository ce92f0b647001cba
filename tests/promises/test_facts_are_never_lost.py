"""A committed fact is never lost: what it should start starts, what it should wake wakes."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from engine.errors import TransientError
from engine.plan.clock import Clock
from engine.stack.datadir import StackInfo, read_stack
from engine.stack.ports import Wish, choose
from engine.stack.process import Child, wait_until_ready
from engine.stack.temporal import Temporal
from engine.store.database import Database
from tests.promises.company import Company
from tests.waiting import read_until, until

ORDERS = """\
playbook: orders
enroll: {on: [{fact: order.placed}]}
steps:
  - wait: 1h
  - wait: {until: order.paid}
  - set: {account.lifecycle: adopting}
"""
VICTIMS = ("worker", "temporal", "postgres", "worker", "temporal", "worker", "postgres")
ACCOUNTS = 40
NONE_STUCK = (0, "No run is stuck.\n")
CALL = """\
playbook: call
enroll: {on: [{fact: order.placed}]}
steps:
  - task: call
    title: Call them
    assign: csm
    ask: {mood: text}
"""


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.temporal
def test_facts_survive_the_killing_of_every_process(server_home: Path, tmp_path: Path) -> None:
    """The stack of `tenure up`, under facts, while its processes are killed one after the other."""
    chance = random.Random(20)
    with _stack(server_home, tmp_path) as company, ThreadPoolExecutor(2) as threads:
        parts = (range(0, ACCOUNTS, 2), range(1, ACCOUNTS, 2))
        sending = [threads.submit(_send_all, company, chance.random(), part) for part in parts]
        for victim in chance.sample(VICTIMS, len(VICTIMS)):
            time.sleep(chance.uniform(0.2, 1.2))
            _kill(server_home / "data", victim)
        for sender in sending:
            sender.result(90)
        up, *_ = company.processes
        up.kill()  # and the supervisor, with all that was still to be done
        _start(company, server_home / "data")
        until(lambda: all(run.outcome for run in company.runs()), "the end of all runs", 90)
        _check(company)


def _check(company: Company) -> None:
    runs = company.runs()
    assert sorted(run.account for run in runs) == sorted(f"acme-{n}" for n in range(ACCOUNTS))
    assert {run.outcome for run in runs} == {"completed"}
    for run in runs:
        told = company.story(run.id)
        assert len(told) == len(set(told))
        assert told[-2:] == ["set-1 set", "- outcome"]
        assert {"wait-2 until met", "wait-2 wait over"} & set(told), told
    assert until(lambda: company.backlog() == 0, "an empty outbox")
    # Temporal's own list of runs comes a little after them.
    until(lambda: company.tenure("runs", "list", "--stuck") == NONE_STUCK, "no run to be stuck")


@contextmanager
def _stack(home: Path, tmp_path: Path) -> Iterator[Company]:
    clock = f"lapse:{time.time():.0f}:1790000000:7200"
    settings = {"TENURE_CLOCK": clock, "TENURE_DATA_DIR": str(home / "data")}
    (tmp_path / "workspace").mkdir()
    # Not yet a company: `tenure up` makes the database it will live in.
    company = Company(None, tmp_path / "workspace", settings)  # type: ignore[arg-type]
    try:
        info = _start(company, home / "data")
        company.database.close()
        opened = Company.open(
            info.database_url, company.root, {"orders": ORDERS}, clock=clock, n=ACCOUNTS
        )
        opened.settings, opened.processes = settings, company.processes
        company = opened
        yield company
    finally:
        company.processes[0].send_signal(signal.SIGTERM)
        company.processes[0].wait(60)
        company.close()


def _start(company: Company, data: Path) -> StackInfo:
    """Start `tenure up` on free ports, and look at its database from here on."""
    ports = (f"--{name}-port=0" for name in ("postgres", "temporal", "ui", "web"))
    up = company.start("-m", "engine.cli.main", "up", "--data-dir", str(data), *ports)
    company.processes.insert(0, company.processes.pop())
    read_until(up, "Ctrl-C stops it")
    threading.Thread(target=lambda: up.stdout and up.stdout.read(), daemon=True).start()
    info = read_stack(data)
    assert info is not None
    if company.database is not None:
        company.database.close()
    company.database = Database(info.database_url, Clock.parse(company.settings["TENURE_CLOCK"]))
    return info


def _kill(data: Path, name: str) -> None:
    """Kill a process of the stack, whichever is alive under the name now."""

    def killed() -> bool:
        info = read_stack(data)
        for note in info.processes if info else ():
            with suppress(psutil.NoSuchProcess):  # it may die meanwhile, of another's death
                if note.name == name:
                    process = psutil.Process(note.pid)
                    if abs(process.create_time() - note.created_s) < 1:
                        process.kill()
                        return True
        return False

    assert until(killed, f"a living {name}")


def _send_all(company: Company, seed: float, accounts: range) -> None:
    chance = random.Random(seed)
    for kind in ("order.placed", "order.paid"):
        for number in accounts:
            _send(company, kind, f"acme-{number}")
            time.sleep(chance.uniform(0.02, 0.2))


def _send(company: Company, kind: str, account: str) -> None:
    """Send a fact until it is committed, as whoever sends facts must."""

    def sent() -> bool:
        try:
            return company.send(kind, account, id=f"{kind}-{account}").status != "rejected"
        except TransientError:
            return False

    assert until(sent, f"{kind} of {account}", 60)


@pytest.mark.temporal
def test_fact_that_comes_before_its_run_has_begun_wakes_it(
    on_temporal: Callable[..., Company],
) -> None:
    """The run is committed, and nothing runs it yet; what happens meanwhile counts."""
    clock = f"lapse:{time.time():.0f}:1790000000:36000"
    company = on_temporal(orders=ORDERS, clock=clock)
    run = company.begin()
    company.send("order.paid")
    company.start_worker()
    until(lambda: company.run_of(run).outcome, "the end")
    assert company.story(run)[-3:] == ["wait-2 wait over", "set-1 set", "- outcome"]


# --- Temporal is down -------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.temporal
def test_people_work_on_while_temporal_is_down(
    open_company: Callable[..., Company], server_home: Path
) -> None:
    company = open_company(call=CALL, n=2)
    (port,) = choose([Wish("Temporal", 0, "")])
    server = Temporal(port, ui_port=None, database=server_home / "temporal.db")
    company.settings["TENURE_TEMPORAL_ADDRESS"] = server.address
    with _running(server, server_home):
        company.start_worker()
        run = company.begin()
        (task,) = until(lambda: company.tasks_of(run), "a task")
    answered = ("--as", "u-ann", "--set", "mood=good")
    code, output = company.tenure("tasks", "complete", task.id, *answered)
    assert (code, output) == (0, "done: Call them\n")
    code, output = company.tenure("facts", "send", "order.placed", "acme-1")
    assert code == 0
    assert "started call.acme-1." in output
    assert company.backlog() == 2
    with _running(server, server_home):
        until(lambda: company.run_of(run).outcome, "the end")
        (other,) = [one.id for one in company.runs() if one.account == "acme-1"]
        until(lambda: company.tasks_of(other), "the other run's task")
        assert company.story(run) == ["call task", "call task.completed", "- outcome"]
        until(lambda: company.backlog() == 0, "an empty outbox")
        company.processes[0].kill()


@contextmanager
def _running(server: Temporal, home: Path) -> Iterator[None]:
    child = Child(server.program(home / "temporal.log"))
    try:
        wait_until_ready(child, server.answers, timeout_s=60)
        yield
    finally:
        child.stop()
