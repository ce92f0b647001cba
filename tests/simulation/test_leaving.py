"""Leaving a run, at any depth: goal and exits close what is open. 2 March 2026 is a Monday."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.delivery.memory import Fault
from engine.effects.closing import close_run
from engine.effects.entities import EnrollmentId
from engine.simulation.memory import MemoryRecords
from tests.simulation.staging import Staged

DEEP = """
goal: health.band == "green"
exit: [{when: account.lifecycle == "churned", outcome: lost}]
steps:
  - parallel:
      a:
        - repeat:
            every: 1w
            at_most: 5
            steps:
              - for_each: {contacts: all}
                steps:
                  - if: health.score < 50
                    then:
                      - {task: call, assign: csm, due: 30d}
      b:
        - {task: optional, assign: csm, required: false}
        - {escalate: alarm, to: [csm, csm_manager], every: 20d, until: acknowledged}
      c:
        - wait: {until: usage.started}
"""


@pytest.mark.parametrize(
    ("fact", "outcome"),
    [("health: 90", "achieved"), ("account: {lifecycle: churned}", "lost")],
)
def test_at_any_depth_leaving_closes_what_is_open(staged: Staged, fact: str, outcome: str) -> None:
    stage = staged(DEEP, f"health: 20\nfacts: [{{at: 9d, {fact}}}]")
    stage.play()
    assert stage.story()[-1] == f"11 Wed 09:00 outcome: {outcome}"
    (run,) = stage.simulator.world.enrollments.values()
    tasks = stage.simulator.world.tasks.values()
    assert {(task.kind, task.status, task.reason) for task in tasks} == {
        ("task", "withdrawn", run.reason),
        ("escalation", "withdrawn", run.reason),
    }
    assert not any(stage.simulator.world.waits.values())


def pending(email: str) -> str:
    return f'goal: health.band == "green"\nsteps: [{{{email}}}]'


def test_an_email_that_waits_for_its_hours_is_not_sent(staged: Staged) -> None:
    scenario = "health: 20\nstart: 2026-03-06 20:00\nfacts: [{at: 1d, health: 90}]"
    stage = staged(pending("email: welcome, to: contacts.champion"), scenario)
    stage.play()
    assert stage.simulator.trace().mails == ()
    assert stage.story()[-1] == "7 Sat 20:00 outcome: achieved"


def test_an_email_that_waits_for_approval_is_not_sent(staged: Staged) -> None:
    playbook = pending("email: welcome, to: contacts.champion, approve: {by: csm}")
    stage = staged(playbook, "health: 20\nfacts: [{at: 1d, health: 90}]")
    stage.play()
    assert stage.simulator.trace().mails == ()
    (task,) = stage.simulator.world.tasks.values()
    assert (task.kind, task.status) == ("approval", "withdrawn")


def test_an_email_the_provider_could_not_take_is_left_out(staged: Staged) -> None:
    playbook = pending("email: welcome, to: contacts.champion")
    stage = staged(playbook, "health: 20\nfacts: [{at: 1d, health: 90}]")
    faults: list[Fault] = ["refuse"] * 1000
    stage.simulator.provider.next_faults(*faults)
    stage.play()
    (effect,) = [one for one in stage.simulator.trace().ledger if one.recipient]
    assert (effect.status, effect.reason) == ("skipped", "the goal is met")
    assert stage.simulator.trace().mails == ()


@pytest.mark.parametrize(
    "step", ["email: welcome, to: contacts.champion", "task: call, assign: csm"]
)
def test_a_run_that_the_store_has_closed_does_nothing_more(staged: Staged, step: str) -> None:
    """It was taken for lost, and lives: it ends with the outcome that stands."""
    stage = staged(f"steps: [{{wait: 2d}}, {{{step}}}, {{set: {{account.lifecycle: churned}}}}]")
    world = stage.simulator.world

    def close(run: EnrollmentId) -> None:
        with MemoryRecords(world) as records:
            assert close_run(records, stage.context, run, outcome="failed", reason="lost")

    stage.after(timedelta(days=1), close)
    stage.play()
    (run,) = world.enrollments.values()
    assert (run.outcome, run.reason) == ("failed", "lost")
    assert (stage.simulator.trace().mails, world.tasks) == ((), {})
    assert world.accounts[run.account].fields["lifecycle"] == "onboarding"
    assert [line for line in stage.story() if "outcome" in line] == ["3 Tue 09:00 outcome: failed"]
