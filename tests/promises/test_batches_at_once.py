"""Batches at once, on the same accounts in any order: each fact once, each run once, none lost."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.services import facts as service
from engine.services.facts import take_in
from tests.promises.company import Company

ACCOUNTS, FACTS, AT_ONCE = 12, 240, 4
SIMPLE = """\
playbook: simple
enroll: {on: [{fact: order.placed}, {health.enters: red}], brake: {at_most: 500, per: day}}
steps:
  - wait: {until: order.paid}
"""
OTHER = SIMPLE.replace("simple", "other").replace("order.placed", "order.paid")


def facts_about(accounts: int) -> list[dict[str, Any]]:
    kinds = [("order.placed", {}), ("order.paid", {}), ("health.changed", {"score": 20})]
    return [
        {
            "id": f"f-{number}",
            "fact": kinds[number // accounts % 3][0],
            "account": f"acme-{number % accounts}",
            "data": kinds[number // accounts % 3][1],
        }
        for number in range(FACTS)
    ]


def test_same_facts_in_batches_at_once_are_taken_in_once(
    open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 30)
    company = open_company(simple=SIMPLE, other=OTHER, n=ACCOUNTS)

    def send(seed: int) -> Counter[str]:
        mine = facts_about(ACCOUNTS)
        random.Random(seed).shuffle(mine)
        answers = take_in(company.database, lambda: company.context, mine)
        return Counter(one.status for one in answers)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        counted: Counter[str] = sum(threads.map(send, range(AT_ONCE)), Counter())
    assert counted == {"accepted": FACTS, "duplicate": FACTS * (AT_ONCE - 1)}
    began = Counter((run.playbook, run.account) for run in company.runs())
    assert began == {
        (book, f"acme-{number}"): 1 for book in ("simple", "other") for number in range(ACCOUNTS)
    }
    assert company.backlog() == ACCOUNTS * 2


def test_killed_sender_leaves_whole_batches_and_the_rest_can_be_sent_again(
    open_company: Callable[..., Company],
) -> None:
    company = open_company(simple=SIMPLE, n=ACCOUNTS)
    lines = [json.dumps({**one, "id": f"f-{n}"}) for n, one in enumerate(facts_about(9) * 20)]
    path = company.root / "facts.jsonl"
    path.write_text("\n".join(lines))
    send = ("-m", "engine.cli.main", "facts", "send", "--file", "facts.jsonl", "--format", "json")
    first = company.start(*send)
    assert first.stdout is not None
    first.stdout.readline()
    first.stdout.readline()  # the first batch is in
    first.kill()
    first.wait()
    code, output = company.tenure(*send[2:])
    answers = Counter(one["status"] for one in json.loads(output))
    assert code == 0
    assert answers.total() == len(lines)
    assert answers["duplicate"] % service.BATCH == 0
    assert answers["duplicate"] > 0
    assert Counter(run.account for run in company.runs()) == {f"acme-{n}": 1 for n in range(9)}
