"""What a stack refuses, before it starts anything, and how it says so."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from engine.errors import InputError, PermanentError
from engine.stack.accounts import open_way, postgres_account
from engine.stack.datadir import DataDir, ProcessNote, read_stack
from engine.stack.leftovers import kill_noted
from engine.stack.ports import Wish, choose
from engine.stack.postgres import MAJOR, Postgres
from engine.stack.process import Account, Child, Program, wait_until_ready
from engine.stack.supervisor import Stack


def test_taken_port_is_named_with_its_flag(server_home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError) as refusal:
            Stack(server_home, postgres_port=0, temporal_port=port, ui_port=0).start()
    assert f"Port {port}, wanted by Temporal, is taken" in refusal.value.message
    assert "--temporal-port" in refusal.value.remedy
    assert not (server_home / "postgres").exists()
    assert not DataDir(server_home).is_locked()


@pytest.mark.parametrize("port", [-1, 65536])
def test_impossible_port_is_refused(port: int) -> None:
    with pytest.raises(InputError, match="not a port number"):
        choose([Wish("PostgreSQL", port, "--postgres-port")])


def test_same_port_twice_is_refused() -> None:
    (port,) = choose([Wish("one", 0, "--one")])
    with pytest.raises(InputError, match="wanted by two"):
        choose([Wish("one", port, "--one"), Wish("two", port, "--two")])


def test_port_that_need_not_be_this_one_gives_way() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (found,) = choose([Wish("one", port, "--one", or_any=True)])
    assert found not in (0, port)


def test_used_data_dir_names_the_process(server_home: Path) -> None:
    holder = DataDir(server_home)
    holder.open(postgres_major=MAJOR)
    with pytest.raises(InputError, match=f"in use by process {os.getpid()}") as refusal:
        Stack(server_home).start()
    assert "--data-dir" in refusal.value.remedy
    holder.close()
    assert not holder.is_locked()


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/tenure"])
def test_unusable_data_dir_is_refused(server_home: Path, place: str) -> None:
    (server_home / "file").touch()
    with pytest.raises(InputError, match="cannot be used") as refusal:
        Stack(server_home / place).start()
    assert "--data-dir" in refusal.value.remedy


def test_unwritable_data_dir_is_refused(server_home: Path) -> None:
    server_home.chmod(0o555)
    with _ordinary_user(), pytest.raises(InputError, match="Permission denied"):
        Stack(server_home).start()
    server_home.chmod(0o700)
    assert list(server_home.iterdir()) == []


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        (json.dumps({"format": 1, "postgres": 16}), "was made by PostgreSQL 16"),
        (json.dumps({"format": 9, "postgres": MAJOR}), "has format 9"),
        ("rubbish", "has format None"),
    ],
)
def test_data_dir_of_another_version_is_refused(
    server_home: Path, version: str, problem: str
) -> None:
    (server_home / "VERSION").write_text(version)
    with pytest.raises(InputError, match=problem):
        Stack(server_home).start()
    assert (server_home / "VERSION").read_text() == version


def test_cluster_of_another_major_is_refused(server_home: Path) -> None:
    (server_home / "postgres").mkdir()
    (server_home / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(InputError, match="PostgreSQL 16"):
        Stack(server_home).start()


def test_note_of_a_dead_stack_is_no_stack(server_home: Path) -> None:
    (server_home / "stack.json").write_text("{}")
    assert read_stack(server_home) is None
    assert read_stack(server_home / "nowhere") is None


@pytest.mark.postgres
def test_server_that_cannot_start_shows_its_log(server_home: Path) -> None:
    (port,) = choose([Wish("PostgreSQL", 0, "")])
    log = server_home / "log"
    server = Postgres(server_home, port, durable=False)
    server.prepare(log)
    (server_home / "postgres" / "local.conf").write_text("no_such_setting = 1\n")
    (server_home / "postgres" / "local.conf").chmod(0o644)
    server.prepare(log)
    child = Child(server.program(log))
    with pytest.raises(PermanentError, match="no_such_setting"):
        wait_until_ready(child, server.answers, timeout_s=60)
    child.stop()


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["it's a dir", "long-" * 30])
def test_server_runs_in_an_awkward_directory(server_home: Path, name: str) -> None:
    home = server_home / name
    home.mkdir()
    (port,) = choose([Wish("PostgreSQL", 0, "")])
    server = Postgres(home, port, durable=False)
    server.prepare(home / "log")
    child = Child(server.program(home / "log"))
    wait_until_ready(child, server.answers, timeout_s=60)
    assert child.stop() == 0


@pytest.mark.postgres
def test_server_left_on_the_cluster_is_ended_first(server_home: Path) -> None:
    (port,) = choose([Wish("PostgreSQL", 0, "")])
    server = Postgres(server_home, port, durable=False)
    server.prepare(server_home / "log")
    left = Child(server.program(server_home / "log"))
    wait_until_ready(left, server.answers, timeout_s=60)
    Postgres(server_home, port, durable=False).prepare(server_home / "log")
    assert left.wait(0)
    assert left.stop() == 0


@pytest.mark.postgres
def test_pid_file_naming_a_stranger_is_removed(server_home: Path) -> None:
    (port,) = choose([Wish("PostgreSQL", 0, "")])
    server = Postgres(server_home, port, durable=False)
    server.prepare(server_home / "log")
    stranger = Child(_sleeper(server_home, postgres_account()))
    pid_file = server_home / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{stranger.pid}\n{server_home / 'postgres'}\n0\n{port}\n")
    server.prepare(server_home / "log")
    child = Child(server.program(server_home / "log"))
    wait_until_ready(child, server.answers, timeout_s=60)
    assert psutil.pid_exists(stranger.pid)
    child.stop()
    stranger.stop()


def test_program_that_cannot_run_says_so(server_home: Path) -> None:
    program = Program("ghost", (str(server_home / "ghost"),), server_home / "log", env={})
    child = Child(program)
    with pytest.raises(PermanentError, match="ghost: No such file"):
        wait_until_ready(child, lambda: False, timeout_s=60)
    assert child.stop() == 127


@pytest.mark.parametrize("drift_s", [0, 100])
def test_only_the_noted_process_is_killed(server_home: Path, drift_s: int) -> None:
    child = Child(_sleeper(server_home, None))
    kill_noted([ProcessNote("sleeper", child.pid, child.created_s - drift_s)])
    assert child.wait(0) == (drift_s == 0)
    child.stop()


def test_open_way_adds_search_permission_only(server_home: Path) -> None:
    private = server_home / "private"
    private.mkdir(mode=0o700)
    (private / "inner").mkdir()
    open_way(private / "inner" / "file", Account(uid=12345, gid=12345))
    assert private.stat().st_mode & 0o777 == 0o701


@contextmanager
def _ordinary_user() -> Iterator[None]:
    """Act as somebody whom permissions bind, which root is not."""
    before = os.geteuid()
    os.seteuid(before or 65534)
    try:
        yield
    finally:
        os.seteuid(before)


def _sleeper(home: Path, account: Account | None) -> Program:
    return Program(
        name="sleeper",
        argv=("/bin/sleep", "300"),
        log=home / "sleeper.log",
        env={},
        account=account,
    )
