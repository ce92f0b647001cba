"""Facts that come together are decided as they would be one by one: brakes, queues, groups."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from engine.services.facts import take_in
from engine.store.queries.decisions import list_decisions
from engine.store.queries.held import list_held
from tests.enrolling.test_any_order import BY_FACT, TENURE, playbook
from tests.promises.company import Company

Open = Callable[..., Company]


def grouped(open_company: Open) -> Company:
    company = open_company(n=8, **{name: playbook(name) for name in BY_FACT})
    tenure = company.root / "tenure.yaml"
    if "groups:" not in tenure.read_text():
        tenure.write_text(tenure.read_text() + TENURE)
    company.apply()
    return company


def what_came(company: Company) -> list[Any]:
    """All that was written, without what differs by the moment it was."""
    with company.database.begin() as connection:
        rows = list_decisions(connection, limit=500)
        decided = [row.decision for row in reversed(rows)]
        held = [row.held for row in list_held(connection, limit=500)]
        owed = connection.exec_driver_sql("SELECT delivery FROM outbox ORDER BY number").all()
        notices = connection.exec_driver_sql("SELECT data FROM notices ORDER BY number").all()
    return [
        [(one.playbook, one.account, one.contact, one.decision, one.why) for one in decided],
        [(one.id, one.kind, one.why) for one in held],
        [(row[0]["type"], row[0]["enrollment"]) for row in owed],
        [row[0] for row in notices],
    ]


@pytest.mark.parametrize("seed", range(3))
def test_a_batch_decides_as_one_by_one(open_company: Open, seed: int) -> None:
    random = Random(seed)
    kinds = list(BY_FACT.values())
    facts = [
        {"id": f"f-{n}", "fact": random.choice(kinds), "account": f"acme-{random.randrange(8)}"}
        for n in range(60)
    ]
    one_by_one, together = grouped(open_company), grouped(open_company)
    for fact in facts:
        take_in(one_by_one.database, lambda: one_by_one.context, [fact])
    for start in range(0, 60, 20):
        take_in(together.database, lambda: together.context, facts[start : start + 20])
    assert what_came(together) == what_came(one_by_one)
    assert what_came(together)[3]  # a brake has held, and somebody is to be told
