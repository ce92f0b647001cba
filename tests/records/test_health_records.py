"""The records contract: assessments, what is due, overrides, what measures read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine.effects.entities import AccountId, FactId, Override
from tests.records.keepers import NOW, Keeper
from tests.records.samples import ACME, BRANCH, DAY, fact


def test_assessment_is_kept_with_the_account(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.keep_assessment(ACME, {"model": "a@1", "next": None}, NOW + DAY)
        assert records.account(ACME).assessment == {"model": "a@1", "next": None}
        assert records.due_for_assessment(10) == []
        records.keep_assessment(ACME, {}, NOW)
        assert records.due_for_assessment(10) == [ACME]
        records.keep_assessment(ACME, None, None)
        assert records.account(ACME).assessment is None
        assert records.due_for_assessment(10) == []


def test_most_overdue_is_due_first(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.keep_assessment(ACME, {}, NOW - DAY)
        records.keep_assessment(BRANCH, {}, NOW - 2 * DAY)
        assert records.due_for_assessment(10) == [BRANCH, ACME]
        assert records.due_for_assessment(1) == [BRANCH]


def test_parent_of_a_moved_child_is_due(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.roll_up(ACME)
        records.roll_up(ACME)
    with keeper.transaction() as records:
        assert records.due_for_assessment(10) == records.parents_told(10) == [ACME]
        records.forget_roll_ups(ACME)
        assert records.parents_told(10) == []
        records.keep_assessment(ACME, {}, None)
        assert records.due_for_assessment(10) == []


def test_latest_fact_of_each_kind(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        early = fact("f-1", kind="usage.seen", occurred_at=NOW - DAY, data={"n": 1})
        late = fact("f-2", kind="usage.seen", occurred_at=NOW - DAY / 2, data={"n": 2})
        other = fact("f-3", kind="meeting.held", occurred_at=NOW - 3 * DAY)
        for one in (late, early, other, replace(other, id=FactId("f-4"), account=BRANCH)):
            assert records.put_fact(one)
        kinds = {"usage.seen", "meeting.held", "never.seen"}
        found = records.latest_facts(ACME, kinds)
        assert found == {"usage.seen": late, "meeting.held": other}
        assert records.latest_facts(ACME, []) == {}


def test_when_fields_were_said_last(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        said = [
            ("f-1", "account.created", 9, {"fields": {"arr": 1, "segment": "smb"}}),
            ("f-2", "account.changed", 5, {"fields": {"arr": 2}}),
            ("f-3", "account.changed", 1, {}),
            ("f-4", "usage.seen", 1, {"fields": {"arr": 3}}),
        ]
        for id, kind, days, data in said:
            records.put_fact(fact(id, kind=kind, occurred_at=NOW - days * DAY, data=data))
        found = records.fields_said(ACME, {"arr", "segment", "zone"})
        assert found == {"arr": NOW - 5 * DAY, "segment": NOW - 9 * DAY}
        assert records.fields_said(ACME, []) == {}


def test_override_in_force_is_the_latest(keeper: Keeper) -> None:
    first = Override(AccountId(ACME), "red", "unpaid", "u-1", NOW, NOW + timedelta(days=3))
    second = replace(first, band="yellow", reason="paid", expires_at=None)
    with keeper.transaction() as records:
        assert records.override(ACME) is None
        records.put_override(first)
    with keeper.transaction() as records:
        assert records.override(ACME) == first
        records.put_override(second)
        assert records.override(ACME) == second
        assert records.override(BRANCH) is None
    with keeper.transaction() as records:
        records.end_override(ACME, NOW, "u-2")
        assert records.override(ACME) is None
