"""Fixtures of the shell's tests: a worker with stand-in effects, on a real Temporal server.

Every history these tests make is replayed when its test ends: see `House`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from tests.workflows.shell_house import House, client_for


@pytest.fixture
async def client(temporal_server: str) -> Client:
    """A client of the dev server."""
    return await client_for(temporal_server)


@pytest.fixture
async def house(client: Client) -> AsyncIterator[House]:
    """A running worker of the dev server."""
    async with House(client) as house:
        yield house
