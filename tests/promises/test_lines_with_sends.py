"""The lines that come with a send are part of its first transaction, with the intent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError

from engine.delivery.memory import MemoryProvider
from engine.effects.context import Context
from engine.effects.entities import EnrollmentId
from engine.effects.sending import Ways
from engine.plan.codec import encode
from engine.plan.events import CommandId, Note
from tests.promises.company import Company
from tests.promises.faults import Crash, Post, Tripwire, email_step
from workflows.activities import Activities
from workflows.effects import RealEffects

HELLO = """\
playbook: hello
enroll: {on: [{fact: order.placed}]}
steps:
  - email: hello
    to: contacts.champion
"""


@pytest.fixture
def company(open_company: Callable[..., Company]) -> Company:
    return open_company(hello=HELLO)


def send(company: Company, run: EnrollmentId, wire: Tripwire, context: Context) -> list[Any]:
    """Carry out the errand of a send that brings a line along, as a worker would."""
    provider = Post(MemoryProvider(), wire)
    effects = RealEffects(lambda: context, lambda _: Ways(provider))

    @contextmanager
    def transaction() -> Iterator[Any]:
        with company.database.transaction() as records:
            yield records
        wire.point("after the commit")

    house = Activities(transaction, effects).house()
    by_name = {activity._Definition.must_from_callable(act).name: act for act in house}
    at = company.run_of(run).started_at
    errand = {
        "enrollment": run,
        "do": encode(email_step(company, run)),
        "notes": encode([Note(CommandId("n.1"), at, None, (), "wait over")]),
    }
    found: list[Any] = by_name["send_email"](errand)
    return found


def written(company: Company, run: EnrollmentId) -> list[str]:
    """Return the run's lines about the wait, and how its sends stand."""
    with company.database.transaction() as records:
        lines = [line.what for line in records.lines(run) if line.what == "wait over"]
    return [*lines, *(one.status for one in company.sends_of(run))]


def test_line_and_intent_are_there_before_the_call(company: Company) -> None:
    run, seen = company.begin(), []
    look = Tripwire("before the call", lambda: seen.extend([*written(company, run), *look.passed]))
    assert send(company, run, look, company.context)[0]["sent"] is True
    assert seen == ["wait over", "intent", "after the commit", "before the call"]
    assert written(company, run) == ["wait over", "accepted"]
    assert look.passed.count("after the commit") == 2


def test_crash_after_the_intent_is_unclear_and_keeps_the_line(company: Company) -> None:
    run = company.begin()
    with pytest.raises(Crash):
        send(company, run, Tripwire("after the provider accepted"), company.context)
    assert written(company, run) == ["wait over", "intent"]
    again = Tripwire()
    assert send(company, run, again, company.context)[0]["status"] == "unknown"
    assert written(company, run) == ["wait over", "unknown"]
    assert "before the call" not in again.passed


def test_line_of_a_send_that_cannot_be_written_is_kept(company: Company) -> None:
    run = company.begin()
    without = replace(company.context, templates={})
    with pytest.raises(ApplicationError, match="not in the workspace"):
        send(company, run, Tripwire(), without)
    assert written(company, run) == ["wait over"]
