"""Long lists, page by page: what a full page names is where the next one begins."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from engine.cli.main import run
from engine.effects.entities import AccountId, TaskId, UserId
from tests.promises.company import Company
from tests.promises.conftest import migrated, open_company
from tests.records import samples

__all__ = ["migrated", "open_company"]

pytestmark = pytest.mark.postgres
BRAKED = """\
playbook: simple
enroll: {on: [{fact: order.placed}], brake: {at_most: 3, per: month}}
steps: [{wait: {until: order.paid}}]
"""
LISTS = {
    "accounts list": 8,
    "health list": 3,
    "runs list": 3,
    "tasks list": 3,
    "enroll held": 2,
    "enroll held --closed": 3,
    "enroll decisions": 8,
    "facts rejects list": 3,
}


@pytest.fixture
def company(open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch) -> Company:
    """Eight accounts: three runs, three held ones left out, two held, and the rest in threes."""
    company = open_company(simple=BRAKED, n=8)
    for name, value in company.settings.items():
        monkeypatch.setenv(name, value)
    for number in range(8):
        company.send("order.placed", f"acme-{number}")
    for number in range(3):
        company.send("health.changed", f"acme-{number}", data={"score": 50})
        company.send("order.placed", "nobody")
    with company.database.transaction() as records:
        (found, *_) = records.enrollments(AccountId("acme-0"))
        for number in range(3):
            records.put_task(
                samples.task(
                    TaskId(f"t-{number}"),
                    status="open",
                    enrollment=found.id,
                    account=found.account,
                    assignee=UserId("u-ann"),
                    path=(f"x={number}",),
                )
            )
    dropped = ["enroll", "drop", "--playbook", "simple", "--at-most", "3"]
    assert run([*dropped, "--reason", "enough", "--as", "u-ann"]) == 0
    return company


@pytest.mark.parametrize("name", LISTS)
def test_pages_follow_each_other(
    company: Company, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    def page(*more: str) -> tuple[list[object], str | None]:
        capsys.readouterr()
        assert run([*name.split(), "--format", "json", *more]) in (0, 1)
        said = capsys.readouterr()
        found = re.search(r"--after '(.+)'", said.err)
        return json.loads(said.out), found[1] if found else None

    whole, _ = page()
    assert len(whole) == LISTS[name]
    rows, cursor = page("--limit", "1")
    while cursor:
        more, cursor = page("--limit", "1", "--after", cursor)
        rows += more
    assert rows == whole
