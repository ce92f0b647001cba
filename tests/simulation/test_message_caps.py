"""How many messages a contact gets, as stories. 2 March 2026 is a Monday."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.effects.context import Context
from engine.language.workspace.model import Cap
from engine.plan.model import Plan
from engine.services.why import explain
from engine.simulation.scenario import Scenario, set_up
from tests.simulation.staging import Stage

EMAIL = "{email: %s, template: welcome, to: contacts.champion}"
Capped = Callable[..., Stage]


def emails(*names: str) -> str:
    return "steps: [" + ", ".join(EMAIL % name for name in names) + "]"


@pytest.fixture
def capped(
    context: Context,
    compiled: Callable[[str], Plan],
    written: Callable[[str, Plan], Scenario],
) -> Capped:
    """Plays a playbook in a workspace with caps."""

    def play(playbook: str, *caps: Cap, scenario: str = "", others: tuple[str, ...] = ()) -> Stage:
        plans = [compiled(text) for text in (playbook, *others)]
        mine = replace(context, workspace=replace(context.workspace, caps=caps))
        read = written(scenario, plans[0])
        live = {plan.playbook: plan for plan in plans}
        stage = Stage(set_up(read, plans[0].playbook, live, mine), read, plans[0], mine)
        stage.play()
        return stage

    return play


def lines(stage: Stage, what: str) -> list[Any]:
    return [one for one in stage.simulator.trace().lines if one.what == what]


def test_what_is_above_waits_until_there_is_room(capped: Capped) -> None:
    stage = capped(emails("a", "b"), Cap(1, "day"))
    assert stage.story() == [
        "2 Mon 09:00 email: a to champion",
        "2 Mon 09:00 later: b",
        "3 Tue 09:00 email: b to champion",
        "3 Tue 09:00 outcome: completed",
    ]
    (put_off,) = lines(stage, "later")
    assert put_off.data["why"] == "a contact gets at most 1 message a day"


def test_room_is_waited_for_within_sending_hours(capped: Capped) -> None:
    start = "start: 2026-03-06T17:00"  # Friday: the day ends on Saturday
    assert capped(emails("a", "b"), Cap(1, "day"), scenario=start).story()[1:3] == [
        "6 Fri 17:00 later: b",
        "9 Mon 08:00 email: b to champion",
    ]


def test_the_cap_that_has_no_room_for_longest_counts(capped: Capped) -> None:
    story = capped(emails("a", "b", "c"), Cap(1, "day"), Cap(2, "week")).story()
    assert [one for one in story if "email" in one] == [
        "2 Mon 09:00 email: a to champion",
        "3 Tue 09:00 email: b to champion",
        "9 Mon 09:00 email: c to champion",
    ]


def test_what_is_above_is_left_out_and_said(capped: Capped) -> None:
    playbook = emails("a", "b") + "\n"
    stage = capped(playbook, Cap(1, "week", "skip"), Cap(1, "day"))
    assert stage.story() == [
        "2 Mon 09:00 email: a to champion",
        "2 Mon 09:00 skipped: b",
        "2 Mon 09:00 outcome: completed",
    ]
    (line,) = lines(stage, "not sent")
    assert line.data["why"] == "a contact gets at most 1 message a week"
    trace = stage.simulator.trace()
    run = next(iter(stage.simulator.world.enrollments.values()))
    steps = explain(run, stage.plan, trace.lines, ()).steps
    assert "b" in [step.node for step in steps if line in step.lines]


def test_conditions_see_what_was_left_out(capped: Capped) -> None:
    branches = "  - {{if: b.sent, then: [{}], else: [{}]}}".format(
        "{set: {account.lifecycle: adopting}}",
        "{set: {account.lifecycle: churned}}",
    )
    steps = "\n".join(f"  - {EMAIL % name}" for name in ("a", "b"))
    stage = capped(f"steps:\n{steps}\n{branches}", Cap(1, "week", "skip"))
    assert "2 Mon 09:00 set: lifecycle = churned" in stage.story()


def test_surveys_count_and_all_playbooks_together(capped: Capped) -> None:
    first = (
        "playbook: first\nsteps:\n"
        "  - {start: second}\n"
        "  - {survey: nps, to: contacts.champion, within: 10d}"
    )
    second = "playbook: second\nsteps:\n  - {wait: 1h}\n  - " + EMAIL % "b"
    stage = capped(first, Cap(1, "week"), others=(second,))
    sent = [one for one in stage.simulator.world.effects.values() if one.status == "accepted"]
    assert [(one.verb, f"{one.at:%d %H:%M}") for one in sent if one.recipient] == [
        ("send_survey", "02 08:00"),
        ("send_email", "09 08:00"),
    ]


def test_our_own_people_have_no_cap(capped: Capped) -> None:
    text = "{notify: n%d, to: csm, message: hi}"
    playbook = "steps: [" + ", ".join(text % number for number in range(3)) + "]"
    users = "users: [{id: u-ann, name: Ann, email: ann@us.example}]\n"
    scenario = "account: {name: Acme, csm: u-ann}\n" + users
    assert "later" not in " ".join(capped(playbook, Cap(1, "day"), scenario=scenario).story())


def sent(stage: Stage) -> list[str]:
    """Which emails went out when; a step's name says which."""
    world = stage.simulator.world
    gone = [one for one in world.effects.values() if one.recipient and one.status == "accepted"]
    return [f"{one.at:%d %H:%M} {one.node}" for one in sorted(gone, key=lambda one: one.at)]


MAIL = "{email: %s, template: %s, to: contacts.champion}"
NEWCOMER = "playbook: newcomer\nsteps:\n  - {wait: 1d}\n  - " + MAIL % ("new", "welcome")


def after_newcomer(*steps: str) -> str:
    """Starts the newcomer, whose timer is set before those of emails that wait for room."""
    return "playbook: first\nsteps:\n" + "\n".join(
        f"  - {step}" for step in ("{start: newcomer}", *steps)
    )


def test_who_waits_longest_goes_first(capped: Capped) -> None:
    playbook = after_newcomer(MAIL % ("a", "welcome"), MAIL % ("b", "welcome"))
    stage = capped(playbook, Cap(1, "day"), others=(NEWCOMER,))
    assert sent(stage) == ["02 08:00 a", "03 08:00 b", "04 08:00 new"]


def test_service_goes_before_marketing(capped: Capped) -> None:
    playbook = after_newcomer(MAIL % ("a", "welcome"), MAIL % ("b", "tips"))
    assert sent(capped(playbook, Cap(1, "day"), others=(NEWCOMER,))) == [
        "02 08:00 a",
        "03 08:00 new",
        "04 08:00 b",
    ]


def test_one_that_has_ended_holds_up_nobody(capped: Capped) -> None:
    playbook = after_newcomer(
        "{start: stopped}", MAIL % ("a", "welcome"), "{wait: 2h}", "{stop: stopped}"
    )
    stopped = "playbook: stopped\nsteps:\n  - {wait: 1h}\n  - " + MAIL % ("b", "welcome")
    stage = capped(playbook, Cap(1, "day"), others=(NEWCOMER, stopped))
    assert sent(stage) == ["02 08:00 a", "03 08:00 new"]
