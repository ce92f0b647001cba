"""Signed webhooks out, and chat messages, over one way with the same three errors as email.

Owns the idempotency header and the one place where httpx's errors are translated; the signature is
that of `signing`. Knows nothing of playbooks, ledgers or retries. URLs may hold secrets (chat
webhooks do): errors name the host only.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

import httpx

from engine.delivery import signing
from engine.delivery.provider import UnclearSend, wire_key
from engine.errors import InputError, PermanentError, TransientError

KEY_HEADER = "Idempotency-Key"
MAX_REPLY_BYTES = 4_096
CHAT_TIMEOUT_S = 10.0

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx answer; `body` is its beginning, at most MAX_REPLY_BYTES."""

    status: int
    body: str = field(default="", repr=False)


def post(
    url: str,
    payload: bytes,
    *,
    secret: str | None,
    key: str,
    timeout_s: float,
    now: Callable[[], float] = time.time,
) -> Reply:
    """Post JSON once; signed when there is a secret. Redirects are refused, not followed.

    Raises InputError for a URL that is not http(s), TransientError, PermanentError or UnclearSend.
    """
    host = _host(url)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "tenure",
        KEY_HEADER: wire_key(key),
    }
    if secret is not None:
        headers[signing.HEADER] = signing.sign(secret, int(now()), payload)
    try:
        with (
            httpx.Client(timeout=timeout_s, follow_redirects=False) as client,
            client.stream("POST", url, content=payload, headers=headers) as answer,
        ):
            if not answer.is_success:
                _refused(host, answer.status_code)
            return Reply(answer.status_code, _beginning(answer))
    except _NOT_SENT as error:
        raise TransientError(
            f"{host} was not reached: {error.__class__.__name__}",
            remedy="Check the URL and the network if it keeps happening.",
        ) from None
    except httpx.HTTPError as error:
        _unclear(host, f"broke off: {error.__class__.__name__}")


def notify_chat(
    url: str, text: str, *, key: str, timeout_s: float = CHAT_TIMEOUT_S, secret: str | None = None
) -> Reply:
    """Post a text to a Slack-compatible incoming webhook; markup in it stays text."""
    payload = json.dumps({"text": escape_chat(text)}, ensure_ascii=False).encode()
    return post(url, payload, secret=secret, key=key, timeout_s=timeout_s)


def escape_chat(text: str) -> str:
    """Escape what chat would read as a mention or link, so that no name calls a whole channel.

    >>> escape_chat("R&D <!channel>")
    'R&amp;D &lt;!channel&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _host(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
        raise InputError(
            "A webhook's URL is not a plain http or https address",
            remedy="Write https://host/path, without user and password; sign with a secret.",
        )
    return parsed.host


def _beginning(answer: httpx.Response) -> str:
    """Read the start of the body. The status has spoken: a body that breaks off changes nothing."""
    body = b""
    try:
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) >= MAX_REPLY_BYTES:
                break
    except (httpx.HTTPError, httpx.StreamError):
        pass
    return body[:MAX_REPLY_BYTES].decode("utf-8", "replace")


def _refused(host: str, status: int) -> NoReturn:
    if status >= 500:
        _unclear(host, f"answered {status}")
    if status in (408, 429):
        raise TransientError(f"{host} would not take the call now: {status}")
    raise PermanentError(
        f"{host} refused the call: {status}",
        remedy="Check the URL and the secret; redirects are not followed.",
    )


def _unclear(host: str, what: str) -> NoReturn:
    raise UnclearSend(
        f"{host} {what} after it may have had the whole call",
        remedy="Ask the receiver whether it saw the Idempotency-Key, then settle it by hand.",
    ) from None
