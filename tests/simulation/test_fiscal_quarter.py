"""The fiscal quarter in conditions, cadences, dates and texts. The workspace's year is that of the
calendar, so that 31 March 2026 ends a quarter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.calendars import FiscalYear
from engine.effects.context import Context
from engine.effects.fiscal_names import fiscal_value
from engine.language.workspace.model import FISCAL_NAMES
from tests.simulation.staging import Story

UPDATE = "{task: update, assign: csm, required: false, title: 'For {{ fiscal.name }}'}"


def test_cadence_follows_the_quarter(story: Story) -> None:
    playbook = f"""
steps:
  - repeat:
      every: {{if: fiscal.days_left <= 7, then: 2d, else: 1w}}
      at_most: 6
      steps: [{UPDATE}]
"""
    told = story(playbook, "start: 2026-03-16T09:00")
    days = [line.partition(" task:")[0] for line in told if "task: update" in line]
    assert days == [
        "16 Mon 09:00",
        "23 Mon 09:00",
        "30 Mon 09:00",  # 8 days were left on the 23rd
        "1 Wed 09:00",  # 1 was left on the 30th
        "8 Wed 09:00",
        "15 Wed 09:00",
    ]


def test_waits_count_from_the_end_of_the_quarter(story: Story) -> None:
    playbook = "steps: [{wait: 1w before fiscal.quarter_ends}, {wait: fiscal.quarter_ends}]"
    assert story(playbook) == [
        "2 Mon 09:00 wait: until 2026-03-24",
        "24 Tue 09:00 wait: until 2026-03-31",
        "31 Tue 09:00 outcome: completed",
    ]


def test_conditions_read_the_quarter(story: Story) -> None:
    condition = "fiscal.quarter == 1 && fiscal.year == 2026 && fiscal.quarter_ends - today < 30d"
    playbook = f"steps: [{{if: '{condition}', then: [{{end: near}}]}}]"
    assert story(playbook)[-1] == "2 Mon 09:00 outcome: near"
    assert story(playbook, "start: 2026-01-05T09:00")[-1] == "5 Mon 09:00 outcome: completed"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            datetime(2026, 6, 30, 21, 59, tzinfo=UTC),  # 23:59 in Berlin
            {
                "quarter": 2,
                "year": 2026,
                "name": "Q2 FY2026",
                "quarter_begins": date(2026, 4, 1),
                "quarter_ends": date(2026, 6, 30),
                "day_of_quarter": 91,
                "week_of_quarter": 13,
                "days_left": 0,
            },
        ),
        (datetime(2026, 6, 30, 22, tzinfo=UTC), {"quarter": 3, "day_of_quarter": 1}),
    ],
)
def test_quarter_ends_at_midnight_in_the_zone_of_the_workspace(
    context: Context, now: datetime, expected: Mapping[str, Any]
) -> None:
    workspace = context.workspace
    assert {name: fiscal_value(workspace, now, name) for name in expected} == expected


def test_every_fiscal_name_has_a_value(context: Context) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert context.workspace.fiscal_year == FiscalYear()
    names = [name.removeprefix("fiscal.") for name in FISCAL_NAMES]
    assert all(fiscal_value(context.workspace, now, name) is not None for name in names)


# --- waits that only the clock ends -----------------------------------------------------------


def test_wait_for_a_quarter_ends_with_the_day_it_begins(story: Story) -> None:
    assert story("steps: [{wait: {until: fiscal.quarter == 2}}]") == [
        "2 Mon 09:00 wait: for fiscal.quarter == 2",
        "1 Wed 00:00 outcome: completed",
    ]


def test_quarter_begins_where_we_are_and_today_where_they_are(story: Story) -> None:
    there = "account: {name: Acme, zone: America/New_York}\nstart: 2026-03-02T09:00\n"
    ours = story("steps: [{wait: {until: fiscal.quarter == 2}}]", there)
    theirs = story('steps: [{wait: {until: today >= date("2026-04-01")}}]', there)
    assert ours[-1] == "31 Tue 18:00 outcome: completed"
    assert theirs[-1] == "1 Wed 00:00 outcome: completed"


def test_goal_over_time_is_reached_without_a_fact(story: Story) -> None:
    playbook = 'goal: health.band == "green" && health.days_in_band >= 14\nsteps: [{wait: 60d}]\n'
    told = story(playbook, "health: 50\nfacts: [{at: 3d, health: 80}]")
    assert told[-1] == "19 Thu 09:00 outcome: achieved"


def test_task_is_closed_by_the_clock(story: Story) -> None:
    playbook = "steps: [{task: plan, assign: csm, done_when: fiscal.days_left < 7}]"
    assert story(playbook)[-2:] == ["25 Wed 00:00 done: plan", "25 Wed 00:00 outcome: completed"]
