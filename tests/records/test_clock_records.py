"""The records contract: what has fired, who has a date, whom a condition holds for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.effects.entities import CLOCK, AccountId, EnrollmentId
from tests.records.keepers import NOW, Keeper
from tests.records.samples import ACME, ANNA, BRANCH, enrollment, wait

SECOND = timedelta(seconds=1)


def test_a_firing_is_kept_once(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        assert records.put_firing("renewal", ACME, "date/2026-09-01")
        assert not records.put_firing("renewal", ACME, "date/2026-09-01")
    with keeper.transaction() as records:
        assert not records.put_firing("renewal", ACME, "date/2026-09-01")
        assert records.put_firing("renewal", ACME, "date/2027-09-01")
        assert records.put_firing("renewal", BRANCH, "date/2026-09-01")
        assert records.put_firing("review", ACME, "date/2026-09-01")


def test_firings_are_found_by_playbook_and_instant(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_firing("renewal", ACME, "a")
        records.put_firing("renewal", BRANCH, "b")
        records.put_firing("review", ACME, "c")
    with keeper.transaction() as records:
        assert records.fired_since("renewal", NOW) == {(ACME, "a"), (BRANCH, "b")}
        assert records.fired_since("renewal", NOW + SECOND) == frozenset()


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (date(2026, 9, 1), date(2026, 9, 1), [ACME]),
        (date(2026, 9, 2), date(2026, 12, 1), []),
        (date(2026, 1, 1), date(2026, 8, 31), []),
    ],
)
def test_accounts_are_found_by_a_date(
    keeper: Keeper, first: date, last: date, found: list[AccountId]
) -> None:
    with keeper.transaction() as records:
        dated = records.accounts_dated("renewal_date", first, last)
        assert list(dated) == [(id, "2026-09-01") for id in found]


def test_a_date_with_a_time_is_found_by_its_day(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.change_account(BRANCH, {"renewal_date": "2026-09-01T17:00"})
        records.change_account(AccountId("Branch-2"), {"renewal_date": None})
    with keeper.transaction() as records:
        dated = records.accounts_dated("renewal_date", date(2026, 9, 1), date(2026, 9, 1))
        assert list(dated) == [(ACME, "2026-09-01"), (BRANCH, "2026-09-01T17:00")]


def test_contacts_are_found_by_a_date(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.change_contact(ANNA, {"certified_until": "2026-05-31"})
    with keeper.transaction() as records:
        for last, found in ((date(2026, 5, 31), [(ACME, ANNA)]), (date(2026, 5, 30), [])):
            dated = records.contacts_dated("certified_until", date(2026, 5, 1), last)
            assert list(dated) == found


def test_accounts_come_in_pages(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        first = records.every_account(None, 2)
        rest = records.every_account(first[-1], 2)
        assert [*first, *rest] == ["Branch-2", "acme", "branch"]
        assert list(records.every_account(rest[-1], 2)) == []


def test_whom_a_condition_holds_for_is_kept_until_it_does_not(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_matching(ACME, ACME, "big")
        records.put_matching(ACME, ACME, "big")
        records.put_matching(ACME, ANNA, "known")
        records.put_matching(BRANCH, BRANCH, "big")
    with keeper.transaction() as records:
        assert records.matching(ACME) == {("big", ACME), ("known", ANNA)}
        records.drop_matching(ACME, ACME, "big")
    with keeper.transaction() as records:
        assert records.matching(ACME) == {("known", ANNA)}
        records.forget_matching("big")
        records.forget_matching("known")
    with keeper.transaction() as records:
        assert records.matching(ACME) == records.matching(BRANCH) == frozenset()


def test_accounts_whose_runs_wait_for_the_clock_come_in_pages(keeper: Keeper) -> None:
    timed = ("account.arr", CLOCK)
    with keeper.transaction() as records:
        for id, account in (("e-1", ACME), ("e-2", BRANCH), ("e-3", AccountId("Branch-2"))):
            records.put_enrollment(enrollment(id, account=account))
        records.put_wait(wait("w-1", names=timed))
        records.put_wait(wait("w-2", names=timed))
        records.put_wait(wait("w-3", enrollment=EnrollmentId("e-2"), account=BRANCH, names=timed))
        other = {"enrollment": EnrollmentId("e-3"), "account": AccountId("Branch-2")}
        records.put_wait(wait("w-4", **other, names=("account.arr",)))
    with keeper.transaction() as records:
        assert list(records.accounts_clocked(None, 9)) == [ACME, BRANCH]
        assert list(records.accounts_clocked(None, 1)) == [ACME]
        assert list(records.accounts_clocked(ACME, 9)) == [BRANCH]
        records.change_enrollment(EnrollmentId("e-1"), status="finished", ended_at=NOW)
        assert list(records.accounts_clocked(None, 9)) == [BRANCH]
