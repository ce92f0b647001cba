"""A local SMTP server that keeps what it gets: for the demo, for tests, for looking at emails.

Owns the catching (`.eml` and rendered `.html` in a directory, a list in memory) and the ways it can
be told to misbehave. Delivers nothing, ever. `python -m engine.delivery.catcher` runs it alone.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
import threading
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import click
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from engine.delivery.eml import slug
from engine.errors import InputError

Misbehaviour = Literal[
    "refuse-recipient", "defer-recipient", "refuse-data", "drop-before-data", "drop-after-data",
    "hang-after-data",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caught:
    """One email as it came over the wire, with the envelope it came in."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)

    @property
    def message(self) -> EmailMessage:
        """The email, parsed."""
        return message_from_bytes(self.raw, policy=default)

    def part(self, kind: Literal["html", "plain"]) -> str:
        """The text of the HTML or the plain part; empty when there is none."""
        found = self.message.get_body((kind,))
        return str(found.get_content()) if found is not None else ""


class Catcher:
    """The server, as a context manager; `port` is the real one once it is entered.

    `login` demands that user and password; `tls` offers STARTTLS, or speaks TLS from the first
    byte with `implicit_tls`.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        directory: Path | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.directory = directory
        self.caught: list[Caught] = []
        self._plans: deque[Misbehaviour] = deque()
        self._arrived = threading.Condition()
        self._server: _Controller | None = None
        self._tls = tls
        self._implicit_tls = implicit_tls
        self._login = login

    def __enter__(self) -> Self:
        try:
            listener = socket.create_server((self.host, self.port))
        except OSError as error:
            raise InputError(
                f"The mail catcher cannot listen on {self.host}:{self.port}: {error.strerror}",
                remedy="Choose another port; 0 takes a free one.",
            ) from None
        self.port = listener.getsockname()[1]
        if self.directory is not None:
            self.directory.mkdir(parents=True, exist_ok=True)
        starttls = self._tls if not self._implicit_tls else None
        self._server = _Controller(
            _Handler(self),
            listener,
            ssl_context=self._tls if self._implicit_tls else None,
            server_hostname="localhost",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=self._check_login if self._login else None,
            # aiosmtpd counts STARTTLS only as TLS, and warns: the handler asks for the log-in.
            auth_require_tls=False,
        )
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def wants_login(self) -> bool:
        """Whether nobody may send without having logged in."""
        return self._login is not None

    def misbehave(self, *plans: Misbehaviour) -> None:
        """Queue what goes wrong with the next messages, one each; then all is well again.

        `drop-after-data` and `hang-after-data` keep the message and never answer.
        """
        self._plans.extend(plans)

    def wait_for(self, count: int, timeout_s: float = 10.0) -> list[Caught]:
        """Return the emails caught once there are `count`, or all there are at the timeout."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self.caught) >= count, timeout_s)
            return list(self.caught)

    def keep(self, caught: Caught) -> None:
        """Store one email, in memory and as files."""
        with self._arrived:
            self.caught.append(caught)
            if self.directory is not None:
                subject = slug(str(caught.message["Subject"] or ""))
                path = self.directory / f"{len(self.caught):06}-{subject}.eml"
                path.write_bytes(caught.raw)
                path.with_suffix(".html").write_text(caught.part("html"), encoding="utf-8")
            self._arrived.notify_all()

    def planned(self, *kinds: Misbehaviour) -> Misbehaviour | None:
        """Take the next planned misbehaviour if it is one of `kinds`."""
        if self._plans and self._plans[0] in kinds:
            return self._plans.popleft()
        return None

    def _check_login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        user, password = self._login or ("", "")
        wanted = LoginPassword(user.encode(), password.encode())
        return AuthResult(success=given == wanted, handled=False)


class _Handler:
    """aiosmtpd's hooks, named as it wants them."""

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._catcher.wants_login and not session.authenticated:
            return "530 5.7.0 log in first"
        match self._catcher.planned("refuse-recipient", "defer-recipient", "drop-before-data"):
            case "refuse-recipient":
                return "550 5.1.1 no such mailbox"
            case "defer-recipient":
                return "450 4.2.1 mailbox busy"
            case "drop-before-data":
                _hang_up(server)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        plan = self._catcher.planned("refuse-data", "drop-after-data", "hang-after-data")
        if plan == "refuse-data":
            return "554 5.7.1 refused as spam"
        self._catcher.keep(
            Caught(str(envelope.mail_from), tuple(envelope.rcpt_tos), _bytes(envelope))
        )
        if plan == "drop-after-data":
            _hang_up(server)
        if plan == "hang-after-data":
            await asyncio.Event().wait()
        return "250 2.0.0 kept"


def _hang_up(server: SMTP) -> None:
    """Reset the connection: the client sees it break, without an answer."""
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


def _bytes(envelope: Envelope) -> bytes:
    content = envelope.content or b""
    return content if isinstance(content, bytes) else content.encode()


class _Controller(Controller):
    """Listens on a socket that is bound already, so that port 0 works."""

    def __init__(self, handler: _Handler, listener: socket.socket, **options: Any) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__(handler, hostname=host, port=port, **options)
        self._listener = listener

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(
            self._factory_invoker, sock=self._listener, ssl=self.ssl_context
        )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=1025, show_default=True, help="0 takes a free one.")
@click.option("--directory", type=click.Path(path_type=Path), default=Path("caught-emails"))
def main(host: str, port: int, directory: Path) -> None:
    """Catch emails until interrupted; each becomes an .eml and an .html file."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with Catcher(host, port, directory) as catcher:
            click.echo(f"Catching emails on smtp://{host}:{catcher.port}?tls=none in {directory}")
            seen = 0
            while True:
                for caught in catcher.wait_for(seen + 1, timeout_s=3600)[seen:]:
                    seen += 1
                    click.echo(f"{seen}. {caught.message['Subject']}")
    except KeyboardInterrupt:
        click.echo("Stopped.")
    except InputError as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
