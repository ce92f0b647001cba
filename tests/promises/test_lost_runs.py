"""A run that ends in Temporal without its core ends in our records too, and nothing waits for it.

On the real Temporal server: terminated in its own UI, or not known to it at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from temporalio.client import Client

from engine.effects.entities import EnrollmentId
from engine.effects.sweeping import Swept
from engine.services.reconciling import close_lost, list_stuck
from engine.settings import load_settings
from engine.store import outbox
from tests.promises.company import Company
from tests.promises.test_enrolling_on_temporal import grouped, until_shown, until_tasks
from tests.waiting import until
from workflows.client import TemporalRunner
from workflows.messages import WORKFLOW

Open = Callable[..., Company]
NEWS = """\
playbook: news
enroll: {on: [{fact: order.placed}], while_active: queue}
goal: account.lifecycle == "adopting"
steps:
  - {task: call, assign: csm, due: 5 business days}
"""


@pytest.fixture
def runner(temporal_server: str) -> Iterator[TemporalRunner]:
    """A runner, as the sweep has one."""
    runner = TemporalRunner(load_settings(temporal_address=temporal_server))
    yield runner
    runner.close()


def terminate(server: str, run: EnrollmentId) -> None:
    """End a run as Temporal's UI does."""

    async def work() -> None:
        client = await Client.connect(server)
        await client.get_workflow_handle(run).terminate("by the operator")

    asyncio.run(work())


def at_task(company: Company, run: EnrollmentId) -> None:
    until(lambda: company.tasks_of(run), f"a task of {run}")


def swept(company: Company, runner: TemporalRunner, patience: timedelta = timedelta()) -> Swept:
    return close_lost(company.database, company.context, runner, patience=patience)


def waits(company: Company) -> int:
    with company.database.begin() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM waits").scalar_one())


def test_a_terminated_run_is_closed_once_and_what_is_queued_behind_it_begins(
    on_temporal: Open, temporal_server: str, runner: TemporalRunner
) -> None:
    company = on_temporal(news=NEWS, n=2)
    company.start_worker()
    first, other = company.begin(), company.begin(account="acme-1")
    company.send("order.placed")  # queues
    at_task(company, first)
    at_task(company, other)
    assert swept(company, runner).closed == []  # both live
    before = waits(company)
    terminate(temporal_server, first)
    assert swept(company, runner, timedelta(hours=1)).closed == []  # it may still be reset
    assert swept(company, runner).closed == [first]
    assert swept(company, runner).closed == []
    ended = company.run_of(first)
    assert (ended.status, ended.outcome, ended.reason) == (
        "finished",
        "failed",
        "terminated in Temporal",
    )
    assert [task.status for task in company.tasks_of(first)] == ["withdrawn"]
    assert company.story(first)[-1] == "- outcome"
    second = next(run for run in company.runs() if run.account == "acme-0" and run.id != first)
    assert second.status == "active"
    at_task(company, second.id)  # it runs
    assert waits(company) == before
    assert company.run_of(other).status == "active"
    _, said = company.tenure("why", first)
    assert "It ended as failed: terminated in Temporal." in said


def without_a_worker(on_temporal: Open, n: int) -> Company:
    """A company with one run at its task in Temporal, whose worker is gone."""
    company = on_temporal(news=NEWS, n=n)
    worker = company.start_worker()
    at_task(company, company.begin())
    worker.kill()
    worker.wait()
    return company


def test_a_run_that_has_not_been_handed_over_is_not_lost(
    on_temporal: Open, runner: TemporalRunner
) -> None:
    company = without_a_worker(on_temporal, n=2)
    waiting = company.begin(account="acme-1")
    assert swept(company, runner).closed == []
    assert company.run_of(waiting).status == "active"


def forget_starts(company: Company) -> None:
    """As if Temporal had been given them, and lost them."""
    with company.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")


def test_what_temporal_has_lost_is_closed_while_it_knows_the_others(
    on_temporal: Open, runner: TemporalRunner
) -> None:
    company = without_a_worker(on_temporal, n=3)
    lost = company.begin(account="acme-1")
    forget_starts(company)
    assert swept(company, runner).closed == [lost]
    assert company.run_of(lost).reason == "lost: Temporal does not know it"


def test_another_temporal_closes_nothing(on_temporal: Open, runner: TemporalRunner) -> None:
    company = on_temporal(news=NEWS, n=3)
    runs = [company.begin(account=f"acme-{number}") for number in range(3)]
    forget_starts(company)
    found = swept(company, runner)
    assert (found.closed, len(found.failed)) == ([], 1)
    assert "Temporal knows nothing of 3 runs" in found.failed[0][1]
    assert {company.run_of(run).status for run in runs} == {"active"}


def test_two_sweeps_at_once_close_once(
    on_temporal: Open, temporal_server: str, runner: TemporalRunner
) -> None:
    company = on_temporal(news=NEWS)
    company.start_worker()
    first = company.begin()
    company.send("order.placed")
    at_task(company, first)
    terminate(temporal_server, first)

    async def both() -> list[Swept]:
        two = (asyncio.to_thread(swept, company, runner) for _ in range(2))
        return list(await asyncio.gather(*two))

    closed = [one.closed for one in asyncio.run(both())]
    assert sorted(closed) == [[], [first]]
    assert [run.outcome for run in company.runs()] == [None, "failed"]


def test_an_id_with_a_quote_in_it_is_asked_for_by_itself(
    on_temporal: Open, runner: TemporalRunner
) -> None:
    odd = EnrollmentId("news.o'neill.abc")
    assert {one: fate.how for one, fate in runner.fates([odd]).items()} == {odd: "unknown"}


def test_what_temporal_has_lost_is_shown_and_closed_by_a_person(on_temporal: Open) -> None:
    company = on_temporal(news=NEWS)
    lost = company.begin()
    _, said = company.tenure("runs", "close", lost, "--reason", "gone")
    assert "has not begun yet" in said
    forget_starts(company)
    code, said = company.tenure("runs", "--stuck")
    assert code == 1
    rows = [line.split() for line in said.splitlines()]
    assert [row[1:4] for row in rows if row[:1] == [lost]] == [["unknown", "-", "active"]]
    _, said = company.tenure("runs", "cancel", lost, "--reason", "gone")
    assert "`tenure runs close`" in said
    code, said = company.tenure("runs", "close", lost, "--reason", "gone")
    assert code == 0, said
    ended = company.run_of(lost)
    assert (ended.status, ended.outcome, ended.reason) == ("finished", "cancelled", "gone")
    _, said = company.tenure("runs", "close", lost, "--reason", "gone")
    assert "has ended" in said


def test_a_run_that_lives_is_not_closed_by_a_person(on_temporal: Open) -> None:
    company = on_temporal(news=NEWS)
    company.start_worker()
    lives = company.begin()
    at_task(company, lives)
    code, said = company.tenure("runs", "close", lives, "--reason", "gone")
    assert code != 0
    assert "is under way in Temporal" in said
    assert company.run_of(lives).status == "active"


def test_runs_that_failed_stay_shown_when_they_are_closed(
    on_temporal: Open, temporal_server: str, runner: TemporalRunner
) -> None:
    company = on_temporal(news=NEWS)
    company.start_worker()
    run = company.begin()
    at_task(company, run)
    terminate(temporal_server, run)

    def shown() -> tuple[str, str, str]:
        found = {one.enrollment: one for one in list_stuck(company.database, runner)}[run]
        return found.status, found.record, found.why

    assert shown()[:2] == ("terminated", "active")
    until(lambda: [one for one in runner.stuck() if one.enrollment == run], "Temporal's own list")
    swept(company, runner)
    assert shown()[:2] == ("terminated", "finished")


def test_a_run_that_timed_out_is_closed_with_how(
    on_temporal: Open, temporal_server: str, runner: TemporalRunner
) -> None:
    company = on_temporal(news=NEWS)
    run = company.begin()
    forget_starts(company)

    async def begin() -> None:
        client = await Client.connect(temporal_server)
        await client.start_workflow(
            WORKFLOW, {}, id=run, task_queue="nobody", execution_timeout=timedelta(seconds=1)
        )

    asyncio.run(begin())
    until(lambda: runner.fates([run]), "it to time out")
    assert swept(company, runner).closed == [run]
    assert company.run_of(run).reason == "timed out in Temporal"


def test_a_run_that_temporal_refuses_is_shown(on_temporal: Open, runner: TemporalRunner) -> None:
    company = on_temporal(news=NEWS)
    run = company.begin()

    def shown() -> list[tuple[str, str]]:
        found = list_stuck(company.database, runner)
        return [(one.status, one.why) for one in found if one.enrollment == run]

    with company.database.begin() as connection:
        ((number, _),) = outbox.take(connection, 10)
        outbox.postpone(connection, number, "INVALID_ARGUMENT: too big")
    assert shown() == []
    with company.database.begin() as connection:
        for _ in range(4):
            outbox.postpone(connection, number, "INVALID_ARGUMENT: too big")
    assert shown() == [("refused", "Temporal does not take it: INVALID_ARGUMENT: too big")]


def test_a_group_goes_on_when_the_run_that_held_it_is_terminated(
    on_temporal: Open, temporal_server: str, runner: TemporalRunner
) -> None:
    company = grouped(on_temporal)
    news = company.begin("order.placed")
    until_tasks(company, 0, 2)
    company.send("champion.left")
    until_shown(company, "news paused", "rescue active")
    rescue = company.runs()[0].id
    until_tasks(company, 0, 1)
    terminate(temporal_server, rescue)
    assert swept(company, runner).closed == [rescue]
    until_shown(company, "news active", "rescue failed")
    assert company.run_of(news).outcome is None
