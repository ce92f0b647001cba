"""A database with the schema, and the store on it; the samples of the records' contract."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.plan.clock import Clock
from engine.store.database import Database
from engine.store.schema import upgrade

sys.path.append(str(Path(__file__).parent.parent / "records"))


@pytest.fixture(scope="session")
def template(databases: Any) -> Iterator[str]:
    """The name of a database with the schema and no rows."""
    url = databases.create()
    upgrade(url)
    yield url.rpartition("/")[2]
    databases.drop(url)


@pytest.fixture
def store_url(databases: Any, template: str) -> Iterator[str]:
    """The URL of a fresh database with the schema."""
    url = databases.create(template)
    yield url
    databases.drop(url)


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    """The store, empty, with the real clock."""
    database = Database(store_url, Clock())
    yield database
    database.close()
