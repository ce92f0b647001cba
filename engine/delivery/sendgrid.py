"""Email through SendGrid's v3 API with its official library.

Owns the request, its time limits, and the one place where the library's errors are translated.
SendGrid knows no idempotency key: the ledger key travels in `custom_args` so that its events and
logs can be matched later. Decides nothing about open or click tracking.
"""

from __future__ import annotations

import http.client
import logging
import urllib.error
from dataclasses import dataclass, field
from typing import Any, NoReturn

import sendgrid
from python_http_client.exceptions import HTTPError

from engine.delivery.provider import (
    KEY_HEADER,
    Accepted,
    Mailbox,
    Message,
    UnclearSend,
    wire_address,
    wire_key,
)
from engine.errors import PermanentError, TransientError

DEFAULT_HOST = "https://api.sendgrid.com"
_ACCEPTED = 202

# At DEBUG the library's client logs the API key and the whole email.
logging.getLogger("python_http_client").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class SendGridSettings:
    """The key, and where. The library has no time limit of its own; `timeout_s` is per wait."""

    api_key: str = field(repr=False)
    host: str = DEFAULT_HOST
    timeout_s: float = 20.0


class SendGridProvider:
    """A `Provider`; the provider id is SendGrid's X-Message-Id."""

    name = "sendgrid"

    def __init__(self, settings: SendGridSettings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return f"SendGridProvider({self._settings.host})"

    def send(self, message: Message) -> Accepted:
        """Send it. Only a 202 is an acceptance; all other answers are errors."""
        api = sendgrid.SendGridAPIClient(self._settings.api_key, host=self._settings.host)
        api.client.timeout = self._settings.timeout_s
        try:
            answer = api.client.mail.send.post(request_body=_payload(message))
        except HTTPError as error:
            self._refused(error.status_code)
        except urllib.error.URLError as error:
            # urllib wraps so only what fails up to the last byte of the request.
            raise TransientError(
                f"{self!r} was not reached: {error.reason.__class__.__name__}",
                remedy="Check the network and the host setting if it keeps happening.",
            ) from None
        except (OSError, http.client.HTTPException):
            self._unclear("fell silent after it had the whole message")
        if answer.status_code != _ACCEPTED:
            self._unclear(f"answered {answer.status_code}, not {_ACCEPTED}")
        return Accepted(str(answer.headers.get("X-Message-Id") or ""))

    def _refused(self, status: int) -> NoReturn:
        if status >= 500:
            self._unclear(f"answered {status}")
        if status in (401, 403):
            raise TransientError(
                f"{self!r} does not let us in: {status}",
                remedy="Correct the API key; what waits is tried again by itself.",
            ) from None
        if status in (408, 429):
            raise TransientError(f"{self!r} would not take the message now: {status}") from None
        raise PermanentError(
            f"{self!r} refused the message: {status}",
            remedy="400 means the sender or the recipient, 413 the size; see SendGrid's activity "
            "page.",
        ) from None

    def _unclear(self, what: str) -> NoReturn:
        raise UnclearSend(
            f"{self!r} {what}",
            remedy="Search SendGrid's activity for the ledger key (custom argument tenure_key), "
            "then settle it by hand.",
        ) from None


def _payload(message: Message) -> dict[str, Any]:
    person: dict[str, Any] = {"to": [_mailbox(message.to)]}
    if message.copies:
        person["cc"] = [_mailbox(mailbox) for mailbox in message.copies]
    payload: dict[str, Any] = {
        "personalizations": [person],
        "from": _mailbox(message.sender),
        "subject": message.subject,
        "content": [
            {"type": "text/plain", "value": message.text},
            {"type": "text/html", "value": message.html},
        ],
        "headers": {**message.headers, KEY_HEADER: wire_key(message.key)},
        "custom_args": {"tenure_key": message.key},
    }
    if message.reply_to:
        payload["reply_to"] = _mailbox(("", message.reply_to))
    return payload


def _mailbox(mailbox: Mailbox) -> dict[str, str]:
    name, address = mailbox
    email = wire_address(address)
    return {"email": email, "name": name} if name else {"email": email}
