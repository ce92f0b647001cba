"""Which days a playbook starts runs on, and how soon it may start one again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.enrolling.house import DAY, HOUR, MONDAY, House

Found = Callable[..., House]
PLAYBOOK = """\
playbook: spring-offer
enroll: {{on: [{{fact: order.placed}}], {more}}}
steps: [{{set: {{account.lifecycle: adopting}}}}]
"""


def told_at(house: House, *instants: datetime) -> list[tuple[str, str]]:
    """Let a fact come in at each instant; what was decided, and why."""
    for at in instants:
        house.wait(at - house.world.now)
        house.tell()
    return [(one.decision, one.why) for one in house.decisions()]


def test_runs_start_from_the_first_day_to_the_last(house: Found) -> None:
    company = house(PLAYBOOK.format(more="from: 2026-03-03, until: 2026-03-04"))
    assert told_at(company, *(MONDAY + DAY * day for day in range(4))) == [
        ("refused", "it starts runs from 2026-03-03 on"),
        ("started", "it starts runs today, 2026-03-03"),
        ("started", "it starts runs today, 2026-03-04"),
        ("refused", "it has started no runs since 2026-03-04"),
    ]


@pytest.mark.parametrize(
    ("zone", "decided"), [("Europe/Berlin", "started"), ("America/New_York", "refused")]
)
def test_days_are_the_accounts_own(house: Found, zone: str, decided: str) -> None:
    company = house(PLAYBOOK.format(more="from: 2026-03-03"))
    company.change(zone=zone)
    midnight_in_berlin = MONDAY + 15 * HOUR
    assert told_at(company, midnight_in_berlin)[0][0] == decided


def test_a_run_starts_again_when_the_time_is_over_to_the_second(house: Found) -> None:
    company = house(PLAYBOOK.format(more="again_after: 2d"))
    second = timedelta(seconds=1)
    assert told_at(company, MONDAY, MONDAY + 2 * DAY - second, MONDAY + 2 * DAY)[1:] == [
        ("refused", "its last run ended 2026-03-02, less than 2d ago"),
        ("started", "its last run ended 2026-03-02, 2d ago"),
    ]
