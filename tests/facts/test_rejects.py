"""Rejected facts are kept, shown, taken in after a fix, once, or dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.errors import NotFound
from engine.services import rejects
from engine.services.facts import Answer, take_in
from tests.promises.company import Company

SIMPLE = """\
playbook: simple
enroll: {on: [{fact: order.placed}]}
steps:
  - wait: {until: order.paid}
"""


@pytest.fixture
def company(open_company: Callable[..., Company]) -> Company:
    return open_company(simple=SIMPLE)


def send(company: Company, *facts: Any) -> list[Answer]:
    return take_in(company.database, lambda: company.context, facts, source="test")


def replay(company: Company, *numbers: int) -> list[tuple[int, str]]:
    found = rejects.replay(company.database, lambda: company.context, numbers or None, by="u-ann")
    return [(one.number, one.answer.status) for one in found]


LATER = {"fact": "order.placed", "account": "acme-1"}


@pytest.mark.parametrize("others", [0, 3])
def test_reject_is_kept_with_its_reason_and_what_came(company: Company, others: int) -> None:
    good = {"fact": "order.paid", "account": "acme-0"}
    *_, answer = send(company, *[good] * others, LATER)
    (kept,) = rejects.list_rejects(company.database)
    assert (answer.status, answer.reject) == ("rejected", kept.number)
    assert (kept.why, kept.source, kept.written, kept.status) == (
        *("there is no account acme-1. Check the id.", "test", LATER, "open"),
    )


def test_replay_after_the_fix_takes_it_in_once(company: Company) -> None:
    (answer,) = send(company, LATER)
    number = answer.reject
    assert number is not None
    assert replay(company) == [(number, "rejected")]
    company.people(2)
    assert replay(company, number) == [(number, "accepted")]
    assert replay(company, number) == [(number, "duplicate")]
    assert replay(company) == []
    (run,) = company.runs()
    assert run.trigger["fact"] == f"reject-{number}"


def test_replayed_fact_happened_when_it_came(company: Company) -> None:
    (answer,) = send(company, LATER)
    assert answer.reject is not None
    came = rejects.show_reject(company.database, answer.reject).received_at
    company.people(2)
    replay(company)
    with company.database.transaction() as records:
        (fact,) = records.facts_since("acme-1", ["order.placed"], came)  # type: ignore[arg-type]
        assert fact.occurred_at == came


def test_reason_is_that_of_the_last_attempt(company: Company) -> None:
    (answer,) = send(company, {"fact": "health.changed", "account": "acme-1"})
    assert answer.reject is not None
    company.people(2)
    replay(company)
    found = rejects.show_reject(company.database, answer.reject)
    assert found.why == "a fact health.changed needs 'score' in its data. Add score: number."


def test_dropped_one_is_not_taken_in(company: Company) -> None:
    (answer,) = send(company, LATER)
    assert answer.reject is not None
    assert rejects.drop(company.database, by="u-ann") == [answer.reject]
    company.people(2)
    assert replay(company, answer.reject) == [(answer.reject, "rejected")]
    assert (company.runs(), rejects.list_rejects(company.database)) == ([], [])
    (kept,) = rejects.list_rejects(company.database, closed=True)
    assert (kept.status, kept.closed_by) == ("dropped", "u-ann")


def test_number_nobody_knows_is_said_to_be_unknown(company: Company) -> None:
    with pytest.raises(NotFound, match="no reject 77"):
        replay(company, 77)


@pytest.mark.parametrize(
    "bad",
    [
        "not readable",
        {"fact": "order.paid", "account": "acme-0", "data": {"x": float("nan")}},
        {"fact": "order.paid", "account": "acme-0", "data": {"x": "a\x00b\ud800"}},
        {"fact": 7},
        {},
    ],
)
def test_whatever_comes_can_be_kept(company: Company, bad: Any) -> None:
    for facts in ([bad], [bad, bad]):
        assert {one.status for one in send(company, *facts)} == {"rejected"}
    assert len(rejects.list_rejects(company.database)) == 3
