"""`tenure sweeps`, and what `tenure apply` says of those that match already, on a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.effects.entities import AccountId
from engine.store.directory import put_accounts
from tests.cli.conftest import Tenure
from tests.promises.company import Company
from tests.promises.conftest import migrated, on_temporal, open_company

__all__ = ["migrated", "on_temporal", "open_company"]

TASK = "steps: [{task: call, assign: csm}]\n"
RENEWAL = """\
enroll:
  on:
    - date: 10d before account.renewal_date
    - schedule: 0 9 * * *
"""
BIG = "enroll: {on: {matches: account.arr >= 100}}\n"


@pytest.fixture
def company(open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company of three, two of which renew: one in ten days less an hour, one in twelve."""
    company = open_company(renewal=f"playbook: renewal\n{RENEWAL}{TASK}", n=3)
    for name, value in company.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(company.root)
    now = company.database.now
    days = {"acme-0": timedelta(days=10, hours=-1), "acme-1": timedelta(days=12)}
    with company.database.begin() as connection:
        fields = {
            AccountId(id): {"name": id, "renewal_date": (now + ahead).isoformat(), "arr": 150}
            for id, ahead in days.items()
        }
        put_accounts(connection, fields)
    return company


def test_what_comes_is_listed_next_first(company: Company, tenure: Tenure) -> None:
    code, output = tenure("sweeps", "ahead", "--days", 3, "--format", "json")
    assert code == 0
    found = [(one.get("account"), one["rule"].split(" (")[0]) for one in json.loads(output)]
    assert sorted(found, key=str) == [
        ("acme-1", "10d before account.renewal_date"),
        (None, "schedule 0 9 * * *, Europe/Berlin"),
    ]
    code, output = tenure("sweeps", "ahead", "--account", "acme-1")
    assert code == 0
    assert [line.split()[3:5] for line in output.splitlines()[1:]] == [["renewal", "acme-1"]]


@pytest.mark.parametrize(
    "arguments", [("--playbook", "nothing"), ("--account", "nobody"), ("--days", "0")]
)
def test_what_is_not_there_has_nothing_ahead(
    company: Company, tenure: Tenure, arguments: tuple[str, str]
) -> None:
    code, output = tenure("sweeps", "ahead", *arguments)
    assert code == 2
    assert "Traceback" not in output


def test_a_sweep_by_hand_begins_what_is_due_once(company: Company, tenure: Tenure) -> None:
    code, output = tenure("sweeps", "run", "dates", "--format", "json")
    assert (code, json.loads(output)) == (
        0,
        {"dates": {"began": 1, "did_not_begin": 0, "closed": 0, "deleted": 0, "failed": 0}},
    )
    kinds = ("dates", "schedules", "conditions", "health")
    code, output = tenure("sweeps", "run", *kinds)
    assert [line.split() for line in output.splitlines()[1:]] == [
        [kind, "0", "0", "0", "0", "0"] for kind in kinds
    ]
    assert [run.account for run in company.runs()] == ["acme-0"]


def test_apply_says_how_many_match_already_and_starts_none(
    company: Company, tenure: Tenure
) -> None:
    (company.root / "playbooks/big.yaml").write_text(f"playbook: big\n{BIG}{TASK}")
    told = "big: 2 match a condition of its triggers already; no run starts for that."
    code, output = tenure("apply", "--dry-run")
    assert code == 0
    assert told in output
    code, output = tenure("apply")
    assert code == 0
    assert told in output
    code, output = tenure("apply")
    assert told not in output
    assert company.runs() == []
    tenure("facts", "send", "account.changed", "acme-1", "--data", '{"fields": {"arr": 200}}')
    tenure("facts", "send", "account.changed", "acme-2", "--data", '{"fields": {"arr": 100}}')
    assert [run.account for run in company.runs()] == ["acme-2"]


def test_drafts_are_named_when_they_are_applied(company: Company, tenure: Tenure) -> None:
    (company.root / "playbooks/big.yaml").write_text(f"playbook: big\nmode: draft\n{BIG}{TASK}")
    _, output = tenure("apply", "--dry-run")
    assert "new, a draft" in output


def test_an_account_is_shown_with_its_health(company: Company, tenure: Tenure) -> None:
    _, output = tenure("accounts", "show", "acme-1")
    assert "\nhealth: no score is known yet\n" in output
    tenure("facts", "send", "health.changed", "acme-1", "--data", '{"score": 30}')
    _, output = tenure("accounts", "show", "acme-1")
    assert "\nhealth: 30, red since " in output


def test_a_playbook_that_comes_back_takes_stock_anew(company: Company, tenure: Tenure) -> None:
    big = company.root / "playbooks/big.yaml"
    big.write_text(f"playbook: big\n{BIG}{TASK}")
    tenure("apply")
    big.unlink()
    tenure("apply")
    tenure("facts", "send", "account.changed", "acme-2", "--data", '{"fields": {"arr": 100}}')
    big.write_text(f"playbook: big\n{BIG}{TASK}")
    _, output = tenure("apply")
    assert "big: 3 match a condition of its triggers already" in output
    assert company.runs() == []
