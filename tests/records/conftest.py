"""One keeper after the other, each with the same accounts, people and plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from keepers import CONCURRENT, KEEPERS, Keeper
from samples import ACCOUNTS, CONTACTS, PLAN, USERS

from engine.store.schema import upgrade


@pytest.fixture(params=KEEPERS)
def keeper(request: pytest.FixtureRequest) -> Iterator[Keeper]:
    """A keeper with the samples."""
    yield from _seeded(request)


@pytest.fixture(params=CONCURRENT)
def concurrent_keeper(request: pytest.FixtureRequest) -> Iterator[Keeper]:
    """A keeper with the samples that serves two transactions at once."""
    yield from _seeded(request)


@pytest.fixture(scope="session")
def template(databases: Any) -> Iterator[str]:
    """The name of a database with the schema and no rows."""
    url = databases.create()
    upgrade(url)
    yield url.rpartition("/")[2]
    databases.drop(url)


@pytest.fixture
def migrated_database(databases: Any, template: str) -> Iterator[str]:
    """The URL of a fresh database with the schema."""
    url = databases.create(template)
    yield url
    databases.drop(url)


def _seeded(request: pytest.FixtureRequest) -> Iterator[Keeper]:
    making = KEEPERS[request.param](request)
    keeper = next(making)
    keeper.seed(accounts=ACCOUNTS, contacts=CONTACTS, users=USERS, plans=[PLAN])
    yield keeper
    assert next(making, None) is None
