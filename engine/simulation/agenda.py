"""What is to happen in a simulation, in the order of its instants. Deterministic.

Owns the heap and the stream of facts. Knows neither runs nor rows, and does nothing itself.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import TypeAlias

from engine.effects.entities import Fact

Act: TypeAlias = Callable[[], None]


class Agenda:
    """Acts by instant, those of one instant in the order they were added.

    `take_in` is done for each fact of the stream; a fact comes before the acts of its instant.
    `added` counts all acts there ever were.
    """

    def __init__(self, take_in: Callable[[Fact], None]) -> None:
        self.added = 0
        self._take_in = take_in
        self._heap: list[tuple[datetime, int, Act]] = []
        self._stream: Iterator[Fact] = iter(())
        self._next: Fact | None = None

    def add(self, instant: datetime, act: Act) -> None:
        """Let something be done at an instant."""
        self.added += 1
        heapq.heappush(self._heap, (instant, self.added, act))

    def feed(self, facts: Iterable[Fact]) -> None:
        """Read facts one by one; they must be in the order they occur."""
        self._stream = iter(facts)
        self._next = next(self._stream, None)

    def pop(self, until: datetime) -> tuple[datetime, Act] | None:
        """Return what is done next, and when; None when nothing is to be done up to `until`."""
        fact = self._next
        if fact is not None and (not self._heap or fact.occurred_at <= self._heap[0][0]):
            if fact.occurred_at > until:
                return None
            self._next = next(self._stream, None)
            return fact.occurred_at, partial(self._take_in, fact)
        if not self._heap or self._heap[0][0] > until:
            return None
        instant, _, act = heapq.heappop(self._heap)
        return instant, act
