"""A workspace to JSON and back, and its hash. What the store keeps and workers read.

It must not know files: what was loaded and what was stored are the same value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from engine.errors import RunError
from engine.language.workspace.model import Workspace

FORMAT = 1


def workspace_to_json(workspace: Workspace) -> dict[str, Any]:
    """Return plain data that `workspace_from_json` reads back to an equal value."""
    data: dict[str, Any] = _adapter().dump_python(workspace, mode="json")
    return data


def workspace_from_json(data: Mapping[str, Any]) -> Workspace:
    """Read what `workspace_to_json` wrote; RunError when another version wrote it."""
    if data.get("format") != FORMAT:
        raise _unreadable(f"format {data.get('format')!r}, and this version knows {FORMAT}")
    try:
        return _adapter().validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _unreadable(f"{place}: {first['msg']}") from None


def workspace_hash(workspace: Workspace) -> str:
    """Return the content address: SHA-256 over the canonical JSON, 16 hex digits."""
    canonical = json.dumps(workspace_to_json(workspace), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


@cache
def _adapter() -> TypeAdapter[Workspace]:
    return TypeAdapter(Workspace)


def _unreadable(why: str) -> RunError:
    return RunError(
        f"A stored workspace cannot be read: {why}",
        remedy="It was written by another version; run `tenure apply` again with this one.",
    )
