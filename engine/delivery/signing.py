"""The signature of webhooks, out and in: one scheme, one header.

    Tenure-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "t.body">

Keyed with the shared secret. Several `v1` let a sender change its secret without a gap; what else
stands in the header is left alone. Knows no HTTP and no clock.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection

from engine.errors import InputError

HEADER = "Tenure-Signature"
WINDOW_S = 300
"""How far the instant of a signature may be from now: older, and it may be a replay."""
MOST_CHARACTERS = 1_000
SHORTEST_SECRET = 16
_REMEDY = f"Sign it anew: {HEADER}: t=<unix time>,v1=<hex HMAC-SHA256 of t.body>."


class Unsigned(InputError):
    """A call does not show that whoever sent it knows the secret, and sent it just now."""

    code = "unsigned"


def sign(secret: str, at_s: int, body: bytes) -> str:
    """Return the header's value.

    >>> sign("s3cret", 1700000000, b"{}")[:29]
    't=1700000000,v1=97926816e98fb'
    """
    return f"t={at_s},v1={digest(secret, at_s, body)}"


def digest(secret: str, at_s: int, body: bytes) -> str:
    """Return the hex HMAC-SHA256 of the instant, a full stop, and the body as sent."""
    return hmac.new(secret.encode(), _signed(at_s, body), hashlib.sha256).hexdigest()


def _signed(at_s: int, body: bytes) -> bytes:
    return b"%d." % at_s + body


def verify(header: str, body: bytes, secrets: Collection[str], *, now_s: float) -> str:
    """Return by what a replay of the call is known, whichever of its signatures it shows then.
    Raises Unsigned when none fits one of the secrets. How long it takes tells nothing about them.

    >>> header = sign("new", 1700000000, b"{}") + ",v1=" + "0" * 64
    >>> verify(header, b"{}", ("old", "new"), now_s=1700000100)[:6]
    '8b293f'
    """
    at_s, given = _read(header)
    if abs(now_s - at_s) > WINDOW_S:
        raise Unsigned("the signature's time is not now", remedy=_REMEDY)
    fitting = [
        hmac.compare_digest(right.encode(), one.encode())
        for right in (digest(secret, at_s, body) for secret in secrets)
        for one in given
    ]
    if not any(fitting):
        raise Unsigned("the signature does not fit", remedy="Check the secret, and sign the bytes.")
    return hashlib.sha256(_signed(at_s, body)).hexdigest()


def _read(header: str) -> tuple[int, list[str]]:
    parts = [part.strip().partition("=") for part in header[:MOST_CHARACTERS].split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not re.fullmatch(r"[0-9]{1,12}", times[0]) or not given:
        raise Unsigned("the call is not signed", remedy=_REMEDY)
    return int(times[0]), given
