"""The brake holds, however many facts come at once; what is queued begins once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from engine.effects.enrolling import enroll
from engine.effects.enrolling_entities import Decided
from engine.effects.entities import AccountId
from engine.store.queries.held import list_held
from tests.promises.company import Company

BRAKED = """\
playbook: simple
enroll: {on: [{fact: order.placed}], brake: {at_most: 7, per: month}}
steps: [{wait: {until: order.paid}}]
"""
QUEUED = """\
playbook: simple
enroll: {on: [{fact: order.placed}], while_active: queue}
steps: [{wait: {until: order.paid}}]
"""
AT_ONCE = 8


def test_hundred_facts_at_once_never_exceed_the_brake(open_company: Callable[..., Company]) -> None:
    company = open_company(simple=BRAKED, n=100)
    accounts = [f"acme-{number}" for number in range(100)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda one: company.send("order.placed", one), accounts))
    begun = {run.account for run in company.runs()}
    with company.database.begin() as connection:
        held = [row.held for row in list_held(connection, limit=500)]
        notices = connection.exec_driver_sql("SELECT id FROM notices").all()
    assert (len(begun), len(held), company.backlog()) == (7, 93, 7)
    assert begun.isdisjoint(one.account for one in held)
    assert {one.kind for one in held} == {"brake"}
    assert len(notices) == 1


def test_of_those_that_decide_at_the_same_moment_the_brake_lets_one(
    open_company: Callable[..., Company],
) -> None:
    company = open_company(simple=BRAKED.replace("at_most: 7", "at_most: 1"), n=AT_ONCE)
    ready = Barrier(AT_ONCE)

    def begin(number: int) -> Decided:
        account = AccountId(f"acme-{number}")
        with company.database.transaction() as records:
            records.account(account, lock=True)
            ready.wait(timeout=20)
            trigger = {"by": "fact", "rule": "fact order.placed"}
            found = enroll(
                records, company.context, "simple", account, trigger=trigger, nonce=f"f-{number}"
            )
            return found.decision

    assert company.context  # read before all want it at once
    with ThreadPoolExecutor(AT_ONCE) as threads:
        said = list(threads.map(begin, range(AT_ONCE)))
    assert Counter(said) == {"started": 1, "held": AT_ONCE - 1}


def test_hundred_facts_at_once_queue_one_run(open_company: Callable[..., Company]) -> None:
    company = open_company(simple=QUEUED)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda _: company.send("order.placed"), range(100)))
    with company.database.begin() as connection:
        rows = connection.exec_driver_sql("SELECT decision FROM decisions").all()
    assert Counter(row[0] for row in rows) == {"started": 1, "held": 1, "refused": 98}
