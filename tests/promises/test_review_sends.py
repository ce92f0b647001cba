"""A send that is tried again goes to the same person: a retry takes no new turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.delivery.memory import Fault, MemoryProvider
from engine.errors import TransientError
from engine.plan.events import CommandId, Do
from engine.plan.model import NodeId
from tests.promises.company import Company
from tests.promises.faults import Crash, Tripwire, attempt

TELL = """\
playbook: tell
enroll: {on: [{fact: order.placed}]}
steps:
  - notify: tell
    to: [helper]
    message: Look at it
"""
PEOPLE = """\
teams: {helpers: [u-ann, u-max]}
roles:
  csm: {field: csm}
  csm_manager: {manager_of: csm}
  helper: {team: helpers}
"""


@pytest.fixture
def company(open_company: Callable[..., Company]) -> Company:
    company = open_company()
    (company.root / "people.yaml").write_text(PEOPLE)
    (company.root / "playbooks").mkdir(exist_ok=True)
    (company.root / "playbooks/tell.yaml").write_text(TELL)
    company.apply()
    return company


@pytest.mark.parametrize("fault", ["refuse", None])
def test_send_that_is_tried_again_takes_no_new_turn(company: Company, fault: Fault | None) -> None:
    run = company.begin()
    do = Do(CommandId("1"), "notify", NodeId("tell"), (), company.run_of(run).started_at)
    provider = MemoryProvider()
    if fault is None:
        with pytest.raises(Crash):
            attempt(company, run, provider, Tripwire("before the call"), do=do)
    else:
        provider.next_faults(fault)
        with pytest.raises(TransientError):
            attempt(company, run, provider, do=do)
    status = attempt(company, run, provider, do=do)["status"]
    assert [(one.recipient, one.status) for one in company.sends_of(run)] == [("u-ann", status)]
    assert status == ("unknown" if fault is None else "accepted")
