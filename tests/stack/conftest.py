"""Stacks in processes of their own, so that tests can kill the supervisor."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from engine.stack.datadir import StackInfo, read_stack

PATIENCE_S = 60
ROOT = Path(__file__).parents[2]


class Supervisor:
    """A running `supervise.py`."""

    def __init__(self, home: Path, *command: str) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("supervise.py")), str(home), *command],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/sbin:/usr/bin:/bin"},
        )

    def read_until(self, wanted: str) -> list[str]:
        """The lines printed up to and including the wanted one."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line.strip())
            if lines[-1] == wanted:
                return lines
        raise AssertionError(f"ended without {wanted!r}: {lines}")

    def info(self) -> StackInfo:
        info = read_stack(self.home)
        assert info is not None
        return info

    def children(self) -> list[psutil.Process]:
        """Every process of the stack, PostgreSQL's backends too, without the supervisor."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, name: str) -> psutil.Process:
        (note,) = [note for note in self.info().processes if note.name == name]
        return psutil.Process(note.pid)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.end()

    def end(self) -> int:
        """Read what it still prints and wait for its end."""
        self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode


@pytest.fixture
def supervise(server_home: Path) -> Iterator[Callable[..., Supervisor]]:
    """Starts a stack on the test's data directory, with a command beside it, and waits for it."""
    started: list[Supervisor] = []

    def start(*command: str) -> Supervisor:
        started.append(Supervisor(server_home, *command))
        started[-1].read_until("up")
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGTERM)  # and again in stop: hurry
        one.stop()
