"""The process that serves the pages: beside the worker, or by itself."""

from __future__ import annotations

import json
import re
import signal
import socket
from collections.abc import Callable

import httpx

from engine.web.__main__ import listen
from tests.promises.company import Company
from tests.waiting import read_until, until

PLAYBOOKS = {"welcome": "playbook: welcome\nsteps: [{wait: 1d}]\n"}


def test_serves_until_it_is_told_to_stop(open_company: Callable[..., Company]) -> None:
    web = open_company(**PLAYBOOKS).start("-m", "engine.web", TENURE_WEB_PORT="0")
    port = re.findall(r"on port (\d+)", read_until(web, "web pages on port")[-1])[0]
    url = f"http://127.0.0.1:{port}"
    shown = until(lambda: answer_of(f"{url}/survey/some-token/9"), "an answer")
    assert (shown.status_code, "server" in shown.headers) == (404, False)
    assert httpx.get(f"{url}/healthz", timeout=60, trust_env=False).text == "ok\n"
    web.send_signal(signal.SIGTERM)
    rest = web.communicate(timeout=60)[0]
    assert web.returncode == 0
    assert "some-token" not in rest
    assert [json.loads(line)["says"] for line in rest.splitlines()] == ["web pages stopped"]


def test_port_that_is_taken_is_said_so(open_company: Callable[..., Company]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        web = open_company(**PLAYBOOKS).start("-m", "engine.web", TENURE_WEB_PORT=str(port))
        said = web.communicate(timeout=60)[0]
    assert web.returncode == 1
    assert f"port {port}" in said
    assert "TENURE_WEB_PORT" in said


def test_links_that_anybody_could_make_are_not_served(
    open_company: Callable[..., Company],
) -> None:
    unsigned = "postgresql+psycopg://somebody@127.0.0.1/tenure"
    more = {"TENURE_WEB_PORT": "0", "TENURE_DATABASE_URL": unsigned}
    web = open_company(**PLAYBOOKS).start("-m", "engine.web", **more)
    said = web.communicate(timeout=60)[0]
    assert web.returncode == 1
    assert "could be forged" in said
    assert "TENURE_ENCRYPTION_KEYS" in said


def test_small_answers_go_at_once() -> None:
    """asyncio sets TCP_NODELAY only on sockets that say their protocol."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def answer_of(url: str) -> httpx.Response | None:
    """Ask once; None while nobody answers."""
    try:
        return httpx.get(url, trust_env=False)
    except httpx.TransportError:
        return None
