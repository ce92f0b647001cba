"""One supervised process: how it is started, watched through a pidfd, and ended.

Each runs in its own session, so that Ctrl-C in the terminal reaches only the supervisor, and with
a death signal, so that nothing outlives a supervisor that was killed. The death signal fires when
the *thread* that spawned the child ends: spawn from a thread that lives as long as the child may.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.errors import PermanentError
from engine.stack.stopping import StopRequests

LAUNCHER = Path(__file__).with_name("launch.py")
LOG_LIMIT_BYTES = 20_000_000
KILL_TIMEOUT_S = 5.0
PROBE_EVERY_S = 0.03


@dataclass(frozen=True, slots=True)
class Account:
    """The system user a program runs as, when the supervisor is root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """What to run and how to end it; `env` is the whole environment."""

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str]
    account: Account | None = None
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    hurry_signal: signal.Signals = signal.SIGKILL
    death_signal: signal.Signals = signal.SIGKILL
    stop_timeout_s: float = 10.0


class Child:
    """A started `Program`; `fileno` becomes readable when it has ended.

    `created_s` (epoch) and `pid` together name the process for ever.
    """

    def __init__(self, program: Program) -> None:
        """Start the program in a new session, its output appended to its log."""
        self.program = program
        self._process = _spawn(program)
        self._pidfd = os.pidfd_open(self._process.pid)
        self.created_s = _created_s(self._process.pid)

    @property
    def pid(self) -> int:
        """The process id, which is its session and group id too."""
        return self._process.pid

    def fileno(self) -> int:
        """The pidfd to select on."""
        return self._pidfd

    def wait(self, timeout_s: float, stops: StopRequests | None = None) -> bool:
        """Wait for its end until `timeout_s` or a request to stop; whether it ended."""
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        if stops is not None:
            poll.register(stops.fileno(), select.POLLIN)
        ready = {descriptor for descriptor, _ in poll.poll(max(0.0, timeout_s) * 1000)}
        if stops is not None and stops.fileno() in ready:
            stops.drain()
        return self._pidfd in ready

    def stop(self, stops: StopRequests | None = None) -> int:
        """End it: gracefully, then, after its time-out or a second request, hard; its exit code."""
        steps = (
            (self.program.stop_signal, self.program.stop_timeout_s),
            (self.program.hurry_signal, KILL_TIMEOUT_S),
            (signal.SIGKILL, KILL_TIMEOUT_S),
        )
        for number, timeout_s in steps:
            if self._end_with(number, timeout_s, stops):
                break
        return self.bury()

    def bury(self) -> int:
        """Release what is left of an ended child, stray descendants too; its exit code."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        os.close(self._pidfd)
        return code

    def _end_with(
        self, number: signal.Signals, timeout_s: float, stops: StopRequests | None
    ) -> bool:
        if not self.wait(0):
            self._process.send_signal(number)
        if stops is None or number == self.program.hurry_signal:
            return self.wait(timeout_s)
        deadline = time.monotonic() + timeout_s
        while not stops.hurried and (left := deadline - time.monotonic()) > 0:
            if self.wait(left, stops):
                return True
        return self.wait(0)


def wait_until_ready(
    child: Child, probe: Callable[[], bool], *, timeout_s: float, stops: StopRequests | None = None
) -> None:
    """Ask `probe` until it says yes.

    Raises `PermanentError` with the end of the child's log when the child ends or the time is up,
    `Stopped` when a stop is asked for.
    """
    deadline = time.monotonic() + timeout_s
    while not probe():
        if stops is not None:
            stops.raise_if_requested()
        if child.wait(PROBE_EVERY_S, stops):
            raise _failed(child, "ended while it was starting")
        if time.monotonic() > deadline:
            raise _failed(child, f"did not answer within {timeout_s:g} seconds")


def run_to_end(program: Program, *, timeout_s: float, stops: StopRequests | None = None) -> None:
    """Run a program that ends by itself; raise `PermanentError` unless it succeeds in time."""
    child = Child(program)
    deadline = time.monotonic() + timeout_s
    while not child.wait(deadline - time.monotonic(), stops):
        if (stops is not None and stops.requested) or time.monotonic() >= deadline:
            child.stop()
            if stops is not None:
                stops.raise_if_requested()
            raise _failed(child, f"did not end within {timeout_s:g} seconds")
    if code := child.bury():
        raise _failed(child, f"failed with exit code {code}")


def last_lines(log: Path, count: int = 8) -> str:
    """The end of a log, indented, for an error message."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        lines = file.read().decode(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-count:])
    return ""


def _spawn(program: Program) -> subprocess.Popen[bytes]:
    account = program.account or Account(-1, -1)
    numbers = (program.death_signal.value, os.getpid(), account.uid, account.gid)
    command = [sys.executable, "-I", "-S", str(LAUNCHER), *map(str, numbers), *program.argv]
    _rotate(program.log)
    with program.log.open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(program.env),
            cwd=program.cwd,
            start_new_session=True,
        )


def _created_s(pid: int) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).create_time()
    return 0.0


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".old.log"))


def _failed(child: Child, how: str) -> PermanentError:
    log = child.program.log
    return PermanentError(
        f"{child.program.name} {how}. The last lines of {log}:\n{last_lines(log)}",
        remedy="Mend what the log complains of, then start again; no data was changed.",
    )
