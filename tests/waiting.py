"""Waiting for other processes: looking again and again, and reading what they print."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


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
