"""Facts that come in late land where they belong in history and start nothing as if it were now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.effects.entities import AccountId, ContactId
from engine.services.facts import Answer
from tests.promises.company import Company
from tests.workspaces import write_files

ACME = AccountId("acme-0")
PLAYBOOKS = {
    "orders": """\
playbook: orders
enroll: {on: [{fact: order.placed}]}
steps:
  - wait: {until: order.paid}
""",
    "rescue": """\
playbook: rescue
enroll: {on: [{health.enters: red}]}
steps:
  - wait: {until: order.paid}
""",
    "adopted": """\
playbook: adopted
enroll: {on: [{matches: account.lifecycle == "adopting"}]}
steps:
  - wait: {until: order.paid}
""",
}


@pytest.fixture
def company(open_company: Callable[..., Company]) -> Company:
    return open_company(**PLAYBOOKS)


def send(company: Company, kind: str, *, days: float = 0, **more: Any) -> Answer:
    at = company.database.now - timedelta(days=days)
    return company.send(kind, at=at.isoformat(), **more)


def started(answer: Answer) -> list[str]:
    assert answer.led_to is not None, answer
    return [run.split(".")[0] for run in answer.led_to.started]


def lifecycle(company: Company) -> Any:
    with company.database.transaction() as records:
        return records.account(ACME).fields["lifecycle"]


@pytest.mark.parametrize(("days", "begun"), [(0, ["orders"]), (6, ["orders"]), (8, [])])
def test_fact_starts_playbooks_for_a_week(company: Company, days: int, begun: list[str]) -> None:
    answer = send(company, "order.placed", days=days)
    assert started(answer) == begun
    assert answer.led_to is not None
    assert answer.led_to.late == (not begun)


def test_workspace_says_how_late_is_late(company: Company) -> None:
    schema = (company.root / "schema.yaml").read_text()
    write_files(company.root, {"schema.yaml": schema + "late_after: 30d\n"})
    company.apply()
    assert started(send(company, "order.placed", days=8)) == ["orders"]


def test_score_of_long_ago_is_taken_and_starts_nothing(company: Company) -> None:
    assert started(send(company, "health.changed", days=30, data={"score": 20})) == []
    with company.database.transaction() as records:
        assert records.account(ACME).score == 20
    assert started(send(company, "health.changed", data={"score": 90})) == []
    assert started(send(company, "health.changed", data={"score": 20})) == ["rescue"]


def test_field_keeps_what_is_newer(company: Company) -> None:
    send(company, "account.changed", days=1, data={"fields": {"lifecycle": "churned"}})
    late = send(company, "account.changed", days=2, data={"fields": {"lifecycle": "adopting"}})
    assert (late.status, lifecycle(company), started(late)) == ("accepted", "churned", [])


def test_field_of_which_nothing_newer_is_known_is_changed_however_late(company: Company) -> None:
    send(company, "account.changed", days=1, data={"fields": {"name": "Acme Ltd"}})
    late = send(company, "account.changed", days=40, data={"fields": {"lifecycle": "adopting"}})
    assert (lifecycle(company), started(late)) == ("adopting", ["adopted"])


def test_contact_keeps_what_is_newer(company: Company) -> None:
    kim = {"contact": "c-acme-0-champion"}
    send(company, "contact.changed", days=1, **kim, data={"fields": {"first_name": "Kay"}})
    send(company, "contact.changed", days=3, **kim, data={"fields": {"first_name": "Old"}})
    with company.database.transaction() as records:
        assert records.contact(ContactId("c-acme-0-champion")).fields["first_name"] == "Kay"


def test_contact_of_another_account_is_not_changed(
    open_company: Callable[..., Company],
) -> None:
    company = open_company(n=2, **PLAYBOOKS)
    fields = {"fields": {"first_name": "Eve"}}
    answer = company.send("contact.changed", contact="c-acme-1-champion", data=fields)
    assert (answer.status, answer.why) == (
        "rejected",
        "acme-0 has no contact c-acme-1-champion. Import the contact first.",
    )
