"""What is about to leave the house, one value per recipient, and its ledger key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from engine.delivery.provider import Message
from engine.effects.entities import EffectKey, EnrollmentId
from engine.plan.events import Do


@dataclass(frozen=True, slots=True)
class ChatPost:
    """A text for a chat channel."""

    channel: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HookCall:
    """A JSON payload for a hook."""

    hook: str
    payload: bytes = field(repr=False)


Content: TypeAlias = Message | ChatPost | HookCall


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to send. `recipient` is an id (or a channel's or hook's name), never an address."""

    key: EffectKey
    recipient: str
    template: str
    content: Content


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why nothing is sent: for good (`why`), for now (`later`), or because the verb is answered."""

    why: str = ""
    recipient: str | None = None
    later: datetime | None = None
    result: Mapping[str, Any] | None = None


def send_key(enrollment: EnrollmentId, do: Do, recipient: str, part: str = "") -> EffectKey:
    """Return the ledger key: one accepted send per (enrollment, step, repetition, recipient).

    `part` tells the letters of one step apart (the rungs of a ladder).
    """
    step = "/".join(piece for piece in (do.node or "", part, *do.path) if piece)
    return EffectKey(f"{enrollment}/{step}/{recipient}")
