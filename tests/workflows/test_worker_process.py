"""The whole path on real parts: outbox, dispatcher, Temporal, activities, PostgreSQL, a process."""

from __future__ import annotations

import signal

from tests.waiting import until
from tests.workflows.shell_office import Office

STORY = ["note set", "rest wait", "rest wait over", "call task", "call task.completed", "- outcome"]


def test_a_run_from_enrolling_to_its_outcome_and_a_worker_that_leaves_cleanly(
    office: Office,
) -> None:
    worker = office.start_worker()
    run = office.enroll("acme-1")
    office.complete(until(lambda: office.task_of(run), "a task"))
    until(lambda: office.run_of(run).status == "finished", "the end")
    assert office.run_of(run).outcome == "completed"
    assert office.story(run) == STORY
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0


def test_killed_workers_lose_nothing_and_do_nothing_twice(office: Office) -> None:
    """Every stage of a run is cut off by a kill -9; runs enrolled while no worker lives start."""
    runs = [office.enroll(f"acme-{number}") for number in range(4)]
    office.start_worker().kill()
    worker = office.start_worker()
    until(lambda: office.story(runs[0]), "the first line")
    worker.kill()
    runs += [office.enroll(f"acme-{number}") for number in range(4, 8)]
    worker = office.start_worker()
    tasks = [until(lambda run=run: office.task_of(run), "a task") for run in runs]
    worker.kill()
    for task in tasks:
        office.complete(task)
    office.start_worker()
    for run in runs:
        until(lambda run=run: office.run_of(run).status == "finished", "the end")
        assert office.story(run) == STORY
