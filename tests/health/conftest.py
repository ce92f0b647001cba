"""A database with the schema, and another one beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.store.schema import upgrade
from tests.records.migrated import _shared_database, migrated_database

__all__ = ["_shared_database", "migrated_database"]


@pytest.fixture
def another_database(databases: Any) -> Iterator[str]:
    """The URL of another database with the schema, for comparisons."""
    url = databases.create()
    upgrade(url)
    yield url
    databases.drop(url)
