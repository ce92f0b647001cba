"""A database with the schema, and the store on it; the samples of the records' contract."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.plan.clock import Clock
from engine.store.database import Database

sys.path.append(str(Path(__file__).parent.parent / "records"))

from migrated import _shared_database, migrated_database

__all__ = ["_shared_database", "migrated_database"]

collect_ignore = ["conftest.py"]
"""Or --doctest-modules imports every conftest of the tests under one name."""


@pytest.fixture
def store(migrated_database: str) -> Iterator[Database]:
    """The store, empty, with the real clock."""
    database = Database(migrated_database, Clock())
    yield database
    database.close()
