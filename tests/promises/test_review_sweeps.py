"""Sweeps: an account that nothing can be worked out for stands in nobody's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.effects import rounds, sweeping
from engine.errors import RunError
from engine.services.sweeping import sweep
from engine.store.sweep_failures import list_failures
from tests.promises.company import WORKSPACE, Company
from tests.workspaces import write_files

DATED = """\
playbook: dated
enroll: {on: [{date: account.renewal_date}, {date: 30d after account.contract_end}]}
steps: [{wait: 1d}]
"""
NOON = """\
playbook: noon
enroll: {on: [{schedule: 0 12 * * *}]}
steps: [{wait: 1d}]
"""


def company_of(open_company: Callable[..., Company]) -> Company:
    company = open_company(n=2)
    schema = WORKSPACE["schema.yaml"].replace("account:\n", "account:\n  contract_end: date\n")
    hours = 'default: {zone: Europe/Berlin, hours: {mon-fri: "09:00-17:00"}}\n'
    files = {"schema.yaml": schema, "calendars.yaml": hours, "playbooks/dated.yaml": DATED}
    write_files(company.root, files)
    company.apply()
    return company


@pytest.mark.parametrize("never", ["9999-12-31", "0001-01-01"])
def test_a_date_that_stands_for_never_stops_no_sweep(
    open_company: Callable[..., Company], never: str
) -> None:
    company = company_of(open_company)
    day = company.database.now.date() - timedelta(days=2)
    for account, more in (("acme-0", {"contract_end": never}), ("acme-1", {})):
        fields = {"renewal_date": day.isoformat(), **more}
        company.send("account.changed", account, data={"fields": fields})
    swept = sweep(company.database, company.context, "dates")
    assert (swept.started, swept.failed) == (2, [])


@pytest.mark.parametrize("place", ["is_date_due", "fire_dates"])
def test_who_cannot_be_looked_at_stands_in_nobodys_way(
    open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    company = company_of(open_company)
    day = company.database.now.date() - timedelta(days=2)
    for account in ("acme-0", "acme-1"):
        company.send("account.changed", account, data={"fields": {"renewal_date": day.isoformat()}})
    usual = getattr(sweeping, place)

    def breaks(*given: Any) -> Any:
        if "acme-0" in given:
            raise RunError("nothing can be worked out", remedy="Correct it.")
        return usual(*given)

    monkeypatch.setattr(sweeping, place, breaks)
    swept = sweep(company.database, company.context, "dates")
    failed = [("acme-0", "nothing can be worked out")] if place == "fire_dates" else []
    assert (swept.started, swept.failed) == (2 - len(failed), failed)


def failed(company: Company) -> list[tuple[str, str, int]]:
    with company.database.begin() as connection:
        found = list_failures(connection)
    return [(one.kind, one.account, one.times) for one in found]


def on_schedule(open_company: Callable[..., Company]) -> Company:
    """A company of three whose playbook `noon` has come round."""
    company = open_company(n=3)
    files = {"playbooks/noon.yaml": NOON}
    write_files(company.root, files)
    company.apply()
    with company.database.begin() as connection:  # what apply noted as over
        connection.exec_driver_sql("DELETE FROM firings")
    return company


def test_an_account_that_failed_in_a_round_is_shown_and_tried_again(
    open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    company = on_schedule(open_company)
    usual = rounds.fire_round

    def breaks(*given: Any) -> Any:
        if "acme-0" in given:
            raise RunError("nothing can be worked out", remedy="Correct it.")
        return usual(*given)

    with monkeypatch.context() as broken:
        broken.setattr(sweeping, "fire_round", breaks)
        for started in (2, 0):
            swept = sweep(company.database, company.context, "schedules")
            assert (swept.started, len(swept.failed)) == (started, 1)
    assert failed(company) == [("schedules", "acme-0", 2)]
    code, said = company.tenure("sweeps", "failed")
    assert code == 1
    assert "nothing can be worked out" in said
    for started in (1, 0):
        swept = sweep(company.database, company.context, "schedules")
        assert (swept.started, swept.failed) == (started, [])
    assert failed(company) == []
    assert company.tenure("sweeps", "failed") == (0, "Every account could be done.\n")
    assert {run.account for run in company.runs()} == {"acme-0", "acme-1", "acme-2"}


def test_who_fails_is_noted_before_the_round_is_over(
    open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    company = on_schedule(open_company)

    def breaks(*given: Any) -> Any:
        raise RunError("nothing can be worked out", remedy="Correct it.")

    def dies(*given: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(sweeping, "fire_round", breaks)
    monkeypatch.setattr(sweeping, "end_round", dies)
    with pytest.raises(KeyboardInterrupt):
        sweep(company.database, company.context, "schedules")
    assert len(failed(company)) == 3


def test_what_fails_no_more_is_shown_no_more(
    open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    company = company_of(open_company)
    day = company.database.now.date() - timedelta(days=2)
    company.send("account.changed", "acme-0", data={"fields": {"renewal_date": day.isoformat()}})

    def breaks(*given: Any) -> Any:
        raise RunError("nothing can be worked out", remedy="Correct it.")

    with monkeypatch.context() as broken:
        broken.setattr(sweeping, "fire_dates", breaks)
        sweep(company.database, company.context, "dates")
    assert failed(company) == [("dates", "acme-0", 1)]
    sweep(company.database, company.context, "conditions")
    assert failed(company) == [("dates", "acme-0", 1)]
    assert sweep(company.database, company.context, "dates").started == 1
    assert failed(company) == []
