"""A company that has asked something, and its pages over real HTTP."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from engine.effects.context import Context
from engine.effects.entities import Fact
from engine.effects.links import SurveyLink, make_token
from engine.plan.model import NodeId
from engine.web.__main__ import listen
from engine.web.app import make_app
from engine.web.limits import Limiter
from tests.promises.company import Company
from tests.promises.conftest import migrated, open_company

__all__ = ["migrated", "open_company"]
PLAYBOOK = """\
playbook: welcome
enroll: {on: [{fact: order.placed}]}
steps:
  - {survey: first-nps, to: contacts.champion, within: 10d}
"""
CHAMPION = "c-acme-0-champion"
CHROMIUM_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--virtual-time-budget=3000",
    "--enable-logging=stderr",
    "--dump-dom",
)
Open = Callable[[str], tuple[str, str]]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that need a browser where the environment says so."""
    if os.environ.get("TENURE_NO_BROWSER") == "1":
        left_out = [item for item in items if item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@dataclass
class House:
    """The company, its one link, and a visitor of its pages."""

    company: Company
    context: Context
    link: SurveyLink
    client: httpx.Client

    @property
    def path(self) -> str:
        """The link's path, but for the score."""
        return f"/survey/{make_token(self.context.link_key, self.link)}"

    @property
    def url(self) -> str:
        """The link, but for the score."""
        return f"{str(self.client.base_url).rstrip('/')}{self.path}"

    def facts(self) -> list[Fact]:
        """What customers said, oldest first."""
        kinds = ["survey.answered", "survey.commented"]
        with self.company.database.transaction() as records:
            run = records.enrollment(self.link.enrollment)
            return list(records.facts_since(run.account, kinds, run.started_at))

    def said(self) -> list[tuple[str, object]]:
        """What customers said: the kind and the answer."""
        return [(one.kind, one.data.get("score", one.data.get("comment"))) for one in self.facts()]


@contextmanager
def served(app: Starlette) -> Iterator[httpx.Client]:
    """Serve an application on a free port."""
    with listen("127.0.0.1", 0) as listener:
        config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def house(open_company: Callable[..., Company]) -> Iterator[House]:
    """A house that has asked its champion, and lets everybody in."""
    company = open_company(welcome=PLAYBOOK)
    link = SurveyLink(company.begin(), NodeId("first-nps"), (), CHAMPION)
    context = replace(company.context, link_key=b"the test's key")
    app = make_app(company.database, lambda: context, limiter=Limiter(burst=10_000))
    with served(app) as client:
        yield House(company, context, link, client)


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens a page and returns what it came to, and what the browser complained about."""
    program = shutil.which("chromium")
    assert program is not None, "install chromium (Debian's package), or set TENURE_NO_BROWSER=1"

    def open_page(url: str) -> tuple[str, str]:
        done = subprocess.run(
            [program, *CHROMIUM_OPTIONS, f"--user-data-dir={tmp_path}", url],
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        )
        return done.stdout, done.stderr

    return open_page
