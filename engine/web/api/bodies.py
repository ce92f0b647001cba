"""Reading what is sent as JSON, strictly: what two readers could read differently is refused.

A key twice, a number that is not finite or larger than 64 bits, half a character, nesting without
end: other languages make other things of these, or PostgreSQL nothing. Knows no route.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

from fastapi import Request
from starlette.requests import HTTPConnection as Connection

from engine.effects.fitting import can_be_kept
from engine.web.api.refusals import Refused
from engine.web.limits import read_body

DEEPEST = 32
LARGEST_INTEGER = 2**63


class Received(Request):
    """A request whose body has been read."""

    def __init__(self, request: Request, body: bytes, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._given = body
        self._value = value

    async def body(self) -> bytes:
        """Return the bytes."""
        return self._given

    async def json(self) -> Any:
        """Return what they say."""
        return self._value


async def receive(request: Request, *, most_bytes: int, any_text: bool = False) -> Received:
    """Read a request's JSON; Refused when it is too large, too slow, not JSON, or ambiguous, and,
    but for `any_text`, when it holds text that cannot be kept."""
    body = await read_body(request, most_bytes=most_bytes)
    if not body:
        return Received(request, body, None)
    check_json(request)
    value = read_json(body)
    if not any_text and (b"\\u" in body or b"\x00" in body) and not _is_text(value):
        _refuse("The request holds a NUL character or half a character.")
    return Received(request, body, value)


def check_json(request: Connection) -> None:
    """Raise Refused (415) when a request does not say that it is JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "", "")


def read_json(body: bytes) -> Any:
    """Return what a body says. Refused (400) when it is not JSON that means one thing.

    >>> read_json(b'{"id": 1, "at": [2.5]}')
    {'id': 1, 'at': [2.5]}
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError:
        _refuse("The request is not UTF-8.")
    except RecursionError:
        _refuse_depth()
    except ValueError as error:
        place = f" (at character {error.pos})" if isinstance(error, json.JSONDecodeError) else ""
        _refuse(f"The request is not JSON{place}.")
    _check_depth(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("The request has the same key twice in one object.")
    return found


def _integer(written: str) -> int:
    if len(written) > 20 or not -LARGEST_INTEGER <= int(written) < LARGEST_INTEGER:
        _refuse("The request has an integer of more than 64 bits.")
    return int(written)


def _number(written: str) -> float:
    found = float(written)
    if not math.isfinite(found):
        _refuse("The request has a number that is too large.")
    return found


def _refuse_constant(written: str) -> NoReturn:
    _refuse(f"The request has {written}, which is no JSON.")


def _is_text(value: Any) -> bool:
    """Tell whether all texts can be kept; what is asked is not nested deep."""
    if isinstance(value, str):
        return can_be_kept(value)
    if isinstance(value, dict):
        return all(map(_is_text, value)) and all(map(_is_text, value.values()))
    return not isinstance(value, list) or all(map(_is_text, value))


def _check_depth(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    _refuse_depth()


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse_depth() -> NoReturn:
    _refuse(f"The request is nested more than {DEEPEST} deep.")


def _refuse(message: str) -> NoReturn:
    raise Refused(400, message, "Correct it where it comes from.")
