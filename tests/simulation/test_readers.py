"""What readers do with an email is heard by its own step. 2 March 2026 is a Monday."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.effects.entities import ContactId, EnrollmentId, Fact, FactId
from engine.plan.model import NodeId
from tests.simulation.conftest import CONTACTS
from tests.simulation.staging import Staged, Story

TWO = """
steps:
  - {email: welcome, to: contacts.champion}
  - wait: 3d
    until: welcome.clicked
  - {email: second, template: welcome, to: contacts.champion}
  - wait: 3d
    until: second.clicked
"""

EACH_WEEK = """
steps:
  - repeat:
      every: 1w
      at_most: 2
      steps:
        - {email: welcome, to: contacts.champion}
        - wait: 2d
        - if: welcome.clicked
          then: [{end: clicked}]
"""


def test_a_click_on_one_email_is_no_click_on_the_next(story: Story) -> None:
    assert story(TWO, CONTACTS + "people: [{click: welcome, in: 1d}]") == [
        "2 Mon 09:00 email: welcome to champion",
        "2 Mon 09:00 wait: until 2026-03-05",
        "3 Tue 09:00 email: second to champion",
        "3 Tue 09:00 wait: until 2026-03-06",
        "6 Fri 09:00 outcome: completed",
    ]


def test_a_click_in_one_repetition_is_not_heard_in_the_next(story: Story) -> None:
    told = story(EACH_WEEK, CONTACTS + "people: [{click: welcome, in: 3d}]")
    assert told[-1] == "11 Wed 09:00 outcome: completed"


@pytest.mark.parametrize("did", ["open", "click", "reply"])
def test_each_thing_a_reader_does_has_its_name(story: Story, did: str) -> None:
    name = {"open": "opened", "click": "clicked", "reply": "replied"}[did]
    steps = TWO.replace("welcome.clicked", f"welcome.{name}")
    told = story(steps, CONTACTS + f"people: [{{{did}: welcome, in: 1d}}]")
    assert "3 Tue 09:00 email: second to champion" in told


def test_a_click_told_from_outside_counts_for_its_reader_only(staged: Staged) -> None:
    steps = """
steps:
  - for_each: {contacts: [champion, admin]}
    steps:
      - {email: welcome, to: item}
      - wait: 2d
      - if: welcome.clicked
        then: [{email: second, template: welcome, to: item}]
"""
    people = "contacts: [{role: champion, first_name: Ada}, {role: admin, first_name: Bo}]\n"
    stage = staged(steps, people)

    def click(run: EnrollmentId) -> None:
        clicked = Fact(
            FactId("click"),
            "email.clicked",
            stage.scenario.account.id,
            stage.simulator.world.now,
            contact=ContactId("c-admin"),
            enrollment=run,
            node=NodeId("welcome"),
        )
        stage.simulator.take_in(clicked)

    stage.after(timedelta(days=1), click)
    stage.play()
    assert [one for one in stage.story() if "second" in one] == [
        "4 Wed 09:00 email: second to admin"
    ]
