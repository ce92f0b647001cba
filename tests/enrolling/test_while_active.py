"""What a trigger does while a run is under way: nothing, begin it anew, or queue behind it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.effects.entities import AccountId
from tests.enrolling.house import DAY, House

Found = Callable[..., House]
PLAYBOOK = """\
playbook: rescue
enroll: {{on: [{{fact: order.placed}}], while_active: {way}{more}}}
steps: [{{task: triage, assign: csm}}, {{wait: 30d}}]
"""


def playbook(way: str, more: str = "") -> str:
    return PLAYBOOK.format(way=way, more=more)


def test_a_trigger_is_ignored_and_written_down(house: Found) -> None:
    company = house(playbook("ignore"))
    company.tell()
    company.tell()
    assert company.shown() == ["rescue active"]
    assert [(one.decision, one.why) for one in company.decisions()][1] == (
        "refused",
        "rescue is already under way for acme-0",
    )


def test_restart_ends_the_run_and_begins_anew(house: Found) -> None:
    company = house(playbook("restart"))
    company.tell()
    company.wait(DAY)
    company.tell()
    assert company.shown() == ["rescue restarted", "rescue active"]
    first, second = company.runs()
    assert first.reason == "begun anew: fact order.placed"
    assert second.trigger["fact"] == "f-2"
    tasks = [(one.enrollment, one.status) for one in company.world.tasks.values()]
    assert tasks == [(first.id, "withdrawn"), (second.id, "open")]
    assert [one.decision for one in company.decisions()] == ["started", "held", "started"]


def test_a_queued_run_begins_once_when_the_other_has_ended(house: Found) -> None:
    company = house(playbook("queue"))
    company.tell()
    for _ in range(3):
        company.tell()
    assert company.shown() == ["rescue active"]
    assert [(one.kind, one.trigger["fact"]) for one in company.held()] == [("queue", "f-2")]
    company.simulator.cancel(company.runs()[0].id)
    company.wait(DAY)
    assert company.shown() == ["rescue cancelled", "rescue active"]
    company.simulator.cancel(company.runs()[1].id)
    company.wait(DAY)
    assert company.shown() == ["rescue cancelled", "rescue cancelled"]
    assert [one.decision for one in company.decisions()] == [
        *("started", "held", "refused", "refused", "started")
    ]


@pytest.mark.parametrize("way", ["restart", "queue"])
def test_what_waited_for_the_run_does_not_wait_for_again_after(house: Found, way: str) -> None:
    company = house(playbook(way, ", again_after: 30d"))
    company.tell()
    company.tell()
    company.simulator.cancel(company.runs()[0].id)
    company.wait(DAY)
    assert company.shown()[1:] == ["rescue active"]


def test_what_no_longer_matches_does_not_begin(house: Found) -> None:
    company = house(playbook("queue", ', when: account.lifecycle == "new"'))
    company.tell()
    company.tell()
    company.change(lifecycle="churned")
    company.simulator.cancel(company.runs()[0].id)
    company.wait(DAY)
    assert company.shown() == ["rescue cancelled"]
    (kept,) = company.world.held.values()
    assert (kept.status, kept.why) == (
        "dropped",
        'does not match: account.lifecycle == "new"  (account.lifecycle = "churned")',
    )


def test_no_run_is_ended_for_one_that_the_brake_would_hold(house: Found) -> None:
    company = house(playbook("restart", ", brake: {at_most: 1, per: day}"))
    company.tell()
    company.tell()
    assert company.shown() == ["rescue active"]
    assert [one.kind for one in company.held()] == ["brake"]


def test_one_that_queues_for_each_contact(house: Found) -> None:
    company = house("subject: contact\n" + playbook("queue"))
    company.tell()
    company.tell(contact="acme-0-admin")
    assert [(one.contact, one.status) for one in company.runs()] == [
        ("acme-0-admin", "active"),
        ("acme-0-champion", "active"),
    ]
    assert [one.contact for one in company.held()] == ["acme-0-admin"]
    company.simulator.cancel(company.runs()[1].id)  # another contact's run: nothing waits for it
    company.wait(DAY)
    assert [one.contact for one in company.held()] == ["acme-0-admin"]


def test_by_hand_queues_too(house: Found) -> None:
    company = house(playbook("queue"))
    account = AccountId("acme-0")
    first = company.simulator.enroll("rescue", account)
    second = company.simulator.enroll("rescue", account)
    assert (first.decision, second.decision, second.enrollment) == ("started", "held", None)
    company.simulator.cancel(company.runs()[0].id)
    company.wait(DAY)
    assert [one.id for one in company.runs()] == [first.enrollment, second.held]
