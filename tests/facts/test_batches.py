"""A batch of facts comes to the same as the facts one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine.effects.carrying import carry_out
from engine.effects.entities import AccountId
from engine.plan.clock import Clock
from engine.plan.events import CommandId, Do
from engine.plan.model import NodeId
from engine.services.facts import Answer, take_in
from engine.store import tables
from engine.store.database import Database
from engine.store.directory import put_accounts, put_contacts
from tests.promises.company import Company, _contact
from tests.workspaces import write_files

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLAYBOOKS = {
    "rescue": """\
playbook: rescue
enroll:
  on: [{health.enters: red}, {health.drops: {by: 15, within: 14d}}]
  when: account.lifecycle != "churned"
goal: health.band == "green"
steps:
  - wait: {until: order.paid && account.lifecycle == "adopting"}
""",
    "orders": """\
playbook: orders
enroll: {on: [{fact: order.placed, where: fact.amount > 10}], again_after: 3d}
steps:
  - wait: {until: order.paid}
""",
    "people": """\
playbook: people
subject: contact
enroll: {on: [{fact: contact.changed}], brake: {at_most: 3, per: day}}
steps:
  - wait: {until: health.score > 50}
""",
    "adopted": """\
playbook: adopted
enroll: {on: [{matches: account.lifecycle == "adopting" && health.score > 40}]}
steps:
  - wait: {until: order.paid}
""",
}
_numbers = count()


def written(label: str) -> st.SearchStrategy[dict[str, Any]]:
    """Facts about three accounts, good and bad, new and known, late and of now."""
    kinds = {
        "health.changed": st.fixed_dictionaries({"score": st.integers(-5, 105)}),
        "order.placed": st.fixed_dictionaries({"amount": st.integers(5, 20)}),
        "order.paid": st.just({}),
        "account.changed": st.fixed_dictionaries(
            {"fields": st.fixed_dictionaries({"lifecycle": st.sampled_from(LIFECYCLES)})}
        ),
        "contact.changed": st.fixed_dictionaries(
            {"fields": st.fixed_dictionaries({"first_name": st.sampled_from(["Kim", "Jo"])})}
        ),
    }

    @st.composite
    def one(draw: st.DrawFn) -> dict[str, Any]:
        kind = draw(st.sampled_from([*kinds, "health.changed", "order.placed"]))
        account = draw(st.sampled_from([f"{label}-0", f"{label}-1", f"{label}-2", "nobody"]))
        ago = draw(st.sampled_from([0, 0, 1, 30, 24 * 6, 24 * 20]))
        fact = {
            "id": f"{label}-f{draw(st.integers(0, 60))}",
            "fact": kind,
            "account": account,
            "at": (NOW - timedelta(hours=ago, minutes=draw(st.integers(0, 50)))).isoformat(),
            "data": draw(kinds[kind]),
        }
        if kind == "contact.changed":
            fact["contact"] = f"c-{account}-{draw(st.sampled_from(['champion', 'sponsor']))}"
        return fact

    return one()


LIFECYCLES = ("new", "onboarding", "adopting", "churned", "asleep")


HEALTH = """\
models:
  adopting:
    title: Adopting
    when: account.lifecycle in ["adopting", "onboarding"]
    groups:
      orders:
        weight: 1
        measures:
          count: {title: Orders, count: order.placed, over: 7d, curve: [[0, 0], [3, 100]]}
          size: {title: Size, number: order.placed.amount, curve: [[5, 0], [20, 100]]}
          paid: {title: Paid, time_since: order.paid, curve: [[0d, 100], [10d, 0]]}
"""


@pytest.fixture(params=["", HEALTH], ids=["scores from outside", "scores of a model"])
def pair(
    open_company: Callable[..., Company], request: pytest.FixtureRequest
) -> tuple[Company, Company]:
    """Two companies that differ in nothing, their clocks standing."""
    companies = open_company(**PLAYBOOKS), open_company(**PLAYBOOKS)
    for company in companies:
        company.database.close()
        company.database = Database(company.database.url, Clock(), real_now=lambda: NOW)
        if request.param:
            write_files(company.root, {"health.yaml": request.param})
            company.apply()
    return companies


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_batches_come_to_the_same_as_one_by_one(
    pair: tuple[Company, Company], data: st.DataObject
) -> None:
    label = f"x{next(_numbers)}"
    for company in pair:
        _people(company, label)
    for _ in range(3):
        facts = data.draw(st.lists(written(label), min_size=2, max_size=14))
        together, apart = _take(pair[0], [facts]), _take(pair[1], [[one] for one in facts])
        assert together == apart
        assert _rows(pair[0]) == _rows(pair[1])


def _take(company: Company, batches: Sequence[Sequence[Mapping[str, Any]]]) -> list[Any]:
    answers: list[Answer] = []
    for batch in batches:
        answers += take_in(company.database, lambda: company.context, batch, source="test")
    for one in answers:
        for run in one.led_to.started if one.led_to else ():
            _wait(company, run)
    return [(one.id, one.status, one.why, one.led_to) for one in answers]


def _wait(company: Company, run: Any) -> None:
    """Register what a run begins with, as its workflow would."""
    with company.database.transaction() as records:
        account = records.enrollment(run).account
        records.account(account, lock=True)
        since = NOW - timedelta(days=2)
        do = Do(CommandId("1"), "watch", NodeId("wait-1"), (), since, {"start": NOW.isoformat()})
        carry_out(records, company.context, run, do)


def _people(company: Company, label: str) -> None:
    names = [f"{label}-{number}" for number in range(3)]
    fields = {"name": "Acme", "csm": "u-ann", "lifecycle": "new"}
    with company.database.begin() as connection:
        put_accounts(connection, {AccountId(name): fields for name in names})
        people = [_contact(name, role) for name in names for role in ("champion", "sponsor")]
        put_contacts(connection, people)


COMPARED = (
    *("accounts", "account_scores", "contacts", "facts", "rejects", "decisions", "held"),
    *("matching", "enrollments", "waits", "timeline", "outbox", "tasks"),
)
REAL_TIME = ("owed_at", "not_before", "number")


def _rows(company: Company) -> dict[str, list[Any]]:
    """All rows but for their real instants; in the order they were written where that is known."""
    found = {}
    with company.database.begin() as connection:
        for name in COMPARED:
            table = tables.metadata.tables[name]
            columns = [one for one in table.columns if one.name not in REAL_TIME]
            ordered = [table.c.number] if "number" in table.c else [*table.primary_key]
            rows = connection.execute(select(*columns).order_by(*ordered))
            found[name] = [dict(row) for row in rows.mappings()]
    return found
