"""The brake: above it runs are held, somebody is told once, and a person lets them go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from engine.effects.entities import AccountId
from engine.effects.holding import begin_held, drop_held
from engine.enrolling.braking import Period, period_start
from engine.simulation.memory import MemoryRecords
from tests.enrolling.house import DAY, HOUR, House

Found = Callable[..., House]
BRAKED = """\
playbook: rescue
enroll: {on: [{fact: order.placed}], brake: {at_most: 2, per: day}}
steps: [{wait: 30d}]
"""


def test_above_the_brake_runs_are_held(house: Found) -> None:
    company = house(BRAKED, accounts=4)
    for account in range(4):
        company.tell(account=account)
    assert [one.account for one in company.runs()] == ["acme-0", "acme-1"]
    assert [(one.account, one.kind, one.why) for one in company.held()] == [
        ("acme-2", "brake", "brake: at most 2 per day, and 2 have begun"),
        ("acme-3", "brake", "brake: at most 2 per day, and 2 have begun"),
    ]
    assert [one.decision for one in company.decisions()] == ["started"] * 2 + ["held"] * 2
    assert company.decisions()[-1].values["begun"] == 2


def test_a_day_ends_at_midnight_in_the_zone_of_the_workspace(house: Found) -> None:
    company = house(BRAKED, accounts=4)
    for account in range(3):
        company.tell(account=account)
    company.wait(14 * HOUR)  # 23:00 in Berlin
    company.tell(account=3)
    assert len(company.held()) == 2
    company.wait(2 * HOUR)
    company.tell(account=3)
    assert [one.account for one in company.runs()] == ["acme-0", "acme-1", "acme-3"]
    assert [one.account for one in company.held()] == ["acme-2"]  # acme-3's became of no use


def test_the_owner_is_told_once_for_each_period(house: Found) -> None:
    company = house(BRAKED, accounts=8)
    for account in range(4):
        company.tell(account=account)
        company.wait(HOUR)
    mails = company.simulator.provider.accepted
    assert [(one.to, one.subject) for one in mails] == [
        (("Olga", "olga@us.example"), "The brake of Rescue holds new runs")
    ]
    company.wait(DAY)
    for account in range(4, 8):
        company.tell(account=account)
    assert len(company.simulator.provider.accepted) == 2


@pytest.mark.parametrize(
    ("owner", "to"),
    [("csm", "ann@us.example"), ("boss", "max@us.example"), ("{user: u-max}", "max@us.example")],
)
def test_a_playbook_names_its_owner(house: Found, owner: str, to: str) -> None:
    company = house(BRAKED.replace("enroll:", f"owner: {owner}\nenroll:", 1), accounts=3)
    for account in range(3):
        company.tell(account=account)
    (mail,) = company.simulator.provider.accepted
    assert mail.to[1] == to


def test_what_is_released_begins_and_does_not_count(house: Found) -> None:
    company = house(BRAKED, accounts=4)
    for account in range(3):
        company.tell(account=account)
    company.wait(DAY)
    (held,) = company.held()
    with MemoryRecords(company.world) as records:
        found = begin_held(records, company.context, held, released_by="ann")
    assert (found.decision, found.enrollment) == ("started", held.id)
    assert company.world.held[held.id].status == "released"
    assert company.runs()[-1].trigger["released_by"] == "ann"
    company.wait(HOUR)
    company.tell(account=3)
    assert company.held() == []


def test_what_no_longer_matches_is_dropped_when_released(house: Found) -> None:
    only_new = BRAKED.replace("brake", 'when: account.lifecycle == "new", brake')
    company = house(only_new, accounts=3)
    for account in range(3):
        company.tell(account=account)
    company.change(2, lifecycle="churned")
    (held,) = company.held()
    with MemoryRecords(company.world) as records:
        found = begin_held(records, company.context, held, released_by="ann")
    assert found.decision == "refused"
    assert company.world.held[held.id].status == "dropped"
    assert company.world.held[held.id].why.startswith("does not match: account.lifecycle")


def test_what_is_dropped_stays_out(house: Found) -> None:
    company = house(BRAKED, accounts=3)
    for account in range(3):
        company.tell(account=account)
    (held,) = company.held()
    with MemoryRecords(company.world) as records:
        drop_held(records, held, by="ann", reason="a test import")
    kept = company.world.held[held.id]
    assert (kept.status, kept.closed_by, kept.why) == ("dropped", "ann", "a test import")
    company.wait(DAY)
    assert len(company.runs()) == 2


def test_by_hand_is_neither_braked_nor_counted(house: Found) -> None:
    company = house(BRAKED, accounts=4)
    company.simulator.enroll("rescue", AccountId("acme-3"))
    for account in range(3):
        company.tell(account=account)
    assert [one.account for one in company.held()] == ["acme-2"]


@pytest.mark.parametrize(
    ("per", "began"),
    [
        ("hour", "2026-03-29T01:00:00+00:00"),
        ("day", "2026-03-28T23:00:00+00:00"),
        ("week", "2026-03-22T23:00:00+00:00"),
        ("month", "2026-02-28T23:00:00+00:00"),
    ],
)
def test_periods_begin_where_the_clocks_change(per: Period, began: str) -> None:
    now = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 3:30 in Berlin, an hour after 1:59
    assert period_start(per, now, "Europe/Berlin").isoformat() == began
