"""What Temporal holds of runs, read as somebody would who has the server but not our code."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from workflows.codec import TenureCodec


def fetch(address: str, runs: Iterable[str]) -> dict[str, Any]:
    """Return each run's history and what the server lists of it, as JSON, payloads as stored."""

    async def read() -> dict[str, Any]:
        client = await Client.connect(address)
        found = {}
        for run in runs:
            handle = client.get_workflow_handle(run)
            history = (await handle.fetch_history()).to_json_dict()
            described = await handle.describe()
            listed = repr(list(described.typed_search_attributes))
            found[run] = {"history": history, "listed": listed}
        return found

    return asyncio.run(read())


def payloads(document: Any) -> Iterator[Payload]:
    """Return every payload in a history."""
    match document:
        case {"metadata": {**metadata}, "data": str(data)}:
            plain = {name: base64.b64decode(value) for name, value in metadata.items()}
            yield Payload(metadata=plain, data=base64.b64decode(data))
        case dict():
            for value in document.values():
                yield from payloads(value)
        case list():
            for value in document:
                yield from payloads(value)


def as_text(document: Any) -> str:
    """Return all that can be read in it without a key: names, and payloads unpacked."""
    sealed = b"binary/tenure-aes-gcm"
    readable = [one for one in payloads(document) if one.metadata.get("encoding") != sealed]
    unpacked = asyncio.run(TenureCodec().decode(readable))
    return json.dumps(document) + "".join(one.data.decode(errors="replace") for one in unpacked)
