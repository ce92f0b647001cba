"""Processes that a dead supervisor left behind: found for certain, then ended.

A process is known by its pid together with its creation time, a server of PostgreSQL by its
working directory, which is its cluster; a pid alone may have been given to a stranger.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterable
from pathlib import Path

import psutil

from engine.errors import PermanentError
from engine.stack.datadir import ProcessNote

STOP_TIMEOUT_S = 30.0
QUIT_TIMEOUT_S = 10.0
KILL_TIMEOUT_S = 5.0
SAME_MOMENT_S = 0.5  # creation times are computed from the boot time, which is rounded


def kill_noted(notes: Iterable[ProcessNote]) -> None:
    """Kill the noted processes that are still the same ones, and wait for their end."""
    left = []
    for note in notes:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(note.pid)
            if abs(process.create_time() - note.created_s) < SAME_MOMENT_S:
                process.kill()
                left.append(process)
    psutil.wait_procs(left, timeout=KILL_TIMEOUT_S)


def end_servers_on(cluster: Path) -> None:
    """End every PostgreSQL process on the cluster: first a fast shutdown, then an immediate one.

    A postmaster shuts its backends down; backends whose postmaster was killed are already ending.
    Afterwards no process has the files open, so a pid file that names a living process names a
    stranger with a recycled pid, and goes. Raises `PermanentError` when one does not end.
    """
    left = _servers_on(cluster)
    for number, timeout_s in ((signal.SIGINT, STOP_TIMEOUT_S), (signal.SIGQUIT, QUIT_TIMEOUT_S)):
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        _, left = psutil.wait_procs(left, timeout=timeout_s)
    if left or (left := _servers_on(cluster)):
        raise PermanentError(
            f"A PostgreSQL left running on {cluster} does not end (process {left[0].pid}).",
            remedy="End that process, then start again.",
        )
    pid_file = cluster / "postmaster.pid"
    if _names_living_process(pid_file):
        pid_file.unlink()


def _servers_on(cluster: Path) -> list[psutil.Process]:
    found = []
    directory = str(cluster.resolve())
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.info["name"] == "postgres" and process.cwd() == directory:
                found.append(process)
    return found


def _names_living_process(pid_file: Path) -> bool:
    try:
        return psutil.pid_exists(int(pid_file.read_text().split("\n", 1)[0]))
    except (OSError, ValueError):
        return False
