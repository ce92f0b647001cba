"""Health models from the JSON a workspace holds. The one place that reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from engine.errors import RunError
from engine.health.model import Bands, Model
from engine.health.models import Models


def models_from_json(data: Mapping[str, Any], bands: Iterable[tuple[str, float]]) -> Models:
    """Read `Workspace.health`; `bands` are the workspace's. RunError when another version wrote it.

    >>> models_from_json({}, [("red", 0), ("green", 50)]).models
    ()
    """
    steady = data.get("bands") or {}
    known = Bands(
        starts=tuple(bands),
        hysteresis=float(steady.get("hysteresis", 0)),
        before_better=timedelta(seconds=steady.get("before_better_s", 0)),
        before_worse=timedelta(seconds=steady.get("before_worse_s", 0)),
    )
    try:
        return Models(tuple(_model(one) for one in data.get("models", ())), known)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RunError(
            f"a stored health model cannot be read: {place}: {first['msg']}",
            remedy="It was written by another version; run `tenure apply` again with this one.",
        ) from None


def _model(data: Mapping[str, Any]) -> Model:
    return _adapter().validate_python({**data, "version": version_of(data)})


def version_of(data: Mapping[str, Any]) -> str:
    """Return the hash of what a model's JSON says; where it says it in the file does not count."""
    canonical = json.dumps(_without_places(data), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:8]


def _without_places(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: _without_places(one) for key, one in data.items() if key != "source"}
    return [_without_places(one) for one in data] if isinstance(data, list | tuple) else data


@cache
def _adapter() -> TypeAdapter[Model]:
    return TypeAdapter(Model)
