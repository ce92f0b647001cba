"""Pausing, resuming, ending, moving runs: the runner is asked, what it does not know is explained.

A run that our records hold and the runner does not know has ended, or has not been handed over.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.effects.entities import Enrollment, EnrollmentId
from engine.errors import Conflict, NotFound, TransientError
from engine.services.runner import Runner, Standing
from engine.store.database import Database
from engine.store.queries.runs import is_handed_over


def pause(database: Database, runner: Runner, run: str, *, reason: str) -> Enrollment:
    """Hold a run until it is resumed. Raises NotFound, Conflict when it is not under way, and
    TransientError when it cannot be asked now."""
    return steer(database, run, lambda id: runner.pause(id, reason=reason))


def resume(database: Database, runner: Runner, run: str) -> Enrollment:
    """Let a paused run go on. Raises as `pause` does."""
    return steer(database, run, runner.resume)


def cancel(database: Database, runner: Runner, run: str, *, reason: str) -> Enrollment:
    """End a run. Raises as `pause` does."""
    return steer(database, run, lambda id: runner.cancel(id, reason=reason))


def steer(database: Database, run: str, ask: Callable[[EnrollmentId], Standing]) -> Enrollment:
    """Ask the runner something of a run; return the run as it is then. Raises as `pause` does."""
    row = _read(database, run)
    if row.status == "finished":
        raise Conflict(f"the run {run} has ended", remedy="Begin a new one.")
    try:
        ask(row.id)
    except NotFound:
        if _read(database, run).status == "finished":
            raise Conflict(f"the run {run} has ended", remedy="Begin a new one.") from None
        with database.begin() as connection:
            given = is_handed_over(connection, row.id)
        if given:
            remedy = "Close it in our records with `tenure runs close`."
            raise Conflict(f"Temporal does not drive the run {run}", remedy=remedy) from None
        raise TransientError(
            f"the run {run} has not begun yet", remedy="Try again in a moment."
        ) from None
    return _read(database, run)


def _read(database: Database, run: str) -> Enrollment:
    with database.transaction() as records:
        return records.enrollment(EnrollmentId(run))
