"""What is to happen in a simulation, in the order of its instants. Deterministic.

Owns the heap and the stream of what comes in. Knows neither runs nor rows, and does nothing itself.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeAlias

Act: TypeAlias = Callable[[], None]


class Agenda:
    """Acts by instant, those of one instant in the order they were added.

    What the stream brings comes before the acts of its instant. `added` counts all acts there ever
    were.
    """

    def __init__(self) -> None:
        self.added = 0
        self._heap: list[tuple[datetime, int, Act]] = []
        self._stream: Iterator[tuple[datetime, Act]] = iter(())
        self._next: tuple[datetime, Act] | None = None

    def add(self, instant: datetime, act: Act) -> None:
        """Let something be done at an instant."""
        self.added += 1
        heapq.heappush(self._heap, (instant, self.added, act))

    def feed(self, stream: Iterable[tuple[datetime, Act]]) -> None:
        """Read what comes in one by one; it must be in the order of its instants."""
        self._stream = iter(stream)
        self._next = next(self._stream, None)

    def pop(self, until: datetime) -> tuple[datetime, Act] | None:
        """Return what is done next, and when; None when nothing is to be done up to `until`."""
        coming = self._next
        if coming is not None and (not self._heap or coming[0] <= self._heap[0][0]):
            if coming[0] > until:
                return None
            self._next = next(self._stream, None)
            return coming
        if not self._heap or self._heap[0][0] > until:
            return None
        instant, _, act = heapq.heappop(self._heap)
        return instant, act
