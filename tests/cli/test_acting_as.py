"""`--as`: who acts is a user of the workspace, where it is people that act."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Tenure
from tests.promises.company import Company
from tests.promises.conftest import migrated, open_company

__all__ = ["migrated", "open_company"]

HELD = """\
playbook: news
enroll: {on: [{fact: order.placed}]}
steps: [{task: call, assign: csm}]
"""


@pytest.fixture
def company(open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company with the users u-ann and u-max."""
    company = open_company(news=HELD)
    for name, value in company.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(company.root)
    return company


def test_who_is_no_user_is_refused_with_the_nearest_name(company: Company, tenure: Tenure) -> None:
    for words in (
        ["enroll", "start", "news", "acme-0"],
        ["tasks", "complete", "t-1"],
        ["health", "override", "acme-0", "red", "--reason", "unpaid"],
    ):
        code, said = tenure(*words, "--as", "u-anne")
        assert code == 2
        assert '"u-anne" is not a user of this workspace' in said
        assert "Did you mean u-ann? `tenure users list` shows the ids." in said
    assert company.runs() == []


def test_users_act_and_so_does_who_says_nothing(company: Company, tenure: Tenure) -> None:
    code, said = tenure("enroll", "start", "news", "acme-0", "--as", "u-ann")
    assert code == 0, said
    _, said = tenure("enroll", "start", "news", "acme-0")
    assert "is not a user" not in said


def test_before_there_are_users_anybody_acts(company: Company, tenure: Tenure) -> None:
    with company.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM users")
    code, said = tenure("enroll", "start", "news", "acme-0", "--as", "somebody")
    assert code == 0, said


def test_machines_apply_under_any_name(company: Company, tenure: Tenure) -> None:
    code, said = tenure("apply", "--as", "pipeline")
    assert code == 0, said
