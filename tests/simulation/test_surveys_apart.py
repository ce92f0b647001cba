"""Answers are heard by the item and the repetition they are about. 2 March 2026 is a Monday."""

from __future__ import annotations

from datetime import timedelta

from engine.effects.entities import EnrollmentId, Fact, FactId
from engine.plan.model import ForEach, NodeId, Repeat
from tests.simulation.conftest import Staged, Story
from tests.simulation.staging import Stage

CONTACTS = "contacts: [{role: champion, first_name: Ada}, {role: admin, first_name: Bo}]\n"
EACH = """
steps:
  - for_each: {contacts: [champion, admin]}
    steps:
      - {survey: nps, to: item, within: 10d}
      - if: nps.answered && nps.score >= 9
        then: [{email: welcome, to: item}]
"""


def say(stage: Stage, day: int, path: tuple[str, ...], what: str, **data: object) -> None:
    """Let a customer say something to the survey of one item or repetition, on a day."""

    def take_in(run: EnrollmentId) -> None:
        stage.simulator.take_in(
            Fact(
                FactId(what),
                f"survey.{what}",
                stage.scenario.account.id,
                stage.simulator.world.now,
                data,
                enrollment=run,
                node=NodeId("nps"),
                path=path,
            )
        )

    stage.after(timedelta(days=day), take_in)


def test_items_hear_their_own_answers(staged: Staged) -> None:
    stage = staged(EACH, CONTACTS)
    (each,) = (id for id, node in stage.plan.nodes.items() if isinstance(node, ForEach))
    say(stage, 1, (f"{each}=c-admin",), "answered", survey="nps", score=10)
    stage.play()
    assert stage.story() == [
        "2 Mon 09:00 survey: nps to admin",
        "2 Mon 09:00 survey: nps to champion",
        "3 Tue 09:00 answered: nps",
        "3 Tue 09:00 chose: then",
        "3 Tue 09:00 email: welcome to admin",
        "12 Thu 09:00 chose: else",
        "12 Thu 09:00 outcome: completed",
    ]


def test_people_answer_for_each_item(story: Story) -> None:
    told = story(EACH, CONTACTS + "people: [{answer: nps, in: 1d, with: {score: 9}}]")
    assert told.count("3 Tue 09:00 answered: nps") == 2
    assert [line for line in told if "email" in line] == [
        "3 Tue 09:00 email: welcome to admin",
        "3 Tue 09:00 email: welcome to champion",
    ]


REPEATED = """
steps:
  - repeat:
      every: 1w
      at_most: 2
      steps:
        - {survey: nps, to: contacts.champion, within: 2d}
        - {if: nps.answered, then: [{set: {account.lifecycle: adopting}}]}
"""


def test_late_answer_is_not_taken_for_the_next_one(staged: Staged) -> None:
    stage = staged(REPEATED)
    (repeat,) = (id for id, node in stage.plan.nodes.items() if isinstance(node, Repeat))
    say(stage, 8, (f"{repeat}#1",), "answered", survey="nps", score=9)
    stage.play()
    assert [line for line in stage.story() if "answered" in line or "set" in line] == []


COMMENTED = """
steps:
  - {survey: nps, to: contacts.champion, within: 10d}
  - {wait: 5d, until: nps.comment != "", id: reason}
  - if: nps.comment == "slow" && nps.score == 3
    then: [{set: {account.lifecycle: churned}}]
"""


def test_comment_that_comes_later_is_read_with_the_score(staged: Staged) -> None:
    stage = staged(COMMENTED)
    say(stage, 1, (), "answered", survey="nps", score=3)
    say(stage, 3, (), "commented", comment="slow")
    stage.play()
    assert stage.story() == [
        "2 Mon 09:00 survey: nps to champion",
        "3 Tue 09:00 answered: nps",
        "3 Tue 09:00 wait: reason until 2026-03-08",
        "5 Thu 09:00 chose: then",
        "5 Thu 09:00 set: lifecycle = churned",
        "5 Thu 09:00 outcome: completed",
    ]


def test_survey_sets_off_what_listens_to_its_kind_only(staged: Staged) -> None:
    other = "playbook: rescue\nenroll: {on: [{survey: csat, where: fact.score < 3}]}\n"
    for kind, started in (("nps", 1), ("csat", 2), ("poll", 1)):
        stage = staged(COMMENTED, "", f"{other}steps: [{{wait: 1d}}]")
        say(stage, 1, (), "answered", score=2, survey=kind)
        stage.play()
        assert len(stage.simulator.world.enrollments) == started, kind
