"""One transaction, tried again when the database says that may help."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar, overload

from engine.errors import TransientError
from engine.store.database import Database
from engine.store.records import PostgresRecords

T = TypeVar("T")
R = TypeVar("R", bound=PostgresRecords)
PAUSES_S = (0.02, 0.1, 0.5)


@overload
def transact(database: Database, work: Callable[[PostgresRecords], T]) -> T: ...


@overload
def transact(database: Database, work: Callable[[R], T], kind: type[R]) -> T: ...


def transact(
    database: Database, work: Callable[[Any], T], kind: type[PostgresRecords] = PostgresRecords
) -> T:
    """Do the work in one transaction; up to three times more after a TransientError, each time
    from the start. What failed left nothing behind. `kind` says how the records talk."""
    for pause in PAUSES_S:
        try:
            return _once(database, work, kind)
        except TransientError:
            time.sleep(pause)
    return _once(database, work, kind)


def _once(database: Database, work: Callable[[Any], T], kind: type[PostgresRecords]) -> T:
    with database.transaction(kind) as records:
        return work(records)
