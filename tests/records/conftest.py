"""One keeper after the other, each with the same accounts, people and plan."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.records.keepers import CONCURRENT, KEEPERS, Keeper
from tests.records.migrated import _shared_database, migrated_database
from tests.records.samples import ACCOUNTS, CONTACTS, PLAN, USERS

__all__ = ["_shared_database", "migrated_database"]


@pytest.fixture(
    params=[
        pytest.param(name, marks=() if name == "memory" else pytest.mark.postgres)
        for name in KEEPERS
    ]
)
def keeper(request: pytest.FixtureRequest) -> Iterator[Keeper]:
    """A keeper with the samples."""
    yield from _seeded(request)


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.postgres) for name in CONCURRENT])
def concurrent_keeper(request: pytest.FixtureRequest) -> Iterator[Keeper]:
    """A keeper with the samples that serves two transactions at once."""
    yield from _seeded(request)


def _seeded(request: pytest.FixtureRequest) -> Iterator[Keeper]:
    making = KEEPERS[request.param](request)
    keeper = next(making)
    keeper.seed(accounts=ACCOUNTS, contacts=CONTACTS, users=USERS, plans=[PLAN])
    yield keeper
    assert next(making, None) is None
