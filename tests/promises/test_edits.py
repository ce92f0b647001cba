"""An edit never touches a running enrollment; `apply` shows first what it would mean for each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.plan.model import PlanHash
from tests.promises.company import Company
from tests.waiting import until
from tests.workspaces import write_files

BEFORE = """\
playbook: orders
enroll: {on: [{fact: order.placed}]}
steps:
  - wait: {until: order.paid}
    id: payment
  - task: thank
    title: Thank them
    assign: csm
"""
AFTER = BEFORE.replace("Thank them", "Thank them twice")
WITHOUT_PAYMENT = AFTER.replace("id: payment", "id: money")


def edit(company: Company, text: str, *arguments: str) -> tuple[int, str]:
    write_files(company.root, {"playbooks/orders.yaml": text})
    return company.tenure("apply", *arguments, "--as", "ops")


def plan_of(company: Company, run: str) -> PlanHash:
    return next(row.plan for row in company.runs() if row.id == run)


@pytest.mark.slow
@pytest.mark.temporal
def test_runs_under_way_keep_their_plan_and_new_ones_take_the_new(
    on_temporal: Callable[..., Company],
) -> None:
    company = on_temporal(orders=BEFORE, n=3)
    company.start_worker()
    old = company.begin(account="acme-0")
    moved = company.begin(account="acme-1")
    before = plan_of(company, old)
    for run in (old, moved):
        until(lambda run=run: "payment waits" in company.story(run), "the wait")

    code, output = edit(company, AFTER, "--dry-run")
    assert code == 0
    assert "orders    changed" in output
    assert "2 keep their older version" in output
    assert "Nothing was written." in output
    assert company.tenure("playbooks", "list")[1].count(before) == 1

    code, output = edit(company, AFTER)
    assert code == 0, output
    company.__dict__.pop("context", None)
    new = company.begin(account="acme-2")
    code, output = company.tenure("runs", "migrate", moved)
    assert (code, "moved to plan" in output) == (0, True), output
    assert plan_of(company, old) == before
    assert plan_of(company, new) == plan_of(company, moved) != before

    for number in range(3):
        company.send("order.paid", f"acme-{number}")
    titles = {}
    for run in (old, moved, new):
        (task,) = until(lambda run=run: company.tasks_of(run), "its task")
        titles[run] = task.title
        company.complete(task)
        until(lambda run=run: company.run_of(run).outcome, "its end")
    assert titles == {old: "Thank them", moved: "Thank them twice", new: "Thank them twice"}
    assert f"plan   {before}" in company.tenure("why", old)[1]


@pytest.mark.slow
@pytest.mark.temporal
def test_run_that_cannot_be_moved_stays_and_is_told_why(
    on_temporal: Callable[..., Company],
) -> None:
    company = on_temporal(orders=BEFORE)
    company.start_worker()
    run = company.begin()
    before = plan_of(company, run)
    until(lambda: "payment waits" in company.story(run), "the wait")
    assert edit(company, WITHOUT_PAYMENT)[0] == 0
    code, output = company.tenure("runs", "migrate", run)
    assert code == 2
    assert "payment" in output
    assert "help: " in output
    assert plan_of(company, run) == before
    company.send("order.paid")
    (task,) = until(lambda: company.tasks_of(run), "its task")
    assert task.title == "Thank them"
