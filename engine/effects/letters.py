"""What is about to leave the house, one value per recipient, and its ledger key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from engine.delivery.provider import Message
from engine.effects.entities import EffectKey, EnrollmentId
from engine.errors import InputError
from engine.plan.events import Do, Path
from engine.plan.model import NodeId


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


@dataclass(frozen=True, slots=True)
class Unsendable:
    """Why this one can get nothing, whatever is tried: an address that is none."""

    why: str


@dataclass(frozen=True, slots=True)
class Held:
    """Not now: outside the hours of this one, or above a cap. To be written then."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Never: above a cap that leaves out what it has no room for."""

    why: str


Content: TypeAlias = Message | ChatPost | HookCall | Unsendable | Held | LeftOut


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to send. `recipient` is an id (or a channel's or hook's name), never an address.
    `zone` is a customer's; null when it goes to one of ours."""

    key: EffectKey
    recipient: str
    template: str
    content: Content
    zone: str | None = None


def email(
    key: EffectKey, recipient: str, template: str, *, zone: str | None = None, **fields: Any
) -> Letter:
    """Return an email as a letter; `fields` are those of a `Message`. One that cannot be written to
    its recipient keeps it from nobody else, so it is a letter too."""
    try:
        return Letter(key, recipient, template, Message(key=key, **fields), zone)
    except InputError as error:
        return Letter(key, recipient, template, Unsendable(error.message))


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
    return recipient_key(enrollment, do.node, do.path, recipient, part)


def part_of(do: Do) -> str:
    """Return which of a step's letters a command is about: a rung, a level, or the only one."""
    return next((f"{name}-{do.args[name]}" for name in ("rung", "level") if name in do.args), "")


def recipient_key(
    enrollment: EnrollmentId, node: NodeId | None, path: Path, recipient: str, part: str = ""
) -> EffectKey:
    """Return the ledger key of what a step sends to somebody.

    >>> recipient_key(EnrollmentId("e-1"), NodeId("nps"), ("weekly#2",), "c-1")
    'e-1/nps/weekly#2/c-1'
    """
    step = "/".join(piece for piece in (node or "", part, *path) if piece)
    return EffectKey(f"{enrollment}/{step}/{recipient}")
