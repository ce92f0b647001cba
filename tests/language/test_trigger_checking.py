"""Triggers by the clock and by condition: what is refused, and what the plan holds of them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.plan.codec import encode
from engine.plan.model import Anchor, Span
from tests.language.playbook_files import check, codes

STEPS = "steps: [{task: call, assign: csm}]\n"


def playbook(on: str, subject: str = "account") -> str:
    return f"playbook: p\nsubject: {subject}\nenroll:\n  on: {{{on}}}\n{STEPS}"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("date: 90d before account.renewal_date", []),
        ("date: account.renewal_date, if_late: skip", []),
        ("date: account.renewal_date, if_late: {run: 1w}", []),
        ("date: account.renewal_date, if_late: {run: 1 month}", ["TN317"]),
        ("date: account.renewal_date, if_late: {run: 0d}", ["TN317"]),
        ("date: account.renewal_date, if_late: later", ["TN153"]),
        ("date: account.renewal_date, if_late: {within: 7d}", ["TN151", "TN150"]),
        ("date: 90d", ["TN318"]),
        ("date: 90d before account.name", ["TN319"]),
        ("date: 5d before fiscal.quarter_begins", ["TN319"]),
        ("date: 5d before today", ["TN319"]),
        ("schedule: 0 9 31 2 *", ["TN339"]),
        ("schedule: 0 9 29 2 *", []),
        ("schedule: 0 9 * * mon, zone: Mars/Olympus", ["TN339"]),
        ("schedule: 0 9 * * mon, if_late: run", []),
        ("matches: health.score", ["TN203"]),
        ("stops_matching: account.arr > 10", []),
        ("stops_matching: account.ar > 10", ["TN201"]),
        ("matches: contact.role == 'champion'", ["TN201"]),
    ],
)
def test_what_triggers_take(on: str, expected: list[str]) -> None:
    assert sorted(codes(playbook(on))) == sorted(expected)


def test_a_contact_playbook_may_hang_on_dates_and_fields_of_the_contact() -> None:
    assert codes(playbook("matches: contact.role == 'champion'", "contact")) == []


@pytest.mark.parametrize(
    ("on", "held"),
    [
        (
            "date: 90d before account.renewal_date, if_late: {run: 2d}",
            {
                "when": encode(Anchor("account.renewal_date", Span(90, "d"), before=True)),
                "if_late": encode(Span(2, "d")),
            },
        ),
        ("schedule: 0 9 * * mon", {"cron": "0 9 * * mon", "zone": None}),
        ("schedule: 0 9 * * mon, if_late: skip", {"cron": "0 9 * * mon", "if_late": "skip"}),
    ],
)
def test_what_the_plan_holds_of_a_trigger(on: str, held: dict[str, Any]) -> None:
    plan = check(playbook(on)).plan
    assert plan is not None
    (made,) = plan.enroll["on"]
    assert {name: made[name] for name in held} == held
    assert ("if_late" in made) == ("if_late" in held)
