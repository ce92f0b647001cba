"""What steps read of the fact that began their run."""

from __future__ import annotations

import pytest

from engine.language.load import check_playbook
from engine.language.source import load
from tests.language.playbook_files import WORKSPACE
from tests.simulation.staging import Staged, Story

ANSWERED = """
subject: contact
enroll: {on: [{survey: nps}]}
steps:
  - {wait: 15 min}
  - if: trigger.score <= 6
    then:
      - task: call
        assign: csm
        title: "Kim: {{ trigger.score }}, {{ trigger.comment | default('nothing') }}"
    else: [{end: happy}]
"""
FACTS = """
enroll: {on: [{fact: usage.started}, {fact: champion.left}, {health.enters: red}]}
steps:
  - if: trigger.fact == "usage.started"
    then: [{if: trigger.feature == "reports", then: [{end: reports}], else: [{end: other}]}]
    else: [{if: has(trigger.fact), then: [{end: left}], else: [{end: unknown}]}]
"""


def answer(score: int, **more: str) -> str:
    said = "".join(f", {name}: {value}" for name, value in more.items())
    data = f"{{survey: nps, score: {score}{said}}}"
    return f"trigger: {{fact: survey.answered, contact: champion, data: {data}}}\n"


def test_steps_read_the_score_that_began_the_run(story: Story) -> None:
    assert story(ANSWERED, answer(9))[-1].endswith("outcome: happy")
    assert "task: call to csm" in story(ANSWERED, answer(4))[-1]


def test_steps_read_which_fact_it_was_and_what_it_told(story: Story) -> None:
    def ends(trigger: str) -> str:
        return story(FACTS, f"trigger: {trigger}\nhealth: 60").pop().partition("outcome: ")[2]

    assert ends("{fact: usage.started, data: {feature: reports}}") == "reports"
    assert ends("{fact: usage.started, data: {feature: maps}}") == "other"
    assert ends("{fact: champion.left}") == "left"
    assert ends("{health: 20}") == "unknown"


def test_run_that_was_begun_by_hand_has_no_trigger(story: Story) -> None:
    assert story(FACTS)[-1].endswith("outcome: unknown")


@pytest.mark.parametrize(
    ("scenario", "title"),
    [
        (answer(4), "Kim: 4, nothing"),
        (answer(4, comment="Slow"), "Kim: 4, Slow"),
        (
            answer(4) + "facts: [{at: 2min, fact: survey.commented, contact: champion, "
            "data: {comment: Too slow}}]",
            "Kim: 4, Too slow",
        ),
    ],
)
def test_comment_comes_with_the_answer_or_after_it(
    staged: Staged, scenario: str, title: str
) -> None:
    stage = staged(ANSWERED, scenario)
    stage.play()
    assert [task.title for task in stage.simulator.trace().tasks] == [title]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{if: trigger.scor <= 6, then: [{end: a}]}", "trigger.scor"),
        ("{if: trigger.fact == 'meeting.held', then: [{end: a}]}", "meeting.held"),
    ],
)
def test_slip_in_a_trigger_name_is_found(text: str, message: str) -> None:
    whole = f"playbook: p\nenroll: {{on: [{{survey: nps}}]}}\nsteps: [{text}]\n"
    document, _ = load("p.yaml", whole)
    assert document is not None
    problems = check_playbook(document, WORKSPACE).problems
    assert len(problems) == 1
    assert message in problems[0].message


@pytest.mark.parametrize(("kind", "begun"), [("nps", 1), ("csat", 0)])
def test_only_an_answer_to_its_kind_of_survey_begins_a_run(
    staged: Staged, kind: str, begun: int
) -> None:
    asking = f"steps: [{{survey: ask, kind: {kind}, to: contacts.champion}}]"
    answers = "people: [{answer: ask, in: 1h, with: {score: 4}}]"
    stage = staged(asking, answers, f"playbook: listening\n{ANSWERED}")
    stage.play()
    runs = stage.simulator.trace().enrollments.values()
    assert [run.playbook for run in runs].count("listening") == begun
