"""Retention: records that nothing needs any more are deleted after a while, a batch at a time.

How long is kept what the company may want to look up is said in tenure.yaml (`keep`). Never deleted
is what a promise hangs on: facts (the same one twice), the ledger (at most one send), firings by
date (a date fires once), scores, runs, and what is open, owed or held.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from engine.effects.context import Context
from engine.effects.rounds import EVERYBODY
from engine.services.calls import KEPT_FOR
from engine.store import retention
from engine.store.database import Database
from engine.store.tokens import drop_calls

BATCH = 1000
ROUNDS_KEPT = timedelta(days=30)
"""How long it is known who took part in a round of a schedule."""


def forget_old(
    database: Database, context: Context, *, beat: Callable[[], None] = lambda: None
) -> int:
    """Delete what is older than the workspace keeps it; return how many rows. Two at the same time
    do no harm, and one that is broken off is gone on with by the next."""
    keep, now = context.workspace.keep, database.now
    ages = {"decisions": keep.decisions_h, "rejects": keep.rejects_h}
    deleted = 0
    for name, aging in retention.AGING.items():
        for one in aging:
            deleted += _forget(database, one, now - timedelta(hours=ages[name]), beat)
    with database.begin() as connection:
        drop_calls(connection, database.real_time - KEPT_FOR)
        retention.drop_queued(connection)
    return deleted + _forget_rounds(database, now - ROUNDS_KEPT, beat)


def _forget(
    database: Database, aging: retention.Aging, before: datetime, beat: Callable[[], None]
) -> int:
    with database.begin() as connection:
        below = retention.first_young(connection, aging, before)
    deleted, at = 0, 0
    while True:
        with database.begin() as connection:
            gone, last = retention.delete_old(connection, aging, after=at, below=below, most=BATCH)
        if last is None:
            return deleted
        deleted, at = deleted + gone, last
        beat()


def _forget_rounds(database: Database, before: datetime, beat: Callable[[], None]) -> int:
    with database.begin() as connection:
        rounds = retention.latest_rounds(connection, EVERYBODY)
    deleted = 0
    for playbook, latest in rounds:
        while True:
            with database.begin() as connection:
                gone = retention.delete_rounds(
                    connection, playbook, latest, everybody=EVERYBODY, before=before, most=BATCH
                )
            deleted += gone
            beat()
            if gone < BATCH:
                break
    return deleted
