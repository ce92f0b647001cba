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
            "was missed, and is too late since",
            "2026-01-12T08:00",
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


def test_what_facts_set_off_stands_nowhere(staged: Staged) -> None:
    stage = staged(playbook("{fact: champion.left}"), waiting())
    records = MemoryRecords(stage.simulator.world)
    (live,) = live_plans(records)
    (trigger,) = stage.plan.enroll["on"]
    account = stage.scenario.account.id
    assert stand(records, stage.context, live, account, None, trigger) is None
