"""One transaction, tried again when the database says that may help."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from engine.errors import TransientError
from engine.store.database import Database
from engine.store.records import PostgresRecords

T = TypeVar("T")
PAUSES_S = (0.02, 0.1, 0.5)


def transact(database: Database, work: Callable[[PostgresRecords], T]) -> T:
    """Do the work in one transaction; up to three times more after a TransientError, each time
    from the start. What failed left nothing behind."""
    for pause in PAUSES_S:
        try:
            return _once(database, work)
        except TransientError:
            time.sleep(pause)
    return _once(database, work)


def _once(database: Database, work: Callable[[PostgresRecords], T]) -> T:
    with database.transaction() as records:
        return work(records)
