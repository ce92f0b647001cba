"""Links that customers click: what a survey's answer link carries, and that nobody else made it.

A token holds ids only, no personal data, and a signature over them. Whoever has the link may
answer: it went to one mailbox. Knows no pages.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

from engine.effects.entities import EffectKey, EnrollmentId
from engine.effects.letters import recipient_key
from engine.plan.events import Path
from engine.plan.model import NodeId

MAX_TOKEN_CHARACTERS = 1500
_SIGNATURE_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class SurveyLink:
    """One survey as one recipient got it: which step of which run, for which item or repetition."""

    enrollment: EnrollmentId
    node: NodeId
    path: Path
    recipient: str

    @property
    def key(self) -> EffectKey:
        """The ledger key of the letter that carried the link."""
        return recipient_key(self.enrollment, self.node, self.path, self.recipient)


def make_token(key: bytes, link: SurveyLink) -> str:
    """Write a link down and sign it.

    >>> link = SurveyLink(EnrollmentId("e-1"), NodeId("nps"), ("each=c-1",), "c-1")
    >>> read_token(make_token(b"key", link), b"new", b"key") == link
    True
    """
    body = json.dumps(
        [link.enrollment, link.node, list(link.path), link.recipient], separators=(",", ":")
    )
    encoded = body.encode().hex()
    return f"{encoded}.{_sign(key, encoded)}"


def read_token(token: str, *keys: bytes) -> SurveyLink | None:
    """Read a token that one of the keys signed; None when we did not write it. How long it takes
    tells nothing about the signature.

    >>> read_token("5b5d.00000000000000000000000000000000", b"key") is None
    True
    """
    if len(token) > MAX_TOKEN_CHARACTERS:
        return None
    encoded, _, signature = token.partition(".")
    given = signature.encode()
    if not any(hmac.compare_digest(_sign(key, encoded).encode(), given) for key in keys):
        return None
    enrollment, node, path, recipient = json.loads(bytes.fromhex(encoded))
    return SurveyLink(EnrollmentId(enrollment), NodeId(node), tuple(path), recipient)


def _sign(key: bytes, encoded: str) -> str:
    digest = hmac.new(key, encoded.encode(), hashlib.sha256).hexdigest()
    return digest[:_SIGNATURE_CHARACTERS]
