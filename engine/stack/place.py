"""Where one process runs, dies and is started again, a little later each time it dies quickly."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from engine.stack.process import Child, Program
from engine.stack.stopping import StopRequests

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0
STEADY_AFTER_S = 30.0


@dataclass(frozen=True, slots=True)
class Report:
    """Something happened to a process of the stack, for people to read."""

    what: Literal["starting", "ready", "died", "restarted", "stopping", "stopped"]
    name: str
    detail: str = ""


class Place:
    """The place of one program. `clear` is called before each restart and may raise."""

    def __init__(
        self, program: Program, *, report: Callable[[Report], None], clear: Callable[[], None]
    ) -> None:
        """Start the program."""
        self._program = program
        self._report = report
        self._clear = clear
        self._deaths = 0
        self._started_s = time.monotonic()
        self.restart_at_s = 0.0
        self.child: Child | None = Child(program)

    def look_after(self) -> bool:
        """Bury a dead child, start one that is due; whether the process changed."""
        now = time.monotonic()
        if self.child is None:
            return now >= self.restart_at_s and self._restart(now)
        return self.child.wait(0) and self._bury(self.child, now)

    def stop(self, stops: StopRequests) -> None:
        """End the child, if one runs."""
        if self.child is not None:
            self._report(Report("stopping", self._program.name))
            self.child.stop(stops)
            self.child = None
            self._report(Report("stopped", self._program.name))

    def _restart(self, now: float) -> bool:
        self._clear()
        self.child, self._started_s = Child(self._program), now
        self._report(Report("restarted", self._program.name))
        return True

    def _bury(self, child: Child, now: float) -> bool:
        code = child.bury()
        if now - self._started_s > STEADY_AFTER_S:
            self._deaths = 0
        delay_s = restart_delay_s(self._deaths)
        self._deaths += 1
        self.child, self.restart_at_s = None, now + delay_s
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        detail = f"{how}; again in {delay_s:g} s; see {self._program.log}"
        self._report(Report("died", self._program.name, detail))
        return True


def restart_delay_s(deaths: int) -> float:
    """How long to wait before the next start after so many quick deaths.

    >>> [restart_delay_s(deaths) for deaths in (0, 1, 2, 9)]
    [0.2, 0.4, 0.8, 10.0]
    """
    return float(min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(deaths, 16)))
