"""The call by which one letter leaves the house: made once, outside any transaction.

Owns the ways out and what comes of a call. Knows no records and no playbook; that a letter is sent
at most once is seen to by `outgoing`, which writes the intent before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.delivery import webhook
from engine.delivery.provider import Message, Provider, UnclearSend
from engine.effects.letters import ChatPost, Held, HookCall, LeftOut, Letter, Unsendable
from engine.errors import InputError, PermanentError, TransientError

SentStatus = Literal["accepted", "refused", "unknown", "waiting", "skipped"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one call."""

    status: SentStatus
    provider: str = ""
    provider_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out: the email provider, and the URLs of chat channels and hooks by name."""

    email: Provider
    channels: Mapping[str, str] = field(default_factory=dict)
    hooks: Mapping[str, str] = field(default_factory=dict)
    hook_secret: str | None = None
    timeout_s: float = 10.0


def send(letter: Letter, ways: Ways) -> Sent:
    """Make the call, once. Never raises for what the other side did."""
    try:
        return _call(letter, ways)
    except TransientError as error:
        return Sent("waiting", reason=error.message)
    except UnclearSend as error:
        return Sent("unknown", reason=error.message)
    except (PermanentError, InputError) as error:
        return Sent("refused", reason=error.message)


def _call(letter: Letter, ways: Ways) -> Sent:
    match letter.content:
        case Message() as message:
            accepted = ways.email.send(message)
            return Sent("accepted", ways.email.name, accepted.provider_id)
        case ChatPost(channel, text):
            url = _url(ways.channels, channel, "channel")
            reply = webhook.notify_chat(url, text, key=letter.key, timeout_s=ways.timeout_s)
            return Sent("accepted", "chat", str(reply.status))
        case HookCall(hook, payload):
            reply = webhook.post(
                _url(ways.hooks, hook, "hook"),
                payload,
                secret=ways.hook_secret,
                key=letter.key,
                timeout_s=ways.timeout_s,
            )
            return Sent("accepted", "hook", str(reply.status))
        case Unsendable(why):
            raise PermanentError(why)
        case Held() | LeftOut():
            raise AssertionError("a letter that is held back or left out is not sent")


def _url(known: Mapping[str, str], name: str, what: str) -> str:
    if name not in known:
        raise PermanentError(
            f"the {what} {name} has no URL on this machine",
            remedy=f"Set the variable that tenure.yaml names for the {what} {name}.",
        )
    return known[name]
