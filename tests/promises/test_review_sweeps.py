"""Sweeps: an account that nothing can be worked out for stands in nobody's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.effects import sweeping
from engine.errors import RunError
from engine.services.sweeping import sweep
from tests.promises.company import WORKSPACE, Company
from tests.workspaces import write_files

DATED = """\
playbook: dated
enroll: {on: [{date: account.renewal_date}, {date: 30d after account.contract_end}]}
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
