"""A company for each test, on the real PostgreSQL; with a Temporal server for those that ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from engine.store.schema import upgrade
from tests.promises.company import Company


@pytest.fixture(scope="session")
def migrated(databases: Any) -> Iterator[str]:
    """The name of a database with the schema, for others to be copied from."""
    url = databases.create()
    upgrade(url)
    yield url.rpartition("/")[2]
    databases.drop(url)


@pytest.fixture
def open_company(databases: Any, migrated: str, tmp_path: Path) -> Iterator[Callable[..., Company]]:
    """Opens a company on a database of its own; see `Company.open`."""
    opened: list[Company] = []

    def open_one(**playbooks_and_more: Any) -> Company:
        given = playbooks_and_more
        more = {name: given.pop(name) for name in ("clock", "n") if name in given}
        company = Company.open(databases.create(migrated), tmp_path / "workspace", given, **more)
        opened.append(company)
        return company

    yield open_one
    for company in opened:
        company.close()
        databases.drop(company.settings["TENURE_DATABASE_URL"])


@pytest.fixture
def on_temporal(
    open_company: Callable[..., Company], temporal_server: str
) -> Callable[..., Company]:
    """Opens a company whose processes find the dev server, on task queues of its own."""

    def open_one(**given: Any) -> Company:
        company = open_company(**given)
        queue = f"promises-{uuid4().hex[:8]}"
        company.settings |= {
            "TENURE_TEMPORAL_ADDRESS": temporal_server,
            "TENURE_TASK_QUEUE": queue,
            "TENURE_OUTBOUND_TASK_QUEUE": f"{queue}-out",
            "TENURE_EMAIL_URL": "memory://",
        }
        return company

    return open_one
