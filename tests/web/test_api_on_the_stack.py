"""The API on real parts: `tenure up` serves it, and what it is told reaches the runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.promises.company import Company
from tests.waiting import read_until, until
from tests.web.test_from_mail_to_run import Starting, starting

__all__ = ["starting"]
PLAYBOOK = """\
playbook: welcome
enroll: {on: [{fact: account.created}]}
steps:
  - wait: {until: order.paid, at_most: 30d}
  - {set: {account.lifecycle: adopting}}
"""


@pytest.mark.slow
@pytest.mark.temporal
def test_runs_begin_are_held_and_go_on_by_the_api(server_home: Path, starting: Starting) -> None:
    company, _ = starting(server_home, welcome=PLAYBOOK)
    where = ["--data-dir", str(server_home), "--format", "json"]
    api = json.loads(company.tenure("status", *where)[1])["api"]
    scopes = ["facts:write", "accounts:write", "accounts:read", "enrollments:read"]
    wanted = [word for scope in (*scopes, "enrollments:write") for word in ("--scope", scope)]
    code, said = company.tenure("tokens", "create", "crm", *wanted, *where)
    assert code == 0, said
    headers = {"Authorization": f"Bearer {json.loads(said)['token']}"}
    until(lambda: answers(api.removesuffix("/api/v1")), "the API")
    with httpx.Client(base_url=api, headers=headers, timeout=60, trust_env=False) as client:
        made = client.put("/accounts/new", json={"fields": {"name": "New"}}).json()
        (run,) = made["started"]
        at = f"/enrollments/{run}"

        def status() -> object:
            return client.get(at).json()["status"]

        def is_paused() -> bool:
            """Ask for a pause, which is refused until the run has begun, and once it rests."""
            client.post(f"{at}/pause", json={"reason": "by the test"})
            return status() == "paused"

        until(is_paused, "the pause")
        assert client.post(f"{at}/pause", json={"reason": "x"}).status_code == 409
        client.post("/facts", json={"fact": "order.paid", "account": "new"}).raise_for_status()
        assert client.post(f"{at}/resume").status_code == 200
        until(lambda: status() == "finished", "the end of the run")
        assert client.get("/accounts/new").json()["fields"]["lifecycle"] == "adopting"
        ended = client.post(f"{at}/cancel", json={"reason": "x"})
        assert ended.status_code == 409, ended.text


def test_api_is_not_served_to_a_network_in_the_clear(
    open_company: Callable[..., Company],
) -> None:
    company = open_company(welcome="playbook: welcome\nsteps: [{wait: 1d}]\n")
    for more, served in (({}, False), ({"TENURE_API_BEHIND_PROXY": "true"}, True)):
        more |= {"TENURE_WEB_HOST": "0.0.0.0", "TENURE_WEB_PORT": "0"}
        web = company.start("-m", "engine.web", **more)
        lines = read_until(web, "web pages on port")
        (port,) = re.findall(r"on port (\d+)", lines[-1])
        url = f"http://127.0.0.1:{port}"
        until(lambda url=url: answers(url), "the pages")
        assert any("TENURE_API_BEHIND_PROXY" in line for line in lines) is not served
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
            asked = [client.get("/api/v1/tasks"), client.post("/hooks/x")]
        assert ["json" in one.headers["content-type"] for one in asked] == [served, served]


def answers(url: str) -> bool:
    """Whether the pages answer."""
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
