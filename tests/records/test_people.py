"""The records contract: accounts, contacts, users, plans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.effects.entities import AccountId, ContactId, UserId
from engine.errors import NotFound
from engine.plan.model import PlanHash
from tests.records.keepers import NOW, Keeper
from tests.records.samples import (
    ACCOUNTS,
    ACME,
    ANNA,
    BRANCH,
    CONTACTS,
    DAY,
    MIRA,
    PLAN,
    PLAN_HASH,
    T0,
    task,
)
from tests.records.samples import enrollment as run

NOBODY = UserId("u-nobody")


def test_now_is_the_workspace_clock(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        assert records.now == NOW


def test_account_is_read_as_it_was_put(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        assert records.account(ACME) == ACCOUNTS[0]


def test_change_account_sets_some_fields(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.change_account(ACME, {"arr": 7, "csm": None, "tier": {"a": [1]}})
    with keeper.transaction() as records:
        changed = {**ACCOUNTS[0].fields, "arr": 7, "csm": None, "tier": {"a": [1]}}
        assert records.account(ACME) == replace(ACCOUNTS[0], fields=changed)


def test_children_are_by_id_in_code_point_order(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        children = records.children(ACME)
        assert [one.id for one in children] == ["Branch-2", "branch"]
        assert children == [records.account(one.id) for one in children]
        records.change_account(BRANCH, {"parent": None})
        assert [one.id for one in records.children(ACME)] == ["Branch-2"]
        assert records.children(BRANCH) == []


def test_score_is_current_and_history(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_score(ACME, 71.5, "green", T0, T0)
        records.put_score(ACME, 40, "red", T0 + 3 * DAY, T0 + 5 * DAY)
    with keeper.transaction() as records:
        account = records.account(ACME)
        assert (account.score, account.band, account.band_since) == (40, "red", T0 + 3 * DAY)
        instants = [T0 - DAY, T0, T0 + 4 * DAY, T0 + 5 * DAY, T0 + 9 * DAY]
        assert [records.score_at(ACME, at) for at in instants] == [None, 71.5, 71.5, 40, 40]
        assert records.score_at(BRANCH, T0 + DAY) is None
        assert records.scores_since(ACME, T0 - DAY) == [71.5, 40]
        assert records.scores_since(ACME, T0 + DAY) == [71.5, 40]
        assert records.scores_since(ACME, T0 + 5 * DAY) == [40]
        assert records.scores_since(BRANCH, T0) == []


def test_score_that_comes_late_is_the_score_of_its_instant(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_score(ACME, 40, "red", NOW, NOW)
        records.put_score(ACME, 80, "green", None, NOW - 5 * DAY)
        assert records.account(ACME).score == 40
        assert records.score_at(ACME, NOW - 4 * DAY) == 80
        assert records.scores_since(ACME, NOW - 4 * DAY) == [80, 40]


def test_score_put_again_for_an_instant_replaces_it(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_score(ACME, 71, "green", T0, T0)
        records.put_score(ACME, 70, "green", T0, T0)
        assert records.score_at(ACME, T0) == 70


def test_contacts_are_by_id(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        assert records.contacts(ACME) == [CONTACTS[1], CONTACTS[0]]
        assert records.contacts(BRANCH) == []
        assert records.contact(ANNA) == CONTACTS[1]


def test_change_contact_changes_role_and_email_with_the_fields(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.change_contact(ANNA, {"role": "sponsor", "email": "a@acme.example", "last": "X"})
        found = records.contact(ANNA)
    assert (found.role, found.email) == ("sponsor", "a@acme.example")
    assert found.fields["last"] == "X"
    assert found.fields["first_name"] == "Anna"
    assert found.fields["role"] == "sponsor"


def test_a_write_is_seen_by_the_next_read(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_enrollment(run())
        before = records.account(ACME), records.contacts(ACME), records.contact(ANNA)
        assert records.enrollment(run().id) == run()
        records.change_account(ACME, {"arr": 7})
        records.change_contact(ANNA, {"last": "X"})
        records.change_enrollment(run().id, status="paused")
        assert records.account(ACME).fields == {**before[0].fields, "arr": 7}
        assert records.contact(ANNA).fields == {**before[2].fields, "last": "X"}
        assert records.contacts(ACME) == [records.contact(ANNA), before[1][1]]
        assert records.enrollment(run().id) == run(status="paused")
        records.put_score(ACME, 71.5, "green", T0, T0)
        assert records.account(ACME).score == 71.5


def test_user_is_read_with_leave(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        assert records.user(MIRA.id) == MIRA
        assert records.user(NOBODY) is None


def test_open_tasks_counts_what_is_open_and_ours(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        records.put_enrollment(run())
        records.put_task(task("t-1", assignee=MIRA.id))
        records.put_task(task("t-2", assignee=MIRA.id))
        records.put_task(task("t-3", assignee=MIRA.id, status="done"))
        records.put_task(task("t-4", assignee=MIRA.id, customer=True))
        records.put_task(task("t-5", assignee=None))
        assert records.open_tasks([MIRA.id, NOBODY]) == {MIRA.id: 2, NOBODY: 0}
        assert records.open_tasks([]) == {}


def test_next_turn_counts_for_each_team(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        assert [records.next_turn("a"), records.next_turn("a"), records.next_turn("b")] == [0, 1, 0]
    with keeper.transaction() as records:
        assert records.next_turn("a") == 2


def test_plan_is_read_as_it_was_kept(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        assert records.plan(PLAN_HASH) == PLAN
        assert records.current_plans() == {"wait-a-day": PLAN_HASH}


def test_reading_what_is_missing_raises_not_found(keeper: Keeper) -> None:
    with keeper.transaction() as records:
        with pytest.raises(NotFound, match="no account nowhere"):
            records.account(AccountId("nowhere"))
        with pytest.raises(NotFound, match="no contact nobody"):
            records.contact(ContactId("nobody"))
        with pytest.raises(NotFound, match="no plan 00"):
            records.plan(PlanHash("00"))


def test_changing_what_is_missing_raises_not_found(keeper: Keeper) -> None:
    with pytest.raises(NotFound, match="no account nowhere"), keeper.transaction() as records:
        records.change_account(AccountId("nowhere"), {"arr": 1})
    with pytest.raises(NotFound, match="no account nowhere"), keeper.transaction() as records:
        records.put_score(AccountId("nowhere"), 1, "red", T0, T0)
    with pytest.raises(NotFound, match="no contact nobody"), keeper.transaction() as records:
        records.change_contact(ContactId("nobody"), {"language": "de"})


def test_accounts_and_contacts_are_put_once(keeper: Keeper) -> None:
    new = AccountId("new")
    person = replace(CONTACTS[0], id=ContactId("c-new"), account=new, fields={"first_name": "Ann"})
    with keeper.transaction() as records:
        assert records.put_account(new, {"name": "New", "parent": "acme"})
        assert not records.put_account(new, {"name": "Newer"})
        assert records.put_contact(person)
        assert not records.put_contact(replace(person, email="other@acme.example"))
    with keeper.transaction() as records:
        assert records.account(new).fields == {"id": "new", "name": "New", "parent": "acme"}
        assert new in [one.id for one in records.children(ACME)]
        (found,) = records.contacts(new)
        own = {"id": "c-new", "account": "new", "role": None, "email": "zoe@acme.example"}
        assert found == replace(person, fields={"first_name": "Ann", **own})


def test_contact_of_no_account_is_not_put(keeper: Keeper) -> None:
    person = replace(CONTACTS[0], id=ContactId("c-new"), account=AccountId("nobody"))
    with pytest.raises(NotFound), keeper.transaction() as records:
        records.put_contact(person)
