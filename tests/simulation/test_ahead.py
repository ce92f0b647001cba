"""How triggers by the clock and by condition stand, as `tenure why-not` shows it."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.effects.ahead import stand
from engine.effects.matching import live_plans
from engine.simulation.memory import MemoryRecords
from tests.simulation.staging import Staged
from tests.simulation.test_clocks import playbook, waiting


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("on", "account", "said", "instant"),
    [
        (
            "{date: 90d before account.renewal_date}",
            "renewal_date: 2026-10-01",
            "fires",
            "2026-07-03T07:00",
        ),
        (
            "{date: account.go_live}",
            "go_live: 2026-03-04",
            "has fired for this date, due",
            "2026-03-04T08:00",
        ),
        (
            "{date: account.go_live}",
            "go_live: 2026-01-05",
            "was missed, and comes too late now (if_late lets it be 7 days late), due",
            "2026-01-05T08:00",
        ),
        (
            "{date: account.go_live, if_late: skip}",
            "go_live: 2026-01-05",
            "was missed, and comes too late now (if_late: skip), due",
            "2026-01-05T08:00",
        ),
        (
            "{date: 2d before account.renewal_date}",
            "renewal_date: 2026-03-01",
            "was missed, and comes too late now (the date itself is over), due",
            "2026-02-26T23:00",
        ),
        ("{date: account.go_live}", "arr: 1", "account.go_live holds no date", None),
        ("{schedule: 0 9 1 * *}", "arr: 1", "comes round next", "2026-07-01T07:00"),
        (
            "{matches: account.arr > 5}",
            "arr: 1",
            "does not hold: account.arr > 5  (account.arr = 1)",
            None,
        ),
        (
            "{matches: account.arr > 5}",
            "arr: 9",
            "holds: account.arr > 5  (account.arr = 9); it has to turn first",
            None,
        ),
        (
            "{stops_matching: account.arr > 5}",
            "arr: 9",
            "holds: account.arr > 5  (account.arr = 9)",
            None,
        ),
        (
            "{stops_matching: account.arr > 5}",
            "arr: 1",
            "does not hold: account.arr > 5  (account.arr = 1); it has to turn first",
            None,
        ),
    ],
)
def test_a_trigger_stands(
    staged: Staged, on: str, account: str, said: str, instant: str | None
) -> None:
    stage = staged(playbook(on), waiting(account))
    stage.play()
    records = MemoryRecords(stage.simulator.world)
    (live,) = live_plans(records)
    (trigger,) = stage.plan.enroll["on"]
    found = stand(records, stage.context, live, stage.scenario.account.id, None, trigger)
    assert found is not None
    assert (found.said, found.at) == (said, at(instant) if instant else None)


@pytest.mark.parametrize(
    ("on", "happens", "said", "instant"),
    [
        ("{fact: meeting.held}", [], "no such fact has come", None),
        (
            "{fact: champion.left}",
            ["at: 1d, fact: champion.left"],
            "such a fact happened last",
            "2026-03-03T08:00",
        ),
        (
            "{survey: nps, where: fact.score <= 6}",
            ["at: 1d, fact: survey.answered, data: {survey: nps, score: 9}"],
            "does not hold for the latest: fact.score <= 6  (fact.score = 9), which happened",
            "2026-03-03T08:00",
        ),
        (
            "{survey: ces}",
            ["at: 1d, fact: survey.answered, data: {survey: nps, score: 9}"],
            "no such fact has come",
            None,
        ),
        ("{health.enters: red}", [], "no score is known yet", None),
        (
            "{health.enters: red}",
            ["at: 1d, health: 20"],
            "has to leave red first, its band since",
            "2026-03-03T08:00",
        ),
        (
            "{health.leaves: green}",
            ["at: 1d, health: 20"],
            "the band is red and not green since",
            "2026-03-03T08:00",
        ),
        ("{health.crosses: {below: 50}}", ["at: 1d, health: 60"], "the score is 60", None),
        (
            "{health.drops: {by: 15, within: 120d}}",
            ["at: 1d, health: 60", "at: 2d, health: 70", "at: 3d, health: 58"],
            "the score is 58, the highest of the last 120d 70",
            None,
        ),
    ],
)
def test_a_trigger_by_facts_stands(
    staged: Staged, on: str, happens: list[str], said: str, instant: str | None
) -> None:
    stage = staged(playbook(on), waiting("", *happens))
    stage.play()
    records = MemoryRecords(stage.simulator.world)
    (live,) = live_plans(records)
    (trigger,) = stage.plan.enroll["on"]
    found = stand(records, stage.context, live, stage.scenario.account.id, None, trigger)
    assert found is not None
    assert (found.said, found.at) == (said, at(instant) if instant else None)


def test_what_people_set_off_stands_nowhere(staged: Staged) -> None:
    stage = staged(playbook("[{by_hand: true}]"), waiting())
    records = MemoryRecords(stage.simulator.world)
    (live,) = live_plans(records)
    (trigger,) = stage.plan.enroll["on"]
    account = stage.scenario.account.id
    assert stand(records, stage.context, live, account, None, trigger) is None
