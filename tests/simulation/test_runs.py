"""What happens to a run as a whole: goals, exits, pauses, enrolling. 2 March 2026 is a Monday."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.effects.entities import AccountId, Fact, FactId
from engine.errors import InputError, RunError
from tests.differential.telling import story_of
from tests.simulation.conftest import Staged, Story

DAY = timedelta(days=1)
MAIL = "{notify: tell, channel: cs, message: hi}"


def test_goal_in_the_middle_closes_everything(staged: Staged) -> None:
    stage = staged(
        """
goal: health.band == "green"
steps:
  - parallel:
      a: [{task: one, assign: csm}]
      b: [{wait: 30d}]
""",
        "health: 20\nfacts: [{at: 2d, health: 90}]",
    )
    stage.play()
    assert stage.story() == [
        "2 Mon 09:00 task: one to csm",
        "2 Mon 09:00 wait: until 2026-04-01",
        "4 Wed 09:00 outcome: achieved",
    ]
    world = stage.simulator.world
    assert [task.status for task in world.tasks.values()] == ["withdrawn"]
    assert not any(world.waits.values())


def test_goal_that_holds_from_the_start_does_nothing_else(story: Story) -> None:
    playbook = f'goal: health.band == "green"\nsteps: [{MAIL}]'
    assert story(playbook, "health: 90") == ["2 Mon 09:00 outcome: achieved"]


def test_exit_names_its_outcome(story: Story) -> None:
    playbook = """
exit: [{when: account.lifecycle == "churned", outcome: lost}]
steps: [{task: one, assign: csm}]
"""
    assert story(playbook, "facts: [{at: 2d, account: {lifecycle: churned}}]") == [
        "2 Mon 09:00 task: one to csm",
        "4 Wed 09:00 outcome: lost",
    ]


def test_milestone_is_noted_and_blocks_nothing(story: Story) -> None:
    playbook = "milestones: {live: {when: usage.started, within: 10d}}\nsteps: [{wait: 5d}]"
    assert story(playbook, "facts: [{at: 2d, fact: usage.started}]") == [
        "2 Mon 09:00 wait: until 2026-03-07",
        "4 Wed 09:00 milestone: live",
        "7 Sat 09:00 outcome: completed",
    ]


def test_one_active_run_and_a_new_one_only_after_a_while(story: Story) -> None:
    playbook = """
enroll: {on: [{fact: contract.signed}], again_after: 30d}
steps: [{wait: 5d}]
"""
    scenario = """
trigger: {fact: contract.signed}
facts:
  - {at: 1d, fact: contract.signed}
  - {at: 10d, fact: contract.signed}
  - {at: 40d, fact: contract.signed}
"""
    assert story(playbook, scenario) == [
        "2 Mon 09:00 wait: until 2026-03-07",
        "3 Tue 09:00 refused: p is already under way for acme",
        "7 Sat 09:00 outcome: completed",
        "12 Thu 09:00 refused: its last run ended 2026-03-07, less than 30d ago",
        "11 Sat 09:00 wait: until 2026-04-16",
        "16 Thu 09:00 outcome: completed",
    ]


def test_account_that_does_not_match_is_refused_with_the_values(story: Story) -> None:
    playbook = """
enroll: {on: [{fact: contract.signed}], when: account.arr > 10}
steps: [{wait: 5d}]
"""
    assert story(playbook, "trigger: {fact: contract.signed}") == [
        "2 Mon 09:00 refused: does not match: account.arr > 10  (account.arr has no value)"
    ]


def test_health_that_drops_within_a_fortnight_enrolls(story: Story) -> None:
    playbook = """
enroll: {on: [{health.drops: {by: 15, within: 14d}}]}
steps: [{wait: 1d}]
"""
    scenario = "health: 80\ntrigger: {at: 0d, health: 80}\nfacts: [%s]"
    slow = "{at: 10d, health: 70}, {at: 25d, health: 60}"
    assert story(playbook, scenario % slow) == []
    fast = "{at: 15d, health: 70}, {at: 18d, health: 64}"
    assert story(playbook, scenario % fast)[0] == "20 Fri 09:00 wait: until 2026-03-21"


PAUSED = """
on_resume: %s
steps:
  - parallel:
      a: [{wait: 2d}, {notify: tell-a, channel: cs, message: hi}, {wait: 1d}]
      b: [{wait: 3d}, {notify: tell-b, channel: cs, message: hi}]
      c: [{wait: 20d}, {notify: tell-c, channel: cs, message: hi}]
"""


@pytest.mark.parametrize(
    ("way", "told"),
    [
        (
            "shift",
            [
                "13 Fri 09:00 notify: tell-a to cs",
                "14 Sat 09:00 notify: tell-b to cs",
                "31 Tue 10:00 notify: tell-c to cs",  # the clocks have gone forward
            ],
        ),
        (
            "catch_up",
            [
                "12 Thu 09:00 notify: tell-a to cs",
                "12 Thu 10:00 notify: tell-b to cs",
                "22 Sun 09:00 notify: tell-c to cs",
            ],
        ),
        ("skip", ["22 Sun 09:00 notify: tell-c to cs"]),
    ],
)
def test_pause_of_ten_days_owes_nobody_a_flood(staged: Staged, way: str, told: list[str]) -> None:
    stage = staged(PAUSED % way)
    stage.after(1 * DAY, stage.simulator.pause)
    stage.after(10 * DAY, stage.simulator.resume)
    stage.play()
    assert [one for one in stage.story() if "notify" in one] == told


def test_paused_run_is_shown_as_paused(staged: Staged) -> None:
    stage = staged("steps: [{wait: 20d}]")
    stage.after(1 * DAY, stage.simulator.pause)
    stage.after(10 * DAY, stage.simulator.resume)
    seen: list[str] = []
    world = stage.simulator.world
    for days in (5, 15):
        stage.after(days * DAY, lambda run: seen.append(world.enrollments[run].status))
    stage.play()
    assert seen == ["paused", "active"]


def test_cancelled_run_takes_its_tasks_back(staged: Staged) -> None:
    stage = staged("steps: [{task: one, assign: csm}]")
    stage.after(1 * DAY, lambda run: stage.simulator.cancel(run, "asked to"))
    stage.play()
    assert stage.story() == ["2 Mon 09:00 task: one to csm", "3 Tue 09:00 outcome: cancelled"]
    assert [task.reason for task in stage.simulator.trace().tasks] == ["asked to"]


def test_failure_ends_the_run_visibly(staged: Staged) -> None:
    stage = staged('steps: [{task: one, assign: csm, title: "{{ account.arr | money }}"}]')
    stage.play()
    assert stage.story() == ["2 Mon 09:00 outcome: failed"]
    (run,) = stage.simulator.world.enrollments.values()
    assert run.reason.startswith("create_task: ")
    assert "account.arr" in run.reason


def test_run_that_never_rests_is_stopped(staged: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.simulation.runs.MOST_STEPS", 3)
    mails = ", ".join(MAIL.replace("tell", f"tell-{number}") for number in range(4))
    stage = staged(f"steps: [{mails}]")
    with pytest.raises(RunError, match=r"does not come to rest.* at tell-3"):
        stage.play()


def test_playbooks_that_start_each_other_without_end_are_stopped(staged: Staged) -> None:
    pair = "playbook: {}\nsteps: [{}, {{start: {}}}]"
    mails = ", ".join(MAIL.replace("tell", f"tell-{number}") for number in range(4))
    stage = staged(pair.format("one", mails, "two"), "", pair.format("two", mails, "one"))
    with pytest.raises(RunError, match="began 101 times for acme"):
        stage.play()


def test_several_accounts_run_at_once_and_the_same_way_each_time(staged: Staged) -> None:
    def play() -> list[object]:
        stage = staged(
            f"enroll: {{on: [{{health.enters: red}}]}}\nsteps: [{{wait: 2d}}, {MAIL}]",
            "health: 90\ntrigger: {at: 0d, health: 90}",
        )
        world = stage.simulator.world
        (first,) = world.accounts.values()
        world.add_accounts(
            type(first)(AccountId(f"a{n}"), first.fields, 90, "green") for n in range(5)
        )
        stage.simulator.feed(
            Fact(
                FactId(f"h{n}"),
                "health.changed",
                AccountId(f"a{n % 5}"),
                stage.scenario.start + n * DAY,
                {"score": 90 if n < 5 else 10},
            )
            for n in range(10)
        )
        stage.play()
        return list(stage.simulator.trace().lines)

    lines = play()
    assert len({line.enrollment for line in lines}) == 5  # type: ignore[attr-defined]
    assert lines == play()


def test_facts_out_of_order_are_refused(staged: Staged) -> None:
    stage = staged("steps: [{wait: 2d}]")
    start = stage.scenario.start
    stage.simulator.feed(
        Fact(FactId(f"f{day}"), "meeting.held", stage.scenario.account.id, start + day * DAY)
        for day in (2, 1)
    )
    with pytest.raises(InputError, match="comes after"):
        stage.play()


def test_fact_that_does_not_fit_is_rejected_and_said(staged: Staged) -> None:
    stage = staged("steps: [{wait: 2d}]", "facts: [{at: 1d, health: 101}]")
    stage.play()
    (rejection,) = stage.simulator.rejections
    assert rejection.why == "a health score is from 0 to 100"


def test_story_for_comparing_names_tasks_by_their_number(staged: Staged) -> None:
    stage = staged("steps: [{task: one, assign: csm}]", "people: [{complete: one, in: 1h}]")
    stage.play()
    told = story_of(stage.simulator.trace().lines)
    assert [(row[3], row[4].get("task")) for row in told] == [
        ("task", "task 1"),
        ("task.completed", "task 1"),
        ("outcome", None),
    ]
    assert told[1][4]["fact"] == "task 1:closed"
