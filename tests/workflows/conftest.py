"""Fixtures of the shell's tests: a worker with stand-in effects, on a real Temporal server.

Every history these tests make is replayed when its test ends: see `House`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client

from engine.store.schema import upgrade
from tests.workflows.shell_house import House, client_for
from tests.workflows.shell_office import Office


@pytest.fixture
async def client(temporal_server: str) -> Client:
    """A client of the dev server."""
    return await client_for(temporal_server)


@pytest.fixture
async def house(client: Client) -> AsyncIterator[House]:
    """A running worker of the dev server."""
    async with House(client) as house:
        yield house


@pytest.fixture
def office(databases: Any, temporal_server: str, tmp_path: Path) -> Iterator[Office]:
    """An applied workspace on a database of its own, and what runs it on the dev server."""
    url = databases.create()
    upgrade(url)
    office = Office.open(url, temporal_server, tmp_path, queue=f"office-{uuid4().hex[:8]}")
    yield office
    office.close()
    databases.drop(url)
