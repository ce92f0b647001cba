"""Plans, states, commands and events to JSON and back; the plan's hash. Standard library only.

A dataclass becomes an object of its fields without those at their default, a tuple an array, a
datetime an ISO text in UTC. A value whose declared type is a union of dataclasses carries its class
name in `type`. Decoding follows the declared types, ignores nothing and guesses nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from engine.errors import RunError
from engine.plan import events, model
from engine.plan.model import PLAN_FORMAT, Plan, PlanHash
from engine.plan.state import STATE_FORMAT, State

T = TypeVar("T")


def encode(value: Any) -> Any:
    """Turn a value of the core into plain JSON-able data."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = {
            field.name: encode(content)
            for field in _fields(type(value))
            if not _is_default(field, content := getattr(value, field.name))
        }
        return {"type": type(value).__name__, **shown} if type(value) in _TAGGED else shown
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {key: encode(content) for key, content in value.items()}
    if isinstance(value, tuple | list):
        return [encode(content) for content in value]
    return value


@typing.overload
def decode(kind: type[T], data: Any) -> T: ...
@typing.overload
def decode(kind: types.UnionType, data: Any) -> Any: ...
def decode(kind: Any, data: Any) -> Any:
    """Turn plain data back into a value of the core. Raises RunError when it does not fit."""
    try:
        return _decoder(kind)(data)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(
            f"stored {kind.__name__} cannot be read: {type(error).__name__} {error}",
            remedy="It was written by another version; run the version that wrote it.",
        ) from error


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Encode a plan with its format number."""
    return {"format": PLAN_FORMAT, **encode(plan)}


def plan_from_json(data: Mapping[str, Any]) -> Plan:
    """Decode a plan; refuses a format it does not know."""
    _check_format("plan", data.get("format"), PLAN_FORMAT)
    return decode(Plan, data)


def state_to_json(value: State) -> dict[str, Any]:
    """Encode a run's state with its format number."""
    return {"format": STATE_FORMAT, **encode(value)}


def state_from_json(data: Mapping[str, Any]) -> State:
    """Decode a run's state; refuses a format it does not know."""
    _check_format("state", data.get("format"), STATE_FORMAT)
    return decode(State, data)


def plan_hash(plan: Plan) -> PlanHash:
    """Return the content address: SHA-256 over the canonical JSON, 16 hex digits.

    File positions are part of the plan but not of its identity, so that moving a file or adding a
    comment leaves the hash alone.
    """
    canonical = json.dumps(_without_positions(plan_to_json(plan)), sort_keys=True)
    return PlanHash(hashlib.sha256(canonical.encode()).hexdigest()[:16])


def _without_positions(data: Any) -> Any:
    if isinstance(data, dict):
        return {
            key: _without_positions(content)
            for key, content in data.items()
            if not (key == "source" and isinstance(content, dict) and "file" in content)
        }
    if isinstance(data, list):
        return [_without_positions(content) for content in data]
    return data


def _check_format(what: str, found: Any, known: int) -> None:
    if found != known:
        raise RunError(
            f"a {what} of format {found} cannot be read by this version, which knows {known}",
            remedy="Upgrade Tenure, or let a worker of the older version finish the run.",
        )


# --- encoding ---------------------------------------------------------------------------------

_TAGGED: frozenset[type] = frozenset(
    [
        *typing.get_args(model.Node),
        *typing.get_args(model.When),
        *typing.get_args(events.Command),
        *typing.get_args(events.Event),
    ]
)


@cache
def _fields(kind: type) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(kind)


def _is_default(field: dataclasses.Field[Any], content: Any) -> bool:
    if field.default is not dataclasses.MISSING:
        return bool(content == field.default and type(content) is type(field.default))
    if field.default_factory is not dataclasses.MISSING:
        return not content
    return False


# --- decoding ---------------------------------------------------------------------------------


@cache
def _decoder(kind: Any) -> Any:
    if isinstance(kind, typing.NewType):
        return _decoder(kind.__supertype__)
    if dataclasses.is_dataclass(kind):
        return _dataclass_decoder(kind)
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if kind is datetime:
        return datetime.fromisoformat
    if origin is tuple and args[-1:] == (Ellipsis,):
        each = _decoder(args[0])
        return lambda data: tuple(each(item) for item in data)
    if origin is tuple:
        parts = [_decoder(arg) for arg in args]
        return lambda data: tuple(part(item) for part, item in zip(parts, data, strict=True))
    if origin in (typing.Union, types.UnionType):
        return _union_decoder(args)
    if origin is not None and issubclass(_runtime(origin), Mapping):
        content = _decoder(args[1])
        return lambda data: {key: content(item) for key, item in data.items()}
    return lambda data: data


def _runtime(origin: Any) -> type:
    return origin if isinstance(origin, type) else object


def _union_decoder(args: tuple[Any, ...]) -> Any:
    tagged = {arg.__name__: _decoder(arg) for arg in args if arg in _TAGGED}
    others = [_decoder(arg) for arg in args if arg not in _TAGGED and arg is not type(None)]

    def decode_union(data: Any) -> Any:
        if data is None:
            return None
        if tagged:
            return tagged[data["type"]](data)
        return others[0](data)

    return decode_union


def _dataclass_decoder(kind: Any) -> Any:
    hints = typing.get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in _fields(kind)}

    def decode_dataclass(data: Mapping[str, Any]) -> Any:
        given = {key: decoders[key](content) for key, content in data.items() if key != "type"}
        return kind(**given)

    return decode_dataclass
