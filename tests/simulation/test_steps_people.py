"""Steps that ask something of people, as stories. Times are Berlin's; people work nine to five.

2 March 2026 is a Monday.
"""

from __future__ import annotations

from tests.simulation.conftest import Staged, Story


def test_overdue_task_climbs_its_ladder_in_working_time(story: Story) -> None:
    playbook = """
steps:
  - task: call
    assign: csm
    due: 2 business days
    overdue:
      - {after: 4 business hours, remind: csm}
      - {after: 1 business day, escalate: csm_manager}
      - {after: 3 business days, escalate: vp_cs}
"""
    scenario = "start: 2026-03-05T16:00\npeople: [{complete: call, in: 6 business days}]"
    assert story(playbook, scenario) == [
        "5 Thu 16:00 task: call to csm due 2026-03-09",
        "10 Tue 12:00 remind: call to csm",
        "10 Tue 16:00 escalate: call to csm_manager",
        "12 Thu 16:00 escalate: call to vp_cs",
        "13 Fri 16:00 done: call (late)",
        "13 Fri 16:00 outcome: completed",
    ]


def test_nobody_is_reminded_on_leave(story: Story) -> None:
    playbook = """
steps:
  - task: call
    assign: csm
    due: 1 business day
    overdue: [{after: 1 business hour, remind: csm}]
"""
    scenario = """
account: {name: Acme, csm: u-ana}
users: [{id: u-ana, leave: [2026-03-03..2026-03-06]}]
people: [{complete: call, in: 5 business days}]
"""
    assert story(playbook, scenario) == [
        "2 Mon 09:00 task: call to csm due 2026-03-09",
        "9 Mon 10:00 remind: call to csm",
        "13 Fri 09:00 done: call (late)",
        "13 Fri 09:00 outcome: completed",
    ]


def test_optional_task_is_superseded_by_the_next_repetition(story: Story) -> None:
    playbook = """
steps:
  - repeat:
      every: 1w
      at_most: 2
      steps:
        - {task: check-in, assign: csm, required: false}
  - {task: after, assign: csm}
"""
    scenario = "people: [{complete: after, in: 1d}]"
    assert story(playbook, scenario) == [
        "2 Mon 09:00 task: check-in to csm",
        "9 Mon 09:00 withdrawn: check-in",
        "9 Mon 09:00 task: check-in to csm",
        "9 Mon 09:00 task: after to csm",
        "10 Tue 09:00 done: after",
        "10 Tue 09:00 outcome: completed",
    ]


def test_optional_task_holds_nobody_up_and_stays_when_the_run_ends(story: Story) -> None:
    playbook = """
steps:
  - {task: check-in, assign: csm, required: false}
  - {email: welcome, to: contacts.champion}
"""
    assert story(playbook, "people: [{complete: check-in, in: 3d}]") == [
        "2 Mon 09:00 task: check-in to csm",
        "2 Mon 09:00 email: welcome to champion",
        "2 Mon 09:00 outcome: completed",
        "5 Thu 09:00 done: check-in",
    ]


def test_run_goes_on_while_somebody_is_still_to_be_chased_about_an_optional_task(
    story: Story,
) -> None:
    playbook = """
steps:
  - task: check-in
    assign: csm
    required: false
    due: 1d
    overdue: [{after: 1d, remind: csm}, {after: 2d, escalate: csm_manager}]
"""
    assert story(playbook, "") == [
        "2 Mon 09:00 task: check-in to csm due 2026-03-03",
        "4 Wed 09:00 remind: check-in to csm",
        "5 Thu 09:00 escalate: check-in to csm_manager",
        "5 Thu 09:00 outcome: completed",
    ]


def test_task_waits_for_the_task_it_depends_on(story: Story) -> None:
    playbook = """
steps:
  - parallel:
      a:
        - {task: second, assign: csm, depends_on: [first]}
      b:
        - wait: 1d
        - {task: first, assign: csm}
"""
    scenario = "people: [{complete: first, in: 1d}, {complete: second, in: 1h}]"
    assert story(playbook, scenario) == [
        "2 Mon 09:00 blocked: second",
        "2 Mon 09:00 wait: until 2026-03-03",
        "3 Tue 09:00 task: first to csm",
        "4 Wed 09:00 done: first",
        "4 Wed 09:00 task: second to csm",
        "4 Wed 10:00 done: second",
        "4 Wed 10:00 outcome: completed",
    ]


def test_task_is_done_by_data_and_not_handed_out_when_done_already(story: Story) -> None:
    playbook = """
steps:
  - {task: call, assign: csm, done_when: meeting.held}
  - {task: other, assign: csm, done_when: meeting.held}
"""
    assert story(playbook, "facts: [{at: 2d, fact: meeting.held}]") == [
        "2 Mon 09:00 task: call to csm",
        "4 Wed 09:00 done: call",
        "4 Wed 09:00 skipped: other",
        "4 Wed 09:00 outcome: completed",
    ]


def test_team_takes_turns(staged: Staged) -> None:
    playbook = """
steps:
  - {task: one, assign: helper, required: false}
  - {task: two, assign: helper, required: false}
  - {task: three, assign: helper, required: false}
"""
    stage = staged(playbook)
    stage.play()
    owners = [task.assignee for task in stage.simulator.world.tasks.values()]
    assert owners == ["u-hal", "u-ida", "u-hal"]


APPROVE = """
steps:
  - approve: go-live
    by: csm
    within: 2 business days
    otherwise: skip
    rejected: [{email: welcome, to: contacts.champion}]
  - {set: {account.lifecycle: adopting}}
"""


def test_approved_gate_opens(story: Story) -> None:
    assert story(APPROVE, "people: [{approve: go-live, in: 2h}]") == [
        "2 Mon 09:00 approval: go-live to csm",
        "2 Mon 11:00 approved: go-live",
        "2 Mon 11:00 set: lifecycle = adopting",
        "2 Mon 11:00 outcome: completed",
    ]


def test_rejected_gate_takes_its_own_way(story: Story) -> None:
    assert story(APPROVE, "people: [{reject: go-live, in: 2h}]") == [
        "2 Mon 09:00 approval: go-live to csm",
        "2 Mon 11:00 rejected: go-live",
        "2 Mon 11:00 email: welcome to champion",
        "2 Mon 11:00 set: lifecycle = adopting",
        "2 Mon 11:00 outcome: completed",
    ]


def test_gate_nobody_answers_is_passed_over_the_weekend(story: Story) -> None:
    assert story(APPROVE, "start: 2026-03-06T10:00") == [
        "6 Fri 10:00 approval: go-live to csm",
        "10 Tue 10:00 withdrawn: go-live",
        "10 Tue 10:00 set: lifecycle = adopting",
        "10 Tue 10:00 outcome: completed",
    ]


APPROVED_EMAIL = """
steps:
  - email: welcome
    to: contacts.champion
    approve: {by: csm, within: 1 business day, otherwise: skip}
"""


def test_email_waits_for_its_approval(story: Story) -> None:
    assert story(APPROVED_EMAIL, "people: [{approve: welcome, in: 2h}]") == [
        "2 Mon 09:00 approval: welcome to csm due 2026-03-03",
        "2 Mon 11:00 approved: welcome",
        "2 Mon 11:00 email: welcome to champion",
        "2 Mon 11:00 outcome: completed",
    ]


def test_email_nobody_approves_is_left_out(story: Story) -> None:
    assert story(APPROVED_EMAIL) == [
        "2 Mon 09:00 approval: welcome to csm due 2026-03-03",
        "3 Tue 09:00 withdrawn: welcome",
        "3 Tue 09:00 outcome: completed",
    ]


ESCALATE = """
steps:
  - escalate: save
    to: [csm_manager, vp_cs]
    every: 4 business hours
    until: acknowledged
    give_up: 1 business day
"""


def test_escalation_climbs_until_acknowledged(story: Story) -> None:
    scenario = "start: 2026-03-06T15:00\npeople: [{acknowledge: save, in: 6 business hours}]"
    assert story(ESCALATE, scenario) == [
        "6 Fri 15:00 escalate: save to csm_manager",
        "9 Mon 11:00 escalate: save to vp_cs",
        "9 Mon 13:00 acknowledged: save",
        "9 Mon 13:00 outcome: completed",
    ]


def test_escalation_nobody_answers_is_given_up(story: Story) -> None:
    assert story(ESCALATE) == [
        "2 Mon 09:00 escalate: save to csm_manager",
        "2 Mon 13:00 escalate: save to vp_cs",
        "3 Tue 13:00 withdrawn: save",
        "3 Tue 13:00 outcome: completed",
    ]


def test_escalation_is_held_back_until_working_hours(story: Story) -> None:
    scenario = "start: 2026-03-07T12:00\npeople: [{acknowledge: save, in: 1h}]"
    assert story(ESCALATE, scenario) == [
        "7 Sat 12:00 later: save",
        "9 Mon 09:00 escalate: save to csm_manager",
        "9 Mon 10:00 acknowledged: save",
        "9 Mon 10:00 outcome: completed",
    ]
