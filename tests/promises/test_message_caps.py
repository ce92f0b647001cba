"""Runs that send at the same moment never exceed the cap on messages to one contact."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from engine.delivery.memory import MemoryProvider
from engine.effects.entities import EnrollmentId
from tests.promises.company import WORKSPACE, Company
from tests.promises.faults import Tripwire, attempt
from tests.waiting import until

AT_ONCE = 6
CAP = "message_caps: [{at_most: 2, per: day, otherwise: %s}]\n"


def letters(number: int) -> str:
    return (
        f"playbook: letters-{number}\nenroll: {{on: [{{fact: order.placed}}]}}\nsteps:\n"
        "  - {email: hello, to: [contacts.champion, contacts.sponsor]}\n"
    )


def capped(company: Company, otherwise: str) -> None:
    tenure = WORKSPACE["tenure.yaml"] + CAP % otherwise
    (company.root / "tenure.yaml").write_text(tenure, encoding="utf-8")
    company.apply()


def send_at_once(open_company: Callable[..., Company], otherwise: str) -> tuple[Company, list[str]]:
    """Let all runs of an account send together; what each recipient got is in the ledger."""
    company = open_company(**{f"letters-{n}": letters(n) for n in range(AT_ONCE)})
    capped(company, otherwise)
    answer = company.send("order.placed")
    assert answer.led_to is not None
    _ = company.context  # made once, before the threads
    provider, ready = MemoryProvider(), Barrier(AT_ONCE)

    def go(run: EnrollmentId) -> None:
        ready.wait(timeout=30)
        attempt(company, run, provider, Tripwire())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(go, answer.led_to.started))
    assert len(provider.accepted) == len({one.key for one in provider.accepted})
    return company, sorted(one.key.rpartition("-")[2] for one in provider.accepted)


def test_runs_at_once_stay_below_the_cap(open_company: Callable[..., Company]) -> None:
    _, sent = send_at_once(open_company, "wait")
    assert sent == ["champion"] * 2 + ["sponsor"] * 2


@pytest.mark.slow
def test_real_runs_wait_and_say_why(on_temporal: Callable[..., Company]) -> None:
    company = on_temporal(**{f"letters-{n}": letters(n) for n in range(3)})
    capped(company, "wait")
    answer = company.send("order.placed")
    assert answer.led_to is not None
    company.start_worker()
    runs = answer.led_to.started
    until(lambda: sum(company.run_of(run).status == "finished" for run in runs) == 2, "two runs")
    (held,) = [run for run in runs if company.run_of(run).status == "active"]
    until(lambda: any(one.endswith(" later") for one in company.story(held)), "the third to wait")
    assert company.sends_of(held) == []
    code, said = company.tenure("why", held)
    assert code == 0, said
    assert "put off until" in said
    assert "a contact gets at most 2 messages a day" in said


def test_what_is_left_out_is_in_the_ledger_with_why(open_company: Callable[..., Company]) -> None:
    company, sent = send_at_once(open_company, "skip")
    assert sent == ["champion"] * 2 + ["sponsor"] * 2
    left = [
        one for run in company.runs() for one in company.sends_of(run.id) if one.status == "skipped"
    ]
    assert len(left) == 2 * (AT_ONCE - 2)
    assert {one.reason for one in left} == {"a contact gets at most 2 messages a day"}


def test_a_repeat_leaves_out_what_was_left_out(open_company: Callable[..., Company]) -> None:
    company, _ = send_at_once(open_company, "skip")
    provider = MemoryProvider()
    answers = [attempt(company, run.id, provider, Tripwire())["status"] for run in company.runs()]
    assert provider.accepted == []
    assert set(answers) == {"accepted", "skipped"}
