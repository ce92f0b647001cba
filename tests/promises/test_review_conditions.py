"""Facts that come in while a playbook goes live: its conditions know of them afterwards."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.effects.taking_stock import take_stock
from tests.promises.company import Company

ADOPT = """\
playbook: adopt
enroll: {on: [{matches: account.lifecycle == "adopting"}], while_active: queue}
steps: [{wait: 1d}]
"""


@pytest.mark.parametrize("meanwhile", ["new", "adopting"])
def test_who_changes_while_stock_is_taken_comes_to_match_later(
    open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    company = open_company()
    change(company, "adopting" if meanwhile == "new" else "new")

    def slowly(*given: Any) -> int:
        found = take_stock(*given)
        with ThreadPoolExecutor(1) as pool:  # another process, on the workspace before
            pool.submit(change, company, meanwhile).result()
        return found

    monkeypatch.setattr("engine.services.applying.take_stock", slowly)
    (company.root / "playbooks").mkdir(exist_ok=True)
    (company.root / "playbooks" / "adopt.yaml").write_text(ADOPT)
    company.apply()
    if meanwhile == "adopting":
        change(company, "adopting")
        assert company.runs() == []
        change(company, "new")
    change(company, "adopting")
    assert [run.playbook for run in company.runs()] == ["adopt"]


def change(company: Company, lifecycle: str) -> None:
    """Say where the account stands."""
    company.send("account.changed", data={"fields": {"lifecycle": lifecycle}})
