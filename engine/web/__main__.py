"""The web process: wiring and run, nothing else.

    python -m engine.web        settings from TENURE_* and the stack on the data directory

Serves until SIGTERM or SIGINT, finishes what is under way and exits 0. Logs hold no addresses of
pages: a survey's link is as good as a signature.
"""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
from functools import cache

import uvicorn

from engine.errors import InputError
from engine.services.leaving import work_and_leave
from engine.settings import Settings
from engine.web.app import make_app
from engine.web.limits import Limiter
from engine.wiring import (
    Contexts,
    complete_settings,
    inbound_secrets,
    link_secrets,
    make_runner,
    open_database,
)

logger = logging.getLogger("web")
CONNECTIONS = 8
MAX_REQUESTS = 200
"""How many may be under way; others are told to come again (503)."""
STOP_TIMEOUT_S = 10


def serve(settings: Settings) -> None:
    """Serve until a signal. Raises InputError when the address cannot be listened on, and when the
    links people come by could be anybody's."""
    if settings.database_url and not link_secrets(settings):
        raise InputError(
            "The links in emails could be forged: there is no secret to sign them with.",
            remedy="Set the same TENURE_ENCRYPTION_KEYS here and on every worker.",
        )
    with listen(settings.web_host, settings.web_port) as listener:
        database = open_database(settings, connections=CONNECTIONS)
        try:
            app = make_app(
                database,
                Contexts(database, settings).current,
                runner=cache(lambda: make_runner(settings)) if may_serve_api(settings) else None,
                secrets=inbound_secrets,
                callers=Limiter(
                    burst=4 * settings.api_per_second, per_second=settings.api_per_second
                ),
            )
            server = uvicorn.Server(
                uvicorn.Config(
                    app,
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    lifespan="off",
                    ws="none",
                    limit_concurrency=MAX_REQUESTS,
                    h11_max_incomplete_event_size=16_384,
                    timeout_graceful_shutdown=STOP_TIMEOUT_S,
                )
            )
            # The server puts these back when it stops, and raises its signal once more.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: setattr(server, "should_exit", True))
            logger.info("web pages on port %d", listener.getsockname()[1])
            server.run(sockets=[listener])
        finally:
            database.close()
    logger.info("web pages stopped")


def may_serve_api(settings: Settings) -> bool:
    """Tell whether the API may be served: tokens and facts never cross a network in the clear.

    It may on the own machine, or where `TENURE_API_BEHIND_PROXY` says that TLS ends before us.
    """
    if settings.api_behind_proxy or _is_loopback(settings.web_host):
        return True
    logger.warning(
        "no API and no hooks on %s: set TENURE_API_BEHIND_PROXY=true when a proxy with TLS is in"
        " front and nothing else reaches this port",
        settings.web_host,
    )
    return False


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """Open the port. Raises InputError when it cannot be had."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=512)
        # asyncio lets small answers go at once only on sockets that say they are TCP; else each
        # answer to a kept connection would wait 40 ms for the other side's acknowledgement.
        return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, listener.detach())
    except (OSError, OverflowError) as error:
        raise InputError(
            f"The web pages cannot listen on {host}, port {port}: {error}.",
            remedy="Set TENURE_WEB_HOST and TENURE_WEB_PORT, or stop what listens there.",
        ) from error


def main() -> None:
    """Serve and end the process."""
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    work_and_leave("web", lambda: serve(complete_settings()))


if __name__ == "__main__":
    main()
