"""All of it on real parts: `tenure up` sends the survey, a browser answers it, the run goes on."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from engine.stack.datadir import read_stack
from tests.promises.company import Company
from tests.waiting import read_until, until
from tests.web.conftest import Open

Starting = Callable[..., tuple[Company, str]]
PLAYBOOK = """\
playbook: welcome
enroll: {on: [{fact: order.placed}]}
steps:
  - {survey: nps, to: contacts.champion, within: 10d}
  - if: nps.score == 9
    then: [{set: {account.lifecycle: adopting}}]
"""


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.temporal
def test_click_in_the_mail_moves_the_run(
    server_home: Path, opened: Open, starting: Starting
) -> None:
    company, url = starting(server_home, welcome=PLAYBOOK)
    code, status = company.tenure("status", "--data-dir", str(server_home), "--format", "json")
    assert (code, json.loads(status)["links"]) == (0, url)
    assert {"worker", "web"} <= json.loads(status)["processes"].keys()
    run = company.begin()
    mail = until(lambda: first_mail(server_home / "outbox"), "the survey's email")
    links = re.findall(r"https?://\S+/survey/[^\s)>]+", text_of(mail))
    assert [link.rpartition("/")[2] for link in links] == [str(score) for score in range(11)]
    assert links[9].startswith(f"{url}/survey/")
    page, _ = opened(links[9])
    assert "Your answer has arrived" in page
    until(lambda: company.run_of(run).status == "finished", "the end of the run")
    with company.database.transaction() as records:
        assert records.account(company.run_of(run).account).fields["lifecycle"] == "adopting"


@pytest.fixture
def starting(tmp_path: Path) -> Iterator[Starting]:
    """Starts the stack with a company in it; its end is waited for, whatever became of it."""
    started: list[subprocess.Popen[str]] = []
    companies: list[Company] = []

    def start(home: Path, **playbooks: str) -> tuple[Company, str]:
        (tmp_path / "workspace").mkdir()
        first = Company(None, tmp_path / "workspace", {})  # type: ignore[arg-type]
        ports = [f"--{name}-port=0" for name in ("postgres", "temporal", "ui", "web")]
        up = first.start("-m", "engine.cli.main", "up", "--data-dir", str(home), *ports)
        started.append(up)
        said = "".join(read_until(up, "Links in emails lead to"))
        info = read_stack(home)
        assert info is not None
        company = Company.open(info.database_url, first.root, playbooks)
        companies.append(company)
        return company, re.findall(r"lead to (\S+)\.\n", said)[0]

    yield start
    for company in companies:
        company.close()
    for up in started:
        up.send_signal(signal.SIGTERM)
        up.communicate(timeout=60)


def first_mail(outbox: Path) -> EmailMessage | None:
    """The first email that left, when one has."""
    for path in sorted(outbox.glob("*.eml")):
        return message_from_bytes(path.read_bytes(), policy=policy.default)  # type: ignore[return-value]
    return None


def text_of(mail: EmailMessage) -> str:
    """The plain-text part of an email."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
