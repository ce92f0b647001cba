"""Going live: what is so already sets nothing off, and what went on before goes on."""

from __future__ import annotations

from collections.abc import Callable

from engine.effects.matching import live_plans
from engine.effects.rounds import latest_rounds
from engine.effects.taking_stock import take_stock
from engine.simulation.memory import MemoryRecords
from tests.enrolling.house import HOUR, House

DIGEST = """\
playbook: digest
enroll: {on: [{schedule: 0 9 * * *}]}
steps: [{wait: 1d}]
"""


def test_a_schedule_that_an_edit_leaves_alone_keeps_the_moment_that_is_due(
    house: Callable[..., House],
) -> None:
    company = house(DIGEST)

    def due() -> list[str]:
        found = latest_rounds(records, company.context, HOUR)
        return [one.live.playbook for one in found if not one.is_over]

    with MemoryRecords(company.world) as records:
        (live,) = live_plans(records)
        take_stock(records, company.context, live, before=live.plan)
        assert due() == ["digest"]
        take_stock(records, company.context, live, before=None)
        assert due() == []
