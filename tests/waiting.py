"""Waiting for other processes: looking again and again, and reading what they print."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class Output:
    """What processes say, in a file. For those that nobody listens to once they are ready: a pipe
    holds 64 KiB, then whoever writes into it stands still."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115

    def text(self) -> str:
        """All that was said so far."""
        return Path(f"/proc/self/fd/{self.file.fileno()}").read_text(errors="replace")

    def wait_for(self, wanted: str, process: subprocess.Popen[str]) -> None:
        """Wait until the wanted words are said, however long the process takes to live or die."""
        while wanted not in self.text():
            if process.poll() is not None and wanted not in self.text():
                raise AssertionError(f"it ended without {wanted!r}: {self.text()[-5000:]}")
            time.sleep(0.05)

    def close(self) -> None:
        """Forget it."""
        self.file.close()


def read_until(process: subprocess.Popen[str], wanted: str) -> list[str]:
    """Read a process's output up to the line with the wanted words."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if wanted in line:
            return lines
    raise AssertionError(f"it ended without {wanted!r}: {''.join(lines[-20:])}")


def until(look: Callable[[], T | None], what: str, seconds: float = 60) -> T:
    """Look again and again until there is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds:g} s")
