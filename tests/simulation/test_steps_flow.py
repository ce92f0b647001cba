"""Waits, choices, branches and repetitions, as stories. 2 March 2026 is a Monday."""

from __future__ import annotations

import pytest

from tests.simulation.conftest import Story

WELCOME = "{email: welcome, to: contacts.champion}"


def test_waits_for_spans_of_both_kinds(story: Story) -> None:
    playbook = "steps: [{wait: 2 business days}, {wait: 1 month}]"
    assert story(playbook, "start: 2026-03-05T10:00") == [
        "5 Thu 10:00 wait: until 2026-03-09",
        "9 Mon 10:00 wait: until 2026-04-09",
        "9 Thu 10:00 outcome: completed",
    ]


def test_waits_for_a_date_until_the_working_day_begins(story: Story) -> None:
    assert story("steps: [{wait: 2026-04-01}]") == [
        "2 Mon 09:00 wait: until 2026-04-01",
        "1 Wed 09:00 outcome: completed",
    ]


def test_wait_for_an_offset_moves_with_its_date(story: Story) -> None:
    playbook = f"steps: [{{wait: 10d before account.renewal_date}}, {WELCOME}]"
    scenario = """
account: {name: Acme, renewal_date: 2026-04-15}
facts: [{at: 2d, account: {renewal_date: 2026-03-30}}]
"""
    assert story(playbook, scenario) == [
        "2 Mon 09:00 wait: until 2026-04-05",
        "4 Wed 09:00 wait: until 2026-03-20",
        "20 Fri 09:00 email: welcome to champion",
        "20 Fri 09:00 outcome: completed",
    ]


@pytest.mark.parametrize(
    ("if_past", "told"),
    [
        ("skip", ["2 Mon 09:00 skipped: wait-1"]),
        ("now", ["2 Mon 09:00 email: welcome to champion"]),
    ],
)
def test_offset_that_is_past_goes_on_or_skips(story: Story, if_past: str, told: list[str]) -> None:
    playbook = f"steps: [{{wait: 90d before account.renewal_date, if_past: {if_past}}}, {WELCOME}]"
    scenario = "account: {name: Acme, renewal_date: 2026-04-15}"
    assert story(playbook, scenario) == [*told, "2 Mon 09:00 outcome: completed"]


def test_wait_ends_on_its_fact_or_in_time(story: Story) -> None:
    playbook = f"""
steps:
  - {{wait: 5 business days, until: email.replied, id: reply}}
  - if: reply.met
    then: [{WELCOME}]
"""
    waits = "2 Mon 09:00 wait: reply until 2026-03-09"
    assert story(playbook, "facts: [{at: 2d, fact: email.replied}]") == [
        waits,
        "4 Wed 09:00 chose: then",
        "4 Wed 09:00 email: welcome to champion",
        "4 Wed 09:00 outcome: completed",
    ]
    assert story(playbook) == [
        waits,
        "9 Mon 09:00 chose: else",
        "9 Mon 09:00 outcome: completed",
    ]


def test_wait_for_a_condition_looks_again_when_health_moves(story: Story) -> None:
    playbook = "steps: [{wait: {until: health.score >= 60, at_most: 30d}}]"
    waits = "2 Mon 09:00 wait: until 2026-04-01"
    facts = "facts: [{at: 2d, health: 55}, {at: 3d, health: 61}]"
    assert story(playbook, f"health: 50\n{facts}") == [waits, "5 Thu 09:00 outcome: completed"]
    assert story(playbook, "health: 70") == ["2 Mon 09:00 outcome: completed"]


BOTH = """
steps:
  - parallel:
      a: [{task: one, assign: csm}]
      b: [{wait: 3d}]
    join: %s
  - {email: welcome, to: contacts.champion}
"""


def test_parallel_goes_on_when_all_are_over(story: Story) -> None:
    assert story(BOTH % "all", "people: [{complete: one, in: 1d}]") == [
        "2 Mon 09:00 task: one to csm",
        "2 Mon 09:00 wait: until 2026-03-05",
        "3 Tue 09:00 done: one",
        "5 Thu 09:00 email: welcome to champion",
        "5 Thu 09:00 outcome: completed",
    ]


def test_parallel_first_takes_the_open_task_of_the_other_branch_back(story: Story) -> None:
    assert story(BOTH % "first") == [
        "2 Mon 09:00 task: one to csm",
        "2 Mon 09:00 wait: until 2026-03-05",
        "5 Thu 09:00 withdrawn: one",
        "5 Thu 09:00 email: welcome to champion",
        "5 Thu 09:00 outcome: completed",
    ]


def test_repeat_ends_when_its_condition_holds_between_two(story: Story) -> None:
    playbook = f"""
steps:
  - repeat:
      every: 1w
      at_most: 6
      until: health.score >= 60
      steps: [{WELCOME}]
"""
    assert story(playbook, "health: 40\nfacts: [{at: 16d, health: 65}]") == [
        "2 Mon 09:00 email: welcome to champion",
        "9 Mon 09:00 email: welcome to champion",
        "16 Mon 09:00 email: welcome to champion",
        "18 Wed 09:00 outcome: completed",
    ]


def test_cadence_follows_its_condition(story: Story) -> None:
    playbook = """
steps:
  - repeat:
      every: {if: health.score < 50, then: 1w, else: 1 month}
      at_most: 4
      steps: [{notify: tell, channel: cs, message: hi}]
"""
    assert story(playbook, "health: 40\nfacts: [{at: 10d, health: 65}]") == [
        "2 Mon 09:00 notify: tell to cs",
        "9 Mon 09:00 notify: tell to cs",
        "16 Mon 09:00 notify: tell to cs",
        "16 Thu 09:00 notify: tell to cs",
        "16 Thu 09:00 outcome: completed",
    ]


CONTACTS = """
contacts:
  - {role: champion, first_name: Ada, language: en}
  - {role: admin, first_name: Bo, language: de}
  - {role: sponsor, first_name: Cy}
"""


def test_for_each_contact_runs_the_steps_at_once(story: Story) -> None:
    playbook = """
steps:
  - for_each: {contacts: [champion, admin]}
    steps:
      - {email: welcome, to: item}
      - wait: 1d
  - {set: {account.lifecycle: adopting}}
"""
    assert story(playbook, CONTACTS) == [
        "2 Mon 09:00 email: welcome to admin",
        "2 Mon 09:00 email: welcome to champion",
        "2 Mon 09:00 wait: until 2026-03-03",
        "2 Mon 09:00 wait: until 2026-03-03",
        "3 Tue 09:00 set: lifecycle = adopting",
        "3 Tue 09:00 outcome: completed",
    ]


def test_for_each_takes_only_those_its_condition_holds_for(story: Story) -> None:
    playbook = """
steps:
  - for_each: {contacts: all, where: item.language == "de"}
    steps: [{email: welcome, to: item}]
"""
    assert story(playbook, CONTACTS) == [
        "2 Mon 09:00 email: welcome to admin",
        "2 Mon 09:00 outcome: completed",
    ]


def test_split_sends_the_same_account_the_same_way(story: Story) -> None:
    playbook = """
steps:
  - split: tone
    arms:
      warm: {weight: 50, steps: [{set: {account.segment: warm}}]}
      cold: {weight: 50, steps: [{set: {account.segment: cold}}]}
"""
    names = [f"{letter}{number}" for letter in "ab" for number in range(8)]
    ways = {name: story(playbook, f"account: {{name: {name}}}")[0] for name in names}
    assert set(ways.values()) == {"2 Mon 09:00 split: warm", "2 Mon 09:00 split: cold"}
    again = {name: story(playbook, f"account: {{name: {name}}}")[0] for name in names}
    assert ways == again


@pytest.mark.parametrize(("arr", "way"), [(120, "then"), (60, "elif 1"), (10, "else")])
def test_first_condition_that_holds_is_taken(story: Story, arr: int, way: str) -> None:
    playbook = """
steps:
  - if: account.arr > 100
    then: [{set: {account.segment: big}}]
    elif:
      - if: account.arr > 50
        then: [{set: {account.segment: middle}}]
    else: [{set: {account.segment: small}}]
"""
    told = story(playbook, f"account: {{name: Acme, arr: {arr}}}")
    assert told[0] == f"2 Mon 09:00 chose: {way}"
