"""Batches as they are taken in: bad facts alone, bounded reading, order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.effects.entities import AccountId
from engine.errors import TransientError
from engine.health.readings import BEGINNING
from engine.services import facts as service
from engine.services.facts import Answer, take_in, take_in_batches
from engine.store.batching import BatchedRecords
from tests.promises.company import Company

PEOPLE = """\
playbook: people
subject: contact
enroll: {on: [{fact: order.placed}]}
steps:
  - wait: {until: order.paid}
"""


@pytest.fixture
def company(open_company: Callable[..., Company]) -> Company:
    return open_company(people=PEOPLE, n=3)


def order(number: int, **more: Any) -> dict[str, Any]:
    account = f"acme-{number % 3}"
    return {"fact": "order.placed", "account": account, "id": f"f-{number}", **more}


def test_fact_that_cannot_be_stored_is_rejected_alone(company: Company) -> None:
    unknown = order(1, contact="c-nobody")
    answers = take_in(company.database, lambda: company.context, [order(0), unknown, order(2)])
    assert [one.status for one in answers] == ["accepted", "rejected", "accepted"]
    assert answers[1].why == "acme-1 has no contact c-nobody. Import the contact first."
    assert {run.account for run in company.runs()} == {"acme-0", "acme-2"}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"fact": "Order"}, "fact: that is no name of a kind. Write small letters, with a dot"),
        ({"at": "20.11.2026"}, "at: that is no day and no instant. Write 2026-03-02 or"),
        ({"when": "now"}, "when is no part of a fact. What a fact tells goes into data."),
        ({"account": None}, "account: input should be a valid string. A fact has fact, account"),
        (
            {"fact": "survey.answered", "data": {"survey": "nps", "score": 13}},
            "an answer to a survey of kind nps is from 0 to 10. Correct",
        ),
    ],
)
def test_reason_says_what_to_do_about_it(company: Company, more: dict[str, Any], why: str) -> None:
    (answer,) = take_in(company.database, lambda: company.context, [order(0, **more)])
    assert answer.why.startswith(why)


def test_facts_of_an_account_are_taken_in_in_their_order(company: Company) -> None:
    scores = [
        {"fact": "health.changed", "account": "acme-0", "data": {"score": score}}
        for score in (80, 20, 50)
    ]
    take_in(company.database, lambda: company.context, scores)
    with company.database.transaction() as records:
        assert records.account("acme-0").score == 50  # type: ignore[arg-type]


def test_no_more_is_read_than_one_batch_ahead(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 10)
    read = 0

    def endless() -> Iterator[dict[str, Any]]:
        nonlocal read
        while True:
            read += 1
            yield order(read)

    taken = take_in_batches(company.database, lambda: company.context, endless())
    assert [len(next(taken)), len(next(taken)), read] == [10, 10, 20]


def test_many_facts_are_answered_and_taken_in_in_their_order(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 10)
    facts = [order(number) for number in range(95)]
    answers = take_in(company.database, lambda: company.context, facts)
    assert [(one.id, one.status) for one in answers] == [(one["id"], "accepted") for one in facts]
    with company.database.transaction() as records:
        for account in {str(one["account"]) for one in facts}:
            found = records.facts_since(AccountId(account), ["order.placed"], BEGINNING)
            mine = [one["id"] for one in facts if one["account"] == account]
            assert [one.id for one in found] == mine


def test_batch_that_meets_somebody_elses_fact_is_done_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, met = BatchedRecords.look_ahead, list[Answer]()

    def look_then_be_overtaken(records: BatchedRecords, *given: Any) -> None:
        look(records, *given)
        if not met:
            met.append(company.send("order.placed", "acme-2", id="f-1"))

    monkeypatch.setattr(BatchedRecords, "look_ahead", look_then_be_overtaken)
    answers = take_in(company.database, lambda: company.context, [order(0), order(1)])
    assert met[0].status == "accepted"
    assert [one.status for one in answers] == ["accepted", "duplicate"]


def test_database_that_is_away_is_no_reason_to_reject(company: Company) -> None:
    company.database.close()
    company.database.url = company.database.url.replace("127.0.0.1", "127.0.0.2")
    away = type(company.database)(company.database.url, company.database.clock)
    with pytest.raises(TransientError):
        take_in(away, lambda: company.context, [order(0), order(1)])
    away.close()
