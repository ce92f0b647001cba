"""Computed health in playbooks and their tests: facts and time set triggers off and wake waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.services.authoring import check_workspace
from engine.services.trying_out import run_playbook_tests
from tests.health.health_files import HEALTH, SCHEMA, TENURE
from tests.workspaces import write_files

RESCUE = """\
playbook: rescue
enroll:
  on:
    - health.enters: red
    - health.leaves: green
  when: health.trend != "rising" || health.score < 50
goal: health.band == "green"
steps:
  - task: call
    assign: csm
    due: 1 business day
    required: false
  - wait: 30d
    until: health.stale
  - if: health.stale
    then:
      - {task: ask-for-data, assign: csm, due: 2 business days, required: false}
  - if: health.forced
    then:
      - {task: tell-the-boss, assign: csm_manager, due: 2 business days}
"""
START = """\
    account: {name: Acme, seats: 100}
    start: 2026-03-02T09:00
    trigger: {fact: usage.reported, data: {active: 10}}
"""
CASES = {
    "a fact makes it red, time makes it stale": """\
    until: 10d
    expect:
      - task: call to csm due 2026-03-03
      - task: ask-for-data to csm due 2026-03-11
    never:
      - task: tell-the-boss
""",
    "a meeting makes it green": """\
    until: 5d
    facts:
      - {at: 1d, fact: usage.reported, data: {active: 90}}
      - {at: 2d, fact: meeting.held}
    expect:
      - task: call to csm due 2026-03-03
      - outcome: achieved
""",
    "a rule forces it": """\
    facts:
      - {at: 1d, fact: usage.reported, data: {active: 90}}
      - {at: 1d, fact: sentiment.noted, data: {sentiment: poor}}
    until: 20d
    expect:
      - task: call to csm due 2026-03-03
      - task: ask-for-data to csm due 2026-03-12
      - task: tell-the-boss to csm_manager due 2026-03-12
""",
}
DARK = HEALTH.replace(
    "[{at_most: 0, points: 100}, {at_most: 2, points: 50}]", "[{at_most: 0, points: 40}]"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    tests = "tests:\n" + "".join(f"  - name: {name}\n{START}{one}" for name, one in CASES.items())
    files = {
        "tenure.yaml": TENURE,
        "schema.yaml": SCHEMA,
        "health.yaml": DARK,
        "playbooks/rescue.yaml": RESCUE,
        "playbooks/rescue.test.yaml": tests,
    }
    return write_files(tmp_path, files)


def test_health_moves_runs(workspace: Path) -> None:
    checkup = check_workspace(workspace)
    assert checkup.problems == ()
    results = run_playbook_tests(checkup)
    failed = [one.failure for one in results.results if not one.passed]
    assert failed == []


def test_trend_has_only_three_values(workspace: Path) -> None:
    playbook = RESCUE.replace('!= "rising"', '!= "up"')
    (workspace / "playbooks/rescue.yaml").write_text(playbook, encoding="utf-8")
    found = [f"{one.message} {one.remedy}" for one in check_workspace(workspace).problems]
    assert found == [
        '`health.trend` is never "up" It is one of: rising, steady, falling.',
    ]
