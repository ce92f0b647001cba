"""The wish to stop: signals and calls recorded here, acted on by whoever waits.

A signal handler only counts and wakes; the loop decides. Knows nothing of processes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from types import FrameType

from engine.errors import TenureError

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(TenureError):
    """A stop was asked for while something was being started."""

    code = "stopped"


class StopRequests:
    """Counts requests to stop; its file descriptor is readable after each until `drain`."""

    def __init__(self) -> None:
        self._count = 0
        self._closed = False
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._previous: dict[signal.Signals, signal._HANDLER] = {}

    @property
    def requested(self) -> bool:
        """Whether somebody asked to stop."""
        return self._count > 0

    @property
    def hurried(self) -> bool:
        """Whether somebody asked twice: do not wait for graceful ends."""
        return self._count > 1

    def fileno(self) -> int:
        """The descriptor to select on."""
        return self._read

    def request(self) -> None:
        """Ask to stop. May be called from any thread and from a signal handler."""
        self._count += 1
        with contextlib.suppress(BlockingIOError):  # a full pipe wakes the loop as well
            if not self._closed:
                os.write(self._write, b"!")

    def drain(self) -> None:
        """Make the descriptor unreadable until the next request."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._read, 512):
                pass

    def raise_if_requested(self) -> None:
        """Raise `Stopped` when somebody asked to stop."""
        if self.requested:
            raise Stopped("Stopped while starting.")

    def listen(self) -> None:
        """Count SIGINT and SIGTERM as requests; does nothing outside the main thread."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in SIGNALS:
            self._previous[number] = signal.signal(number, self._on_signal)

    def close(self) -> None:
        """Put the previous signal handlers back and release the descriptors. Safe to call twice."""
        while self._previous:
            number, handler = self._previous.popitem()
            signal.signal(number, handler)
        if not self._closed:
            self._closed = True
            os.close(self._read)
            os.close(self._write)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.request()
