"""Facts out of order, out of time or out of shape: none misleads a run, none stops the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.effects.carrying import carry_out
from engine.effects.entities import AccountId
from engine.plan.events import CommandId, Do
from engine.plan.model import NodeId
from engine.services.facts import take_in
from tests.promises.company import Company

RESCUE = """\
playbook: rescue
enroll: {on: [{health.enters: red}, {health.drops: {by: 15, within: 14d}}]}
steps:
  - wait: {until: meeting.held}
"""
ORDERS = """\
playbook: orders
enroll: {on: [{fact: order.placed}]}
steps:
  - wait: {until: order.paid}
"""
AGAIN = """\
playbook: again
enroll: {on: [{fact: order.placed}]}
steps:
  - wait: {until: order.placed}
"""
DATED = """\
playbook: dated
enroll: {on: [{fact: order.placed}]}
steps:
  - set: {account.renewal_date: "= today"}
"""


@pytest.fixture
def company(open_company: Callable[..., Company]) -> Company:
    return open_company(rescue=RESCUE, orders=ORDERS)


def ago(company: Company, **span: float) -> str:
    return (company.database.now - timedelta(**span)).isoformat()


def health(company: Company) -> tuple[float | None, str | None]:
    with company.database.transaction() as records:
        account = records.account(AccountId("acme-0"))
        return account.score, account.band


# --- out of order -----------------------------------------------------------------------------


def test_score_that_comes_late_is_history_and_not_the_present(company: Company) -> None:
    company.send("health.changed", data={"score": 80}, at=ago(company, days=1))
    late = company.send("health.changed", data={"score": 20}, at=ago(company, days=5))
    assert late.led_to is not None
    assert late.led_to.started == ()
    assert health(company) == (80, "green")
    with company.database.transaction() as records:
        then = records.now - timedelta(days=3)
        assert records.score_at(AccountId("acme-0"), then) == 20


# --- out of time ------------------------------------------------------------------------------


def test_fact_of_the_far_future_is_refused(company: Company) -> None:
    answer = company.send("order.paid", at=ago(company, days=-400))
    assert answer.status == "rejected"
    assert "future" in answer.why


def test_fact_of_a_clock_that_runs_ahead_is_taken_as_of_now(company: Company) -> None:
    company.send("health.changed", data={"score": 80}, at=ago(company, hours=-1))
    company.send("health.changed", data={"score": 20})
    assert health(company) == (20, "red")


def test_fact_that_begins_a_run_is_not_what_the_run_waits_for(
    open_company: Callable[..., Company],
) -> None:
    company = open_company(again=AGAIN)
    answer = company.send("order.placed", at=ago(company, hours=-1))
    assert answer.led_to is not None
    (run,) = answer.led_to.started
    with company.database.transaction() as records:
        start = records.enrollment(run).started_at
        args = {"slot": "until", "start": start.isoformat()}
        do = Do(CommandId("1"), "watch", NodeId("wait-1"), (), start, args)
        assert carry_out(records, company.context, run, do)["met"] is False
    again = company.send("order.placed")
    assert again.led_to is not None
    assert again.led_to.woken == (run,)


# --- out of shape -----------------------------------------------------------------------------

BAD: list[tuple[str, dict[str, Any]]] = [
    ("account.changed", {"data": {"fields": "arr"}}),
    ("account.changed", {"data": {"fields": None}}),
    ("account.changed", {"data": {"fields": {"arr": "lots"}}}),
    ("account.changed", {"data": {"fields": {"id": "other"}}}),
    ("account.changed", {"data": {"fields": {"zone": "Mars/Base"}}}),
    ("account.changed", {"data": {"fields": {"renewal_date": "soon"}}}),
    ("account.changed", {"data": {"fields": {"lifecycle": "asleep"}}}),
    ("contact.changed", {"contact": "c-acme-0-champion", "data": {"fields": {"email": None}}}),
    ("contact.changed", {"contact": "c-acme-0-champion", "data": {"fields": {"email": "kim"}}}),
    ("contact.changed", {"contact": "c-acme-0-champion", "data": {"fields": {"zone": 5}}}),
    ("contact.changed", {"contact": "c-nobody", "data": {"fields": {"first_name": "Kim"}}}),
    ("health.changed", {"data": {"score": "bad"}}),
    ("health.changed", {"data": {"score": float("nan")}}),
    ("order.paid", {"data": {"amount": float("inf")}}),
    ("order.paid", {"data": {"note": "a\x00b"}}),
    ("order.paid", {"data": {"note": "\ud800"}}),
    ("order.paid\x00", {}),
    ("order.paid", {"at": "9999-12-31T23:59:59-05:00"}),
    ("order.paid", {"at": "0001-01-01"}),
]


@pytest.mark.parametrize(("kind", "more"), BAD)
def test_fact_out_of_shape_is_refused_and_the_next_taken(
    company: Company, kind: str, more: dict[str, Any]
) -> None:
    bad = {"fact": kind, "account": "acme-0", **more}
    good = {"fact": "order.placed", "account": "acme-0"}
    answers = take_in(company.database, lambda: company.context, [bad, good])
    assert [one.status for one in answers] == ["rejected", "accepted"], answers


def test_date_that_a_step_works_out_is_kept_as_a_date(open_company: Callable[..., Company]) -> None:
    company = open_company(dated=DATED)
    run = company.begin()
    with company.database.transaction() as records:
        do = Do(CommandId("1"), "set_field", NodeId("set-1"), (), records.now)
        carry_out(records, company.context, run, do)
        account = records.account(AccountId("acme-0"))
        zone = ZoneInfo(company.context.calendar_of(account).zone)
        today = records.now.astimezone(zone).date().isoformat()
        assert account.fields["renewal_date"] == today
