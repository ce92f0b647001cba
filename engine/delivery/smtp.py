"""Email through an SMTP server, with each phase told apart: what failed before the final dot was
certainly not sent, what failed after it may have been.

Owns the SMTP conversation and the one place where smtplib's errors are translated. Knows nothing
of ledgers or retries.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal, NoReturn

from engine.delivery.provider import Accepted, Message, UnclearSend, to_mime, wire_address
from engine.errors import PermanentError, TransientError

Tls = Literal["none", "starttls", "implicit"]

_NO_ENTRY = frozenset([530, 534, 535, 538])
"""Replies that mean our log-in (RFC 4954): a mistake in the set-up, not in the message."""
_STATUS = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")
_DOT = b".\r\n"
_GOODBYE_S = 2.0


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where and how. `ca_file` adds a private authority; certificates are always verified."""

    host: str
    port: int
    tls: Tls = "starttls"
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    timeout_s: float = 20.0
    ca_file: str | None = None


class SmtpProvider:
    """A `Provider` that opens one connection per message.

    All recipients or none: when one is refused the message is not sent to the others.
    """

    name = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return f"SmtpProvider({self._settings.host}:{self._settings.port})"

    def send(self, message: Message) -> Accepted:
        """Send it; the provider id is the Message-ID, the same for the same ledger key."""
        mime = to_mime(message)
        if "Date" not in mime:
            mime["Date"] = format_datetime(datetime.now(UTC))
        sender = wire_address(message.sender[1])
        addresses = [wire_address(address) for _, address in (message.to, *message.copies)]
        with self._before_data():
            client = self._connect()
        try:
            with self._before_data():
                self._envelope(client, sender, addresses, wide=message.international)
                client.send(_undotted(mime.as_bytes()))
            self._finish(client)
        finally:
            client.close()
        return Accepted(message.message_id)

    def _connect(self) -> smtplib.SMTP:
        at = self._settings
        own_name = socket.gethostname()
        if at.tls == "implicit":
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                at.host, at.port, own_name, timeout=at.timeout_s, context=self._tls()
            )
        else:
            client = smtplib.SMTP(at.host, at.port, own_name, timeout=at.timeout_s)
        try:
            client.ehlo_or_helo_if_needed()
            if at.tls == "starttls":
                client.starttls(context=self._tls())
                client.ehlo()
            if at.user is not None:
                client.login(at.user, at.password or "")
        except BaseException:
            client.close()
            raise
        return client

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca_file)

    def _envelope(
        self, client: smtplib.SMTP, sender: str, addresses: list[str], *, wide: bool
    ) -> None:
        """Announce sender and recipients, and ask for DATA."""
        if wide and not client.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError
        _expect(client.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if wide else []), 250)
        for address in addresses:
            _expect(client.rcpt(address), 250, 251)
        _expect(client.docmd("DATA"), 354)

    def _finish(self, client: smtplib.SMTP) -> None:
        """Write the final dot and hear the verdict: from here on silence is not a no."""
        try:
            client.send(_DOT)
            code, reply = client.getreply()
        except (smtplib.SMTPException, OSError, ValueError):
            raise UnclearSend(
                f"{self!r} fell silent after it had the whole message",
                remedy="Look for its Message-ID in the server's log, then settle it by hand.",
            ) from None
        match code // 100:
            case 2:
                self._leave(client)
            case 4 | 5:
                self._refused(code, reply)
            case _:
                raise UnclearSend(
                    f"{self!r} answered the message with something that is not SMTP",
                    remedy="Look for its Message-ID in the server's log, then settle it by hand.",
                )

    def _leave(self, client: smtplib.SMTP) -> None:
        """Say goodbye, politely but not for long: the message is theirs already."""
        with suppress(smtplib.SMTPException, OSError):
            if client.sock is not None:
                client.sock.settimeout(min(self._settings.timeout_s, _GOODBYE_S))
            client.quit()

    @contextmanager
    def _before_data(self) -> Iterator[None]:
        """Translate what goes wrong before the final dot: certainly not sent."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            reply = error.smtp_error
            self._refused(error.smtp_code, reply if isinstance(reply, bytes) else reply.encode())
        except smtplib.SMTPNotSupportedError:
            raise PermanentError(
                f"{self!r} cannot do what is asked of it: TLS, log-in or international addresses",
                remedy="Change the tls= setting or use another server.",
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise TransientError(
                f"{self!r} was not reached or broke off before the message: {_kind(error)}",
                remedy="Check host, port, tls and the certificate if it keeps happening.",
            ) from None

    def _refused(self, code: int, reply: bytes) -> NoReturn:
        status = _STATUS.search(reply)
        said = f"{code} {status.group().decode()}" if status else str(code)
        if code in _NO_ENTRY:
            raise TransientError(
                f"{self!r} does not let us in: {said}",
                remedy="Correct the log-in; what waits is tried again by itself.",
            ) from None
        if 500 <= code < 600:
            raise PermanentError(
                f"{self!r} refused the message: {said}",
                remedy="550 is an address that does not exist there; see the server's log.",
            ) from None
        raise TransientError(f"{self!r} would not take the message now: {said}") from None


def _undotted(raw: bytes) -> bytes:
    """Escape lines that begin with a dot and end the last line; the final dot is not in it.

    >>> _undotted(b"a\\n.b")
    b'a\\r\\n..b\\r\\n'
    """
    lines = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r?\n", b"\r\n", raw))
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _expect(answer: tuple[int, bytes], *wanted: int) -> None:
    if answer[0] not in wanted:
        raise smtplib.SMTPResponseException(*answer)


def _kind(error: Exception) -> str:
    return error.__class__.__name__
