"""Sweeping: looking for what the clock alone sets off, one kind at a time.

Whoever calls this does so every so often; `workflows/sweeping.py` does, by Temporal Schedules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from engine.effects.context import Context
from engine.effects.sweeping import Sweeper, Swept
from engine.plan.clock import Clock
from engine.services.transacting import transact
from engine.store.database import Database

KINDS: Mapping[str, Callable[[Sweeper], Swept]] = {
    "dates": Sweeper.dates,
    "schedules": Sweeper.schedules,
    "conditions": Sweeper.matches,
    "health": Sweeper.health,
}
"""What is swept, and how; the names are those of the Temporal Schedules."""
LEAST_LAPSE_S = 5.0
ON_TIME = timedelta(minutes=15)


def sweep(
    database: Database,
    context: Context,
    kind: str,
    *,
    grace: timedelta = ON_TIME,
    beat: Callable[[], None] = lambda: None,
) -> Swept:
    """Sweep once. Two at the same time do nothing twice; one that is broken off, by what `beat`
    raises between two transactions, is gone on with by the next."""
    return KINDS[kind](Sweeper(partial(transact, database), context, grace, beat))


def interval_s(every_s: float, clock: Clock) -> float:
    """Return how many real seconds lie between two sweeps: a time-lapse sweeps more often.

    >>> interval_s(60, Clock()), interval_s(60, Clock(0, 0, 3600))
    (60, 5.0)
    """
    return min(every_s, max(LEAST_LAPSE_S, every_s / clock.factor)) if clock.factor > 1 else every_s


def on_time(every_s: float, clock: Clock) -> timedelta:
    """Return how late still counts as on time, in workspace time: some sweeps may be slow, and a
    worker may be restarted.

    >>> str(on_time(60, Clock())), str(on_time(60, Clock(0, 0, 3600)))
    ('0:15:00', '15:00:00')
    """
    return max(ON_TIME, timedelta(seconds=3 * interval_s(every_s, clock) * clock.factor))
