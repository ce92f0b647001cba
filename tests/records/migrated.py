"""A database with the schema for each test: one for the session, emptied before the next test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, delete
from sqlalchemy.pool import NullPool

from engine.store.schema import upgrade
from engine.store.tables import metadata


@pytest.fixture(scope="session")
def _shared_database(databases: Any) -> Iterator[str]:
    url = databases.create()
    upgrade(url)
    yield url
    databases.drop(url)


@pytest.fixture
def migrated_database(_shared_database: str) -> str:
    """The URL of a database with the schema and no rows."""
    with create_engine(_shared_database, poolclass=NullPool).begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
    return _shared_database
