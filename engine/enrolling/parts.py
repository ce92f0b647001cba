"""Parts of `Plan.enroll` as values, decoded once: facts come by the thousand, plans stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from engine.plan.codec import decode

T = TypeVar("T")
_MOST = 4_096
_DECODED: dict[tuple[int, type], tuple[Mapping[str, Any], Any]] = {}
"""By the identity of what is written, which is kept along so that no other takes its place."""


def part(kind: type[T], written: Mapping[str, Any]) -> T:
    """Return what a part of a plan says.

    >>> from engine.plan.codec import encode
    >>> from engine.plan.model import Span
    >>> written = encode(Span(3, "d"))
    >>> part(Span, written) is part(Span, written)
    True
    """
    key = (id(written), kind)
    if (known := _DECODED.get(key)) is not None and known[0] is written:
        found: T = known[1]
        return found
    if len(_DECODED) >= _MOST:
        _DECODED.clear()
    made = decode(kind, written)
    _DECODED[key] = written, made
    return made
