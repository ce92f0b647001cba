"""Steps that send or record something, as stories. 2 March 2026 is a Monday."""

from __future__ import annotations

from tests.simulation.conftest import Staged, Story

WELCOME = "{email: welcome, to: contacts.champion}"


def test_email_waits_for_the_contacts_own_hours(story: Story) -> None:
    scenario = "start: 2026-03-06T20:00\ncontacts: [{role: champion, first_name: Kim%s}]"
    assert story(f"steps: [{WELCOME}]", scenario % "") == [
        "6 Fri 20:00 later: welcome",
        "9 Mon 08:00 email: welcome to champion",
        "9 Mon 08:00 outcome: completed",
    ]
    assert story(f"steps: [{WELCOME}]", scenario % ", zone: America/New_York") == [
        "6 Fri 20:00 email: welcome to champion",
        "6 Fri 20:00 outcome: completed",
    ]


def test_recipient_nobody_knows_is_skipped_and_said(staged: Staged) -> None:
    stage = staged(
        f"steps: [{{email: welcome, to: contacts.sponsor}}, {WELCOME}]".replace(
            "{email: welcome, to: contacts.champion}", "{notify: tell, channel: cs, message: hi}"
        )
    )
    stage.play()
    assert stage.story() == [
        "2 Mon 09:00 skipped: welcome",
        "2 Mon 09:00 notify: tell to cs",
        "2 Mon 09:00 outcome: completed",
    ]
    line = next(one for one in stage.simulator.trace().lines if one.what == "not sent")
    assert line.data["why"] == "the account has no sponsor"


SURVEY = """
steps:
  - {survey: nps, to: contacts.champion, within: 10d}
  - if: nps.score >= 9
    then: [{set: {account.lifecycle: adopting}}]
"""


def test_survey_is_answered_and_read(story: Story) -> None:
    assert story(SURVEY, "people: [{answer: nps, in: 1d, with: {score: 9}}]") == [
        "2 Mon 09:00 survey: nps to champion",
        "3 Tue 09:00 answered: nps",
        "3 Tue 09:00 chose: then",
        "3 Tue 09:00 set: lifecycle = adopting",
        "3 Tue 09:00 outcome: completed",
    ]


def test_survey_nobody_answers_times_out(story: Story) -> None:
    assert story(SURVEY) == [
        "2 Mon 09:00 survey: nps to champion",
        "12 Thu 09:00 chose: else",
        "12 Thu 09:00 outcome: completed",
    ]


def test_posts_and_calls_stay_in_the_house(staged: Staged) -> None:
    stage = staged("""
steps:
  - {notify: tell-them, channel: cs, message: "{{ account.name }} it is"}
  - {notify: tell-csm, to: [csm], message: ho}
  - {call: sync, hook: crm}
""")
    stage.play()
    assert stage.story() == [
        "2 Mon 09:00 notify: tell-them to cs",
        "2 Mon 09:00 notify: tell-csm to csm",
        "2 Mon 09:00 call: sync to crm",
        "2 Mon 09:00 outcome: completed",
    ]
    trace = stage.simulator.trace()
    assert [post.recipient for post in trace.posts] == ["cs", "crm"]
    assert [mail.to[1] for mail in trace.mails] == ["csm@users.invalid"]


def test_playbook_starts_and_stops_another(staged: Staged) -> None:
    stage = staged(
        "steps: [{start: other}, {wait: 2d}, {stop: other}, {wait: 1d}]",
        "",
        "playbook: other\nsteps: [{wait: 30d}]",
    )
    stage.play()
    assert stage.story() == [
        "2 Mon 09:00 start: other",
        "2 Mon 09:00 wait: until 2026-03-04",
        "4 Wed 09:00 stop: other",
        "4 Wed 09:00 wait: until 2026-03-05",
        "5 Thu 09:00 outcome: completed",
    ]
    assert list(stage.simulator.trace().outcomes.values()) == ["completed", "stopped"]


def test_transfer_hands_open_tasks_over(staged: Staged) -> None:
    stage = staged("""
steps:
  - {task: one, assign: csm, required: false}
  - {transfer: {from: csm, to: csm_manager}}
""")
    stage.play()
    assert [task.assignee for task in stage.simulator.trace().tasks] == ["csm_manager"]
    assert stage.story()[1] == "2 Mon 09:00 transfer: transfer-1 to csm_manager"


def test_email_is_tried_again_when_it_was_certainly_not_sent(staged: Staged) -> None:
    stage = staged(f"steps: [{WELCOME}]")
    stage.simulator.provider.next_faults("refuse", "refuse")
    stage.play()
    assert stage.story()[0] == "2 Mon 09:00 email: welcome to champion"
    assert len(stage.simulator.trace().mails) == 1
    sent = next(one for one in stage.simulator.trace().lines if one.what == "sent")
    assert (sent.at - stage.scenario.start).total_seconds() == 3


def test_unclear_send_is_never_sent_again(staged: Staged) -> None:
    stage = staged(f"steps: [{WELCOME}]")
    stage.simulator.provider.next_faults("accept-then-timeout")
    stage.play()
    assert stage.story()[0] == "2 Mon 09:00 email: welcome to champion (unknown)"
    assert len(stage.simulator.trace().mails) == 1
