"""Accounts and contacts that another system keeps: what is created, what changes, what wakes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.effects.changing import change
from engine.effects.entities import AccountId, ContactId, Fact
from engine.errors import InputError, NotFound, TenureError
from engine.services.upserting import Upserted, upsert_account, upsert_contact
from tests.promises.company import Company
from tests.promises.conftest import migrated, open_company

__all__ = ["migrated", "open_company"]
PLAYBOOK = """\
playbook: welcome
enroll: {on: [{fact: account.created}]}
steps:
  - wait: {until: account.lifecycle == 'adopting', at_most: 90d}
"""


@pytest.fixture
def company(open_company: Callable[..., Company]) -> Company:
    return open_company(welcome=PLAYBOOK)


def account(company: Company, id: str = "new", **fields: Any) -> Upserted:
    return upsert_account(company.database, company.context, id, fields, by="api:crm")


def contact(company: Company, id: str = "c-new", **fields: Any) -> Upserted:
    return upsert_contact(company.database, company.context, id, fields, by="api:crm")


def facts(company: Company, id: str, *kinds: str) -> list[Fact]:
    with company.database.transaction() as records:
        row = records.account(AccountId(id))
        return list(records.facts_since(row.id, kinds, company.database.now.replace(year=2000)))


def test_new_account_starts_what_waits_for_it(company: Company) -> None:
    made = account(company, name="New", arr=5, zone=None)
    assert (made.status, sorted(made.changed)) == ("created", ["arr", "id", "name"])
    assert made.led_to is not None
    assert len(made.led_to.started) == 1
    (fact,) = facts(company, "new", "account.created")
    assert fact.data == {"fields": {"id": "new", "name": "New", "arr": 5}, "by": "api:crm"}


def test_only_what_differs_is_changed_and_told(company: Company) -> None:
    account(company, name="New", arr=5)
    assert account(company, name="New", arr=5.0, zone=None).status == "unchanged"
    changed = account(company, name="New", lifecycle="adopting", arr=None)
    assert (changed.status, changed.changed) == ("changed", ("lifecycle", "arr"))
    assert changed.led_to is not None
    (fact,) = facts(company, "new", "account.changed")
    assert fact.data["fields"] == {"lifecycle": "adopting", "arr": None}
    assert fact.data["before"] == {"lifecycle": None, "arr": 5}
    with company.database.transaction() as records:
        fields = records.account(AccountId("new")).fields
    assert (fields["name"], fields["lifecycle"], fields["arr"]) == ("New", "adopting", None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "needs name"),
        ({"name": 5}, "'name' does not fit"),
        ({"name": "A", "lifecycle": "asleep"}, "'lifecycle' does not fit"),
        ({"name": "A", "lifecicle": "new"}, "no field 'lifecicle'"),
        ({"name": "A", "id": "other"}, "not that of the address"),
        ({"name": "A\x00"}, "NUL"),
        ({"name": "A", "parent": "new"}, "not its own parent"),
        ({"name": "A", "parent": "nobody"}, "no account of the parent"),
    ],
)
def test_account_that_does_not_fit_is_refused_whole(
    company: Company, fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(TenureError, match=said):
        upsert_account(company.database, company.context, "new", fields, by="api:crm")
    with pytest.raises(NotFound), company.database.transaction() as records:
        records.account(AccountId("new"))


def test_id_that_is_personal_data_is_refused(company: Company) -> None:
    with pytest.raises(InputError, match="email address"):
        account(company, "ann@acme.example", name="New")


def test_contact_is_created_and_changed_with_facts(company: Company) -> None:
    made = contact(company, account="acme-0", email="ann@acme.example", role="sponsor")
    assert made.status == "created"
    assert contact(company, email="ann@acme.example").status == "unchanged"
    changed = contact(company, first_name="Ann", role=None)
    assert changed.changed == ("first_name", "role")
    told = facts(company, "acme-0", "contact.created", "contact.changed")
    assert [(one.kind, one.contact) for one in told] == [
        ("contact.created", "c-new"),
        ("contact.changed", "c-new"),
    ]
    with company.database.transaction() as records:
        found = records.contact(ContactId("c-new"))
    assert (found.account, found.role, found.fields["first_name"]) == ("acme-0", None, "Ann")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "a@b.example"}, "needs account"),
        ({"account": "acme-0"}, "needs email"),
        ({"account": "acme-0", "email": "nobody"}, "'email' does not fit"),
        ({"account": "acme-0", "email": "a@b.example", "role": "king"}, "'role' does not fit"),
        ({"account": "nobody", "email": "a@b.example"}, "no account nobody"),
    ],
)
def test_contact_that_does_not_fit_is_refused(
    company: Company, fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(TenureError, match=said) as caught:
        contact(company, **fields)
    assert "a@b.example" not in str(caught.value)


def test_contact_stays_with_its_account(company: Company) -> None:
    with pytest.raises(InputError, match="never changes"):
        contact(company, "c-acme-0-champion", account="other")


def test_two_that_create_at_once_make_one(company: Company) -> None:
    _ = company.context
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: account(company, name="New", arr=n), range(4)))
    assert sorted(one.status for one in made) == ["changed"] * 3 + ["created"]
    assert len(facts(company, "new", "account.created")) == 1


def test_new_contact_touches_what_hangs_on_contacts(company: Company) -> None:
    contact(company, account="acme-0", email="ann@acme.example")
    (fact,) = facts(company, "acme-0", "contact.created")
    with company.database.transaction() as records:
        touched, _ = change(records, company.context, records.account(fact.account), fact)
    assert "contacts" in touched
