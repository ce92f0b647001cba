"""What leaves the house as email, the port it leaves through, and what may go wrong there.

Owns `Message`, its MIME form and the `Provider` protocol. What a provider raises is the heart:

    TransientError   certainly not sent; may be tried again
    PermanentError   certainly not sent; trying again cannot help
    UnclearSend      may have been sent: nobody sends again before it is known

Knows no provider, no template, no ledger. Errors never hold an address, a subject or a secret, and
are raised `from None`: a cause would carry the provider's words into logs and workflow history.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import quote

from engine.errors import InputError, WorldError

Mailbox = tuple[str, str]
"""A display name (may be empty) and an address."""

KEY_HEADER = "X-Tenure-Key"

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+")
_LONGEST_KEY = 900
_OWN_HEADERS = frozenset({"list-id", "list-unsubscribe", "list-unsubscribe-post", "auto-submitted"})
_WHOLE = _OWN_HEADERS | {"message-id", KEY_HEADER.lower()}


class UnclearSend(WorldError):
    """The provider may or may not have it: reconcile, never send again unasked."""

    code = "unclear"


@dataclass(frozen=True, slots=True)
class Message:
    """One email, ready to leave. `key` is its ledger key; its repr shows nothing else.

    `headers` may hold List-Unsubscribe and its kin only. `date` is the moment of sending in the
    workspace's clock; a provider that needs one and finds none takes the wall clock's. InputError
    when anything would break out of its header.
    """

    key: str
    sender: Mailbox = field(repr=False)
    to: Mailbox = field(repr=False)
    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)
    cc: tuple[Mailbox, ...] = field(default=(), repr=False)
    reply_to: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    date: datetime | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not 0 < len(wire_key(self.key)) <= _LONGEST_KEY or _CONTROL.search(self.key):
            raise InputError(
                "A ledger key is empty, too long for a header, or holds a control character",
                remedy="Shorten the ids of the step and the contact.",
            )
        for what, line in self._lines():
            if _CONTROL.search(line) or (what.startswith("header") and not line.isascii()):
                raise InputError(
                    f"The {what} of email {self.key} holds a character that no header may hold",
                    remedy="Remove it from the account's or contact's value.",
                )
        for what, address in self._addresses():
            if not is_address(address):
                raise InputError(
                    f"The {what} of email {self.key} is not an email address",
                    remedy="Correct it where the contact or sender is kept.",
                )
        for name in self.headers:
            if name.lower() not in _OWN_HEADERS:
                raise InputError(
                    f"Email {self.key} may not set the header {name!r}",
                    remedy=f"Allowed are {', '.join(sorted(_OWN_HEADERS))}.",
                )

    @property
    def copies(self) -> tuple[Mailbox, ...]:
        """`cc` without those who get it anyway; providers refuse doubles."""
        seen = {self.to[1].lower()}
        found = []
        for mailbox in self.cc:
            if mailbox[1].lower() not in seen:
                seen.add(mailbox[1].lower())
                found.append(mailbox)
        return tuple(found)

    @property
    def message_id(self) -> str:
        """The Message-ID, the same for the same ledger key and sender domain."""
        digest = hashlib.sha256(self.key.encode()).hexdigest()[:32]
        return f"<tenure.{digest}@{wire_address(self.sender[1]).rpartition('@')[2]}>"

    @property
    def international(self) -> bool:
        """Whether an address needs a server that speaks SMTPUTF8 (RFC 6531)."""
        return not all(wire_address(address).isascii() for _, address in self._addresses())

    def _addresses(self) -> Iterator[tuple[str, str]]:
        yield "sender", self.sender[1]
        yield "recipient", self.to[1]
        yield from (("copy recipient", address) for _, address in self.cc)
        if self.reply_to is not None:
            yield "reply address", self.reply_to

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "subject", self.subject
        yield "sender name", self.sender[0]
        yield "recipient name", self.to[0]
        yield from (("copy recipient name", name) for name, _ in self.cc)
        yield from ((f"header {name!r}", value) for name, value in self.headers.items())


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken the message; `provider_id` finds it there again."""

    provider_id: str


class Provider(Protocol):
    """A way out for email."""

    name: str

    def send(self, message: Message) -> Accepted:
        """Hand over one message, once; raises TransientError, PermanentError or UnclearSend."""
        ...


def unsubscribe_headers(url: str) -> dict[str, str]:
    """Return the one-click unsubscribe headers of RFC 8058.

    >>> unsubscribe_headers("https://example.com/u/1")["List-Unsubscribe"]
    '<https://example.com/u/1>'
    """
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def wire_key(key: str) -> str:
    """Return a ledger key as a header carries it: itself, with odd characters percent-encoded.

    >>> wire_key("run-1/welcome/c 7")
    'run-1/welcome/c%207'
    """
    return quote(key, safe="/:@!$&'()*+,;=")


def wire_address(address: str) -> str:
    """Return the address with its domain in ASCII, as servers want it.

    >>> wire_address("anna@bücher.example")
    'anna@xn--bcher-kva.example'
    """
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


class _Wire(EmailPolicy):
    """SMTP's line ends; ids and links stay whole where the library would encode long ones."""

    def fold(self, name: str, value: str) -> str:
        whole = name.lower() in _WHOLE
        return f"{name}: {value}{self.linesep}" if whole else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        whole = name.lower() in _WHOLE
        return self.fold(name, value).encode("ascii") if whole else super().fold_binary(name, value)


def to_mime(message: Message) -> EmailMessage:
    """Build the MIME message: multipart/alternative, text first; the same bytes for the same."""
    mime = EmailMessage(policy=_Wire(linesep="\r\n", utf8=message.international))
    mime["From"] = _mailbox(message.sender)
    mime["To"] = _mailbox(message.to)
    if message.copies:
        mime["Cc"] = [_mailbox(mailbox) for mailbox in message.copies]
    if message.reply_to:
        mime["Reply-To"] = _mailbox(("", message.reply_to))
    mime["Subject"] = message.subject
    if message.date:
        mime["Date"] = format_datetime(message.date)
    mime["Message-ID"] = message.message_id
    mime[KEY_HEADER] = wire_key(message.key)
    for name, value in message.headers.items():
        mime[name] = value
    mime.set_content(message.text, cte="quoted-printable")
    mime.add_alternative(message.html, subtype="html", cte="quoted-printable")
    mime.set_boundary(f"=_{hashlib.sha256(message.key.encode()).hexdigest()[:32]}")
    return mime


def _mailbox(mailbox: Mailbox) -> Address:
    name, address = mailbox
    local, _, domain = wire_address(address).rpartition("@")
    return Address(name, local, domain)


def is_address(text: str) -> bool:
    """Tell whether a text is an address an email can go to.

    >>> is_address("anna@customer.example"), is_address("anna at home")
    (True, False)
    """
    return bool(_ADDRESS.fullmatch(text)) and _is_domain(text)


def _is_domain(address: str) -> bool:
    try:
        return bool(wire_address(address))
    except UnicodeError:
        return False
