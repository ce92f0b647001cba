"""A worker killed while a mail server has the whole message: nobody gets it twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.delivery.catcher import Catcher
from tests.promises.company import Company
from tests.waiting import until

LETTER = """\
playbook: letter
enroll: {on: [{fact: order.placed}]}
steps:
  - email: hello
    to: contacts.champion
  - set: {account.lifecycle: adopting}
"""
WORKER = str(Path(__file__).with_name("hurried_worker.py"))


@pytest.mark.slow
@pytest.mark.temporal
def test_worker_killed_while_it_sends_does_not_send_again(
    on_temporal: Callable[..., Company],
) -> None:
    company = on_temporal(letter=LETTER, n=2)
    with Catcher() as catcher:
        company.settings["TENURE_EMAIL_URL"] = f"smtp://127.0.0.1:{catcher.port}?tls=none"
        catcher.misbehave("hang-after-data")
        worker = company.start_worker(WORKER)
        run = company.begin()
        assert len(catcher.wait_for(1, 30)) == 1
        worker.kill()
        company.start_worker(WORKER)
        until(lambda: company.run_of(run).outcome, "the end")
        assert [one.status for one in company.sends_of(run)] == ["unknown"]
        other = company.begin(account="acme-1")
        until(lambda: company.run_of(other).outcome, "the end of the other")
        assert len(catcher.caught) == 2  # one each
    code, output = company.tenure("sends", "list", "--format", "json")
    (shown,) = json.loads(output)
    assert code == 0
    assert (shown["enrollment"], shown["recipient"]) == (run, "c-acme-0-champion")
    code, output = company.tenure("why", run)
    assert code == 0
    assert "hello to c-acme-0-champion: unknown" in output
