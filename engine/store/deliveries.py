"""Deliveries to JSON and back, for the outbox. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.effects.deliveries import Delivery, Pause, Resume, Start, Stop, Wake
from engine.errors import PermanentError
from engine.plan.codec import decode, encode

_KINDS: Mapping[str, Any] = {kind.__name__: kind for kind in (Start, Wake, Stop, Pause, Resume)}


def delivery_to_json(delivery: Delivery) -> dict[str, Any]:
    """Encode a delivery with its kind.

    >>> delivery_to_json(Start("e-1"))
    {'type': 'Start', 'enrollment': 'e-1'}
    """
    return {"type": type(delivery).__name__, **encode(delivery)}


def delivery_from_json(data: Mapping[str, Any]) -> Delivery:
    """Decode a delivery.

    >>> delivery_from_json({"type": "Start", "enrollment": "e-1"})
    Start(enrollment='e-1')
    """
    kind = _KINDS.get(data.get("type", ""))
    if kind is None:
        raise PermanentError(
            f"the outbox holds a delivery of the unknown kind {data.get('type')!r}",
            remedy="It was written by a newer version; run that version's dispatcher.",
        )
    delivery: Delivery = decode(kind, data)
    return delivery
