"""One active enrollment per playbook and account, one fact per id, however many come at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from engine.services.facts import Answer
from tests.promises.company import Company

SIMPLE = """\
playbook: simple
enroll: {on: [{fact: order.placed}]}
steps:
  - wait: {until: order.paid}
"""
AT_ONCE = 8
FACTS = 100


def test_hundred_facts_at_once_start_one_run(open_company: Callable[..., Company]) -> None:
    company = open_company(simple=SIMPLE)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda _: company.send("order.placed"), range(FACTS)))
    (run,) = company.runs()
    assert company.backlog() == 1
    assert Counter(_what_came(one) for one in answers) == {
        "started": 1,
        "simple is already under way for acme-0": FACTS - 1,
    }
    assert run.trigger["fact"] in {one.id for one in answers}


def test_hundred_copies_of_a_fact_are_one_fact(open_company: Callable[..., Company]) -> None:
    company = open_company(simple=SIMPLE)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        copies = threads.map(lambda _: company.send("order.placed", id="f-1"), range(FACTS))
        answers = list(copies)
    assert Counter(one.status for one in answers) == {"accepted": 1, "duplicate": FACTS - 1}
    assert len(company.runs()) == 1
    assert company.backlog() == 1


def test_processes_at_once_start_one_run(open_company: Callable[..., Company]) -> None:
    company = open_company(simple=SIMPLE, n=3)
    facts = [
        json.dumps({"fact": "order.placed", "account": f"acme-{number % 3}", "id": f"f-{number}"})
        for number in range(60)
    ]
    (company.root / "facts.jsonl").write_text("\n".join(facts))
    send = ("-m", "engine.cli.main", "facts", "send", "--file", "facts.jsonl", "--format", "json")
    processes = [company.start(*send) for _ in range(3)]
    answers = [one for process in processes for one in json.loads(process.communicate(60)[0])]
    assert sorted(run.account for run in company.runs()) == ["acme-0", "acme-1", "acme-2"]
    assert Counter(one["status"] for one in answers) == {"accepted": 60, "duplicate": 120}
    assert company.backlog() == 3


def test_a_run_that_ended_makes_room_for_one_more(open_company: Callable[..., Company]) -> None:
    company = open_company(simple=SIMPLE)
    first = company.begin()
    with company.database.transaction() as records:
        records.change_enrollment(first, status="finished", outcome="completed")
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda _: company.send("order.placed"), range(20)))
    assert [run.status for run in company.runs()] == ["active", "finished"]


def _what_came(answer: Answer) -> str:
    assert answer.led_to is not None
    if answer.led_to.started:
        return "started"
    ((_, why),) = answer.led_to.refused
    return why
