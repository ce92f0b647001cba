"""What an import makes new or changes are facts: playbooks listen, and history knows when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.effects.entities import AccountId
from engine.services.facts import take_in
from engine.services.importing import bring_in
from engine.store.importing import Report
from tests.promises.company import Company

PLAYBOOKS = {
    "welcome": """\
playbook: welcome
enroll: {on: [{fact: account.created}], when: account.lifecycle == "new"}
steps:
  - wait: {until: contact.created}
""",
    "adopted": """\
playbook: adopted
enroll: {on: [{matches: account.lifecycle == "adopting"}]}
steps:
  - wait: {until: order.paid}
""",
    "people": """\
playbook: people
subject: contact
enroll: {on: [{fact: contact.created}]}
steps:
  - wait: {until: order.paid}
""",
}
ACCOUNTS = "id,name,lifecycle\nb-1,One,new\nb-2,Two,adopting\nb-3,Three,churned\n"


@pytest.fixture
def company(open_company: Callable[..., Company]) -> Company:
    return open_company(**PLAYBOOKS)


def bring(company: Company, kind: Any, text: str, path: Path, **more: Any) -> Report:
    (file := path / "import.csv").write_text(text)
    return bring_in(company.database, company.context, kind, file, **more)


def playbooks(report: Report) -> list[str]:
    return [".".join(run.split(".")[:2]) for run in report.started]


def test_new_accounts_start_what_listens(company: Company, tmp_path: Path) -> None:
    report = bring(company, "accounts", ACCOUNTS, tmp_path)
    assert playbooks(report) == ["welcome.b-1", "adopted.b-2"]
    assert bring(company, "accounts", ACCOUNTS, tmp_path).started == ()


def test_quiet_import_starts_nothing_and_counts_as_if_always_so(
    company: Company, tmp_path: Path
) -> None:
    assert bring(company, "accounts", ACCOUNTS, tmp_path, quiet=True).started == ()
    same = {"fact": "account.changed", "account": "b-2", "data": {"fields": {"name": "Zwei"}}}
    (answer,) = take_in(company.database, lambda: company.context, [same])
    assert answer.led_to is not None
    assert answer.led_to.started == ()


def test_facts_hold_all_fields_then_what_changed(company: Company, tmp_path: Path) -> None:
    began = company.database.now
    bring(company, "accounts", "id,name,lifecycle,arr\nb-1,One,new,\n", tmp_path)
    bring(company, "accounts", "id,name,lifecycle,arr\nb-1,One,adopting,5\n", tmp_path)
    with company.database.transaction() as records:
        kinds = ["account.created", "account.changed"]
        told = records.facts_since(AccountId("b-1"), kinds, began)
    assert [(one.kind, one.data) for one in told] == [
        (
            "account.created",
            {"fields": {"id": "b-1", "name": "One", "lifecycle": "new"}, "by": "import"},
        ),
        (
            "account.changed",
            {"fields": {"lifecycle": "adopting", "arr": 5}, "by": "import"},
        ),
    ]


def test_new_contacts_start_and_wake_what_listens(company: Company, tmp_path: Path) -> None:
    bring(company, "accounts", ACCOUNTS, tmp_path)
    people = "id,account,email\nc-1,b-1,kim@customer.example\nc-2,b-1,jo@customer.example\n"
    assert playbooks(bring(company, "contacts", people, tmp_path)) == ["people.c-1", "people.c-2"]


def test_large_import_is_the_same_in_pages(company: Company, tmp_path: Path) -> None:
    rows = "".join(f"b-{number},Name,new\n" for number in range(1_200))
    report = bring(company, "accounts", "id,name,lifecycle\n" + rows, tmp_path)
    assert (len(report.created), len(report.started)) == (1_200, 1_200)
