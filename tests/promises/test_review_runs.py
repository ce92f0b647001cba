"""Runs that end, move or share an account with others: nothing is overwritten, nothing blocks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.effects import outgoing
from engine.effects.carrying import carry_out
from engine.effects.deliveries import Wake
from engine.effects.entities import EnrollmentId, TaskId
from engine.errors import Conflict
from engine.plan.events import CommandId, Do, Verb
from engine.plan.model import NodeId
from engine.store import outbox
from tests.promises.company import Company
from tests.promises.faults import Tripwire

CALL = """\
playbook: call
enroll: {on: [{fact: order.placed}]}
goal: account.lifecycle == "churned"
steps:
  - task: call
    title: Call them
    assign: csm
"""
WATCHED = """\
playbook: watched
enroll: {on: [{fact: order.placed}]}
steps:
  - wait: {until: order.paid}
"""


def do(company: Company, run: EnrollmentId, verb: Verb, node: str | None, **args: Any) -> Do:
    """A command of a run."""
    since = company.run_of(run).started_at
    return Do(CommandId(f"{verb}.1"), verb, NodeId(node) if node else None, (), since, args)


def carry(company: Company, run: EnrollmentId, one: Do, wire: Tripwire | None = None) -> Any:
    """Carry out a command, as a worker would."""
    with company.database.transaction() as records:
        given: Any = wire.around(records, "records") if wire else records
        return carry_out(given, company.context, run, one)


# --- a task is done while the run ends ----------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "node", "args", "look"),
    [
        ("finish", None, {"outcome": "cancelled", "reason": "enough"}, "tasks_of"),
        ("withdraw_task", "call", {"reason": "nobody did it in time"}, "task_of"),
    ],
)
def test_task_that_somebody_did_is_not_withdrawn_over_their_answer(
    open_company: Callable[..., Company], verb: Verb, node: str, args: dict[str, Any], look: str
) -> None:
    company = open_company(call=CALL)
    run = company.begin()
    task = TaskId(carry(company, run, do(company, run, "create_task", "call"))["task"])
    said: list[str] = []

    def complete() -> None:
        try:
            (found,) = company.tasks_of(run)
            company.complete(found)
            said.append("done")
        except Conflict:
            said.append("withdrawn")

    person = threading.Thread(target=complete)

    def meanwhile() -> None:
        person.start()
        person.join(0.5)

    wire = Tripwire(f"after records.{look}", meanwhile)
    carry(company, run, do(company, run, verb, node, **args), wire)
    person.join()
    with company.database.transaction() as records:
        assert [records.task(task).status] == said


# --- waits of another plan ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "left",
    [
        {"node": NodeId("gone"), "slot": "until"},
        {"node": None, "slot": "exit.3"},
        {"node": None, "slot": "milestone.gone"},
    ],
)
def test_wait_left_from_another_plan_stops_no_fact(
    open_company: Callable[..., Company], left: dict[str, Any]
) -> None:
    """A worker may die between a migration and the dropping of what the new plan does not have."""
    company = open_company(watched=WATCHED)
    run = company.begin()
    start = company.run_of(run).started_at.isoformat()
    carry(company, run, do(company, run, "watch", "wait-1", slot="until", start=start))
    with company.database.transaction() as records:
        (wait,) = records.waits_touched(records.enrollment(run).account, ["order.paid"])
        records.put_wait(replace(wait, id=CommandId("left"), **left))
    answer = company.send("order.paid")
    assert answer.led_to is not None
    assert answer.led_to.woken == (run,)


# --- locks ------------------------------------------------------------------------------------

ALARM = """\
playbook: alarm
enroll: {on: [{fact: order.placed}]}
steps:
  - escalate: save
    title: Decide
    to: [csm]
    every: 1d
    until: acknowledged
"""


class _Locks:
    """Records that write down what is locked, in order."""

    def __init__(self, records: Any, taken: list[str]) -> None:
        self._records, self._taken = records, taken

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._records, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            if named.get("lock"):
                self._taken.append(name)
            return found(*given, **named)

        return call


def test_alarm_locks_the_account_before_the_run(open_company: Callable[..., Company]) -> None:
    """As all that begins to listen does; the other way round, two steps of a run block each
    other."""
    company = open_company(alarm=ALARM)
    run = company.begin()
    taken: list[str] = []
    with company.database.transaction() as records:
        locks: Any = _Locks(records, taken)
        one = do(company, run, "escalate", "save", level=0, open=True)
        outgoing.prepare(locks, company.context, run, one)
    assert taken == ["account", "enrollment"]


# --- an alarm that is put off when it was half raised -------------------------------------------


def raise_again(company: Company, run: EnrollmentId, id: str) -> Any:
    """Ask for an alarm's first level under a command of its own; its wait before is dropped."""
    one = replace(do(company, run, "escalate", "save", level=0, open=True), id=CommandId(id))
    with company.database.transaction() as records:
        if id != "1":
            records.drop_waits(run, [CommandId("1")])
        return outgoing.prepare(records, company.context, run, one).result


def owed(company: Company, run: EnrollmentId) -> list[str]:
    """The watches of a run that are owed a wake-up."""
    with company.database.begin() as connection:
        taken = outbox.take(connection, 10)
    return [one.watch for _, one in taken if isinstance(one, Wake) and one.enrollment == run]


def test_alarm_raised_again_hears_that_it_is_acknowledged(
    open_company: Callable[..., Company],
) -> None:
    """The first attempt put it into the inbox, could not send, and the day was over."""
    company = open_company(alarm=ALARM)
    run = company.begin()
    raise_again(company, run, "1")
    raise_again(company, run, "2")
    (task,) = company.tasks_of(run)
    company.complete(task)
    assert owed(company, run) == ["2"]


def test_alarm_acknowledged_while_it_is_put_off_is_over(
    open_company: Callable[..., Company],
) -> None:
    company = open_company(alarm=ALARM)
    run = company.begin()
    raise_again(company, run, "1")
    (task,) = company.tasks_of(run)
    company.complete(task)
    assert raise_again(company, run, "2") == {"over": {"level": 0}}
