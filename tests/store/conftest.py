"""A database with the schema, and the store on it; the samples of the records' contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.plan.clock import Clock
from engine.store.database import Database
from tests.records.migrated import _shared_database, migrated_database

__all__ = ["_shared_database", "migrated_database"]


@pytest.fixture
def store(migrated_database: str) -> Iterator[Database]:
    """The store, empty, with the real clock."""
    database = Database(migrated_database, Clock())
    yield database
    database.close()
