"""What a backtest counts: runs, what each got, whose load, refusals, the brake, losses, changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine.language.workspace.model import Cap, Group
from engine.simulation.backtest.comparing import compare
from engine.simulation.backtest.load import Capacity
from engine.simulation.backtest.measuring import measure
from engine.simulation.backtest.playing import Question, play
from engine.simulation.backtest.result import Effects, Result
from tests.backtest.pasts import Past, account, contact, day

Counted = Callable[..., Result]
CALL = """
enroll:
  on: [{fact: usage.started}]
  when: account.arr >= 100
  again_after: 30d
steps:
  - task: call
    assign: csm
    due: 2 business days
    overdue: [{after: 1 business day, remind: csm}]
  - email: hello
    to: contacts.champion
    from: csm
"""


@pytest.fixture
def counted(question: Callable[..., Question]) -> Counted:
    """Play a playbook over a past and count."""

    def count(text: str, past: Past, capacity: Capacity | None = None, **more: Any) -> Result:
        asked = question(text, **more)
        return measure(asked, past, play(asked, past), capacity or Capacity(), "test")

    return count


def past() -> Past:
    accounts = [account("acme", arr=500), account("blue", arr=200), account("coral", arr=50)]
    found = Past(accounts, [contact(f"c-{one.id}", one.id) for one in accounts])
    for name in ("acme", "blue", "coral"):
        found.add(name, "usage.started", day(1))
    return found.add("acme", "usage.started", day(8)).add("acme", "usage.started", day(50))


def test_who_enters_and_what_each_gets(counted: Counted) -> None:
    result = counted(CALL, past())
    assert [(one.account, one.at, one.outcome) for one in result.entries] == [
        ("acme", day(1), "completed"),
        ("blue", day(1), "completed"),
        ("acme", day(50), "completed"),
    ]
    assert {one.effects for one in result.entries} == {Effects(emails=1, tasks=1)}
    assert result.by_rule == {"fact usage.started": 3}
    assert result.outcomes == {"completed": 3}
    assert result.effects == Effects(emails=3, tasks=3)
    assert [(one.day.isoformat(), one.entered) for one in result.by_day if one.entered] == [
        ("2025-03-04", 2),
        ("2025-04-22", 1),
    ]


def test_why_others_do_not(counted: Counted) -> None:
    reasons = {(one.why, one.count, one.accounts) for one in counted(CALL, past()).refused}
    assert reasons == {
        ("does not match: account.arr >= 100", 1, ("coral",)),
        ("its last run ended less than 30d ago", 1, ("acme",)),
    }


def test_load_per_person_and_week_against_capacity(counted: Counted) -> None:
    [ana] = counted(CALL, past(), Capacity(1)).people
    assert (ana.user, ana.tasks, ana.most, ana.weeks_over) == ("u-ana", 3, 2, 1)
    busy = [(week.monday, week.tasks, week.over) for week in ana.weeks if week.tasks]
    assert busy == [(date(2025, 3, 3), 2, True), (date(2025, 4, 21), 1, False)]
    assert len(ana.weeks) == 10


def test_own_capacity_comes_before_the_one_for_all(counted: Counted) -> None:
    [ana] = counted(CALL, past(), Capacity(1, {"u-ana": 5})).people
    assert (ana.capacity, ana.weeks_over) == (5, 0)


def test_emails_per_contact(counted: Counted) -> None:
    mailing = counted(CALL, past()).mailing
    assert (mailing.contacts, mailing.most, mailing.most_in_7_days) == (2, 2, 1)
    assert mailing.distribution == {1: 1, 2: 1}
    assert mailing.top == (("c-acme", 2), ("c-blue", 1))


def in_a_workspace(asked: Question, **more: Any) -> Question:
    """Ask the same in a workspace that has groups or caps."""
    workspace = replace(asked.context.workspace, **more)
    return replace(asked, context=replace(asked.context, workspace=workspace))


@pytest.mark.parametrize(
    ("otherwise", "emails", "waited", "left_out"), [("wait", 4, 2, 0), ("skip", 3, 0, 1)]
)
def test_emails_above_a_message_cap_wait_or_are_left_out(
    question: Callable[..., Question], otherwise: Any, emails: int, waited: int, left_out: int
) -> None:
    again = CALL.replace("  again_after: 30d\n", "")
    asked = in_a_workspace(question(again), caps=(Cap(1, "month", otherwise),))
    result = measure(asked, past(), play(asked, past()), Capacity(), "test")
    assert result.effects.emails == emails
    assert (result.mailing.waited, result.mailing.left_out) == (waited, left_out)
    assert any("The message caps (1 a month)" in one for one in result.assumptions)


def test_what_a_group_would_have_changed_is_said_to_be_unseen(
    question: Callable[..., Question],
) -> None:
    asked = in_a_workspace(question(CALL), groups=(Group("care", ("rescue", "p", "news")),))
    said = measure(asked, past(), play(asked, past()), Capacity(), "test").assumptions
    assert any("rescue, news of the same group (care) do not run" in one for one in said)
    alone = in_a_workspace(question(CALL), groups=(Group("care", ("rescue", "news")),))
    said = measure(alone, past(), play(alone, past()), Capacity(), "test").assumptions
    assert not any("group" in one for one in said)


def test_nobody_does_a_task_where_it_is_said(counted: Counted) -> None:
    result = counted(CALL, past(), diligence="never")
    assert result.outcomes == {"under way": 2}
    assert result.effects == Effects(tasks=2, reminders=2)
    assert result.people[0].alarms == 2
    assert "Nobody does a task" in result.assumptions[0]


def test_brake_holds_and_is_counted(counted: Counted) -> None:
    braked = CALL.replace("  again_after: 30d\n", "  brake: {at_most: 1, per: week}\n")
    result = counted(braked, past())
    assert [(one.account, one.kind) for one in result.held] == [("blue", "brake")]
    assert any("nobody releases it" in one for one in result.assumptions)


def test_lost_customers_and_how_long_before(counted: Counted) -> None:
    lost = past()
    for name, at in (("acme", 21.0), ("coral", 30.0), ("blue", 300.0)):
        lost.add(name, "account.changed", day(at), fields={"lifecycle": "churned"})
    losses = counted(CALL, lost).losses
    assert (losses.lost, losses.entered_before, losses.days_before) == (2, 1, 20)
    assert losses.missed == ("coral",)


def test_a_run_that_the_loss_itself_begins_came_too_late(counted: Counted) -> None:
    lost = past()
    for name in ("acme", "coral"):
        lost.add(name, "account.changed", day(40), fields={"lifecycle": "churned"})
    losses = counted("enroll: {on: [{fact: account.changed}]}\nsteps: [{wait: 1d}]\n", lost).losses
    assert (losses.lost, losses.entered_before, losses.days_before) == (2, 0, None)
    assert losses.missed == ("acme", "coral")


def test_playbooks_it_starts_run_too_but_not_by_themselves(
    question: Callable[..., Question],
) -> None:
    first = "enroll: {on: [{fact: usage.started}]}\nsteps:\n  - start: other\n"
    other = (
        "playbook: other\nenroll: {on: [{fact: usage.started}]}\n"
        "steps:\n  - {email: hello, to: contacts.champion, from: csm}\n"
    )
    asked = question(first, other)
    found = Past([account("acme")], [contact("c-acme", "acme")])
    found.add("acme", "usage.started", day(1))
    result = measure(asked, found, play(asked, found), Capacity(), "test")
    assert len(result.entries) == 1
    assert result.effects.emails == 1


def test_difference_from_another_version(counted: Counted) -> None:
    here = counted(CALL.replace("arr >= 100", "arr >= 40"), past())
    there = counted(CALL.replace("30d", "3d"), past())
    change = compare(here, there)
    assert [(one.account, one.at) for one in change.only_here] == [("coral", day(1))]
    assert [(one.account, one.at) for one in change.only_there] == [("acme", day(8))]
    assert (change.same, change.moved) == (3, ())
    assert (change.effects_here.emails, change.effects_there.emails) == (4, 4)
    assert change.people == (("u-ana", "Ana Silva", 4, 4),)


def test_difference_in_time(counted: Counted) -> None:
    later = CALL.replace("  again_after: 30d\n", "  from: 2025-03-09\n")
    [moved] = compare(counted(later, past()), counted(CALL.replace("30d", "90d"), past())).moved
    assert (moved[0].account, moved[1]) == ("acme", 7)
