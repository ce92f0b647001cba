"""The files of `tenure simulate`, and what it prints."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from engine.effects.context import Context
from engine.plan.model import Plan
from engine.simulation.files import ScenarioFiles, read_files
from engine.simulation.report import as_json, timeline
from engine.simulation.scenario import play

PLAYBOOK = """
playbook: welcome
steps:
  - {email: welcome, to: contacts.champion}
  - {wait: 5d, until: meeting.held}
"""
ACCOUNT = """\
account: {id: a-1, name: Acme, zone: America/New_York}
contacts: [{role: champion, id: c-kim, first_name: Kim}]
"""


@pytest.fixture
def plan(compiled: Callable[[str], Plan]) -> Plan:
    """The playbook."""
    return compiled(PLAYBOOK)


def read(context: Context, plan: Plan, file: str, text: str) -> ScenarioFiles:
    return read_files(context, plan, ("account.yaml", ACCOUNT), (file, text))


YAML_FACTS = "- {at: 2d, fact: meeting.held}\n- {at: 2026-03-05T10:00, health: 70}\n"
JSON_FACTS = """\
{"id": "f-1", "at": "2026-03-04T09:00:00-05:00", "account": "a-1", "fact": "meeting.held"}

{"id": "f-2", "at": "2026-03-04T09:00:00-05:00", "account": "a-2", "fact": "meeting.held"}
{"at": "2026-03-05T10:00", "fact": "health.changed", "data": {"score": 70}}
"""


@pytest.mark.parametrize(
    ("file", "text"), [("facts.yaml", YAML_FACTS), ("facts.jsonl", JSON_FACTS)]
)
def test_facts_are_read_from_yaml_and_json_lines(
    context: Context, plan: Plan, file: str, text: str
) -> None:
    files = read(context, plan, file, text)
    assert files.problems == ()
    assert files.scenario is not None
    told = [
        (fact.kind, fact.occurred_at.isoformat(), dict(fact.data)) for fact in files.scenario.facts
    ]
    assert told == [
        ("meeting.held", "2026-03-04T14:00:00+00:00", {}),
        ("health.changed", "2026-03-05T15:00:00+00:00", {"score": 70}),
    ]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("f.jsonl", '{"at": "2d"}\n{"at": 1,', "f.jsonl:2:10 TN510"),
        ("f.jsonl", '{"at": "2d", "fact": "meeting.held"}\n{"at": "2d"}', "f.jsonl:2:1 TN501"),
        ("f.yaml", "- {at: 2d, fct: x}", "f.yaml:1:12 TN500"),
        ("f.yaml", "at: 2d", "f.yaml:1:1 TN502"),
    ],
)
def test_what_is_wrong_with_facts_is_said_with_file_and_line(
    context: Context, plan: Plan, file: str, text: str, said: str
) -> None:
    files = read(context, plan, file, text)
    assert files.scenario is None
    assert said in [f"{one.where} {one.code}" for one in files.problems]


def test_account_file_needs_an_account(context: Context, plan: Plan) -> None:
    files = read_files(context, plan, ("a.yaml", "contacts: []"))
    assert [one.code for one in files.problems] == ["TN501"]


def test_timeline_has_days_and_local_times(context: Context, plan: Plan) -> None:
    files = read(context, plan, "facts.yaml", YAML_FACTS)
    assert files.scenario is not None
    trace = play(files.scenario, "welcome", {"welcome": plan}, context).trace()
    assert (
        timeline(trace, "America/New_York")
        == """\
Monday 2 March 2026
  09:00  welcome: welcome to c-kim: accepted
  09:00  wait-1: waits until meeting.held or until Sat 7 Mar 2026 09:00

Wednesday 4 March 2026
  09:00  wait-1: until met: meeting.held (meeting.held = true) by fact fact-1
  09:00  wait-1: wait over: fact-1
  09:00  ended: completed (the last step is over)"""
    )


def test_json_says_the_same(context: Context, plan: Plan) -> None:
    files = read(context, plan, "facts.yaml", YAML_FACTS)
    assert files.scenario is not None
    trace = play(files.scenario, "welcome", {"welcome": plan}, context).trace()
    told = json.loads(as_json(trace))
    assert [entry["what"] for entry in told["entries"]] == [line.what for line in trace.lines]
    assert told["runs"][0]["outcome"] == "completed"
    assert [mail["subject"] for mail in told["mails"]] == ["Hello"]
