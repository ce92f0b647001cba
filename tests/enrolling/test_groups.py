"""Groups: the first has precedence, what it pauses goes on after it, and a person's pause stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from engine.effects.deliveries import Resume
from engine.effects.holding import after_end
from engine.simulation.memory import MemoryRecords
from tests.enrolling.house import DAY, House

Found = Callable[..., House]
RESCUE = """\
playbook: rescue
enroll: {on: [{fact: champion.left}]}
steps: [{wait: 10d}]
"""
NEWS = """\
playbook: news
enroll: {on: [{fact: order.placed}]}
steps: [{wait: 5d}, {notify: tell, channel: cs, message: hi}]
"""
SURVEY = "playbook: survey\nenroll: {on: [{fact: order.paid}]}\nsteps: [{wait: 5d}]\n"
ALL = (RESCUE, NEWS, SURVEY)


def groups(more: str = "") -> str:
    return f"groups: {{care: {{playbooks: [rescue, news, survey]{more}}}}}\n"


def test_the_first_pauses_the_others_and_they_go_on_after_it(house: Found) -> None:
    company = house(*ALL, tenure=groups())
    company.tell("order.placed")
    company.wait(DAY)
    company.tell("champion.left")
    assert company.shown() == ["news paused", "rescue active"]
    company.wait(10 * DAY)
    assert company.shown() == ["news active", "rescue completed"]
    company.wait(4 * DAY)
    assert company.shown()[0] == "news completed"
    (line,) = [one for one in company.simulator.trace().lines if one.what == "paused"]
    assert line.data["reason"] == "rescue comes first (group care)"


def test_other_accounts_are_left_alone(house: Found) -> None:
    company = house(*ALL, tenure=groups(), accounts=2)
    company.tell("order.placed", account=1)
    company.tell("champion.left")
    assert company.shown("acme-1") == ["news active"]


def test_what_comes_later_waits_and_begins_in_the_order_of_the_group(house: Found) -> None:
    company = house(*ALL, tenure=groups())
    company.tell("champion.left")
    company.tell("order.paid")
    company.tell("order.placed")
    assert company.shown() == ["rescue active"]
    assert [(one.playbook, one.kind) for one in company.held()] == [
        ("survey", "group"),
        ("news", "group"),
    ]
    company.wait(10 * DAY)
    assert company.shown() == ["rescue completed", "news active"]
    assert [one.playbook for one in company.held()] == ["survey"]
    company.wait(5 * DAY)
    assert company.shown() == ["rescue completed", "news completed", "survey active"]
    assert company.held() == []


def test_what_comes_later_is_refused_where_the_group_says_so(house: Found) -> None:
    company = house(*ALL, tenure=groups(", otherwise: refuse"))
    company.tell("champion.left")
    company.tell("order.placed")
    assert company.shown() == ["rescue active"]
    assert company.decisions()[-1].why == (
        "rescue is under way, which comes first in the group care"
    )
    assert company.held() == []


def test_without_pre_empting_even_the_first_waits(house: Found) -> None:
    company = house(*ALL, tenure=groups(", pre_empt: false"))
    company.tell("order.placed")
    company.tell("champion.left")
    assert company.shown() == ["news active"]
    assert [one.playbook for one in company.held()] == ["rescue"]
    company.wait(5 * DAY)
    assert company.shown() == ["news completed", "rescue active"]


def test_a_pause_by_hand_outlasts_the_groups(house: Found) -> None:
    company = house(*ALL, tenure=groups())
    company.tell("order.placed")
    news = company.runs()[0].id
    company.tell("champion.left")
    company.simulator.pause(news, "contract talks")
    company.wait(10 * DAY)
    assert company.shown() == ["news paused", "rescue completed"]
    company.simulator.resume(news)
    company.wait(DAY)
    assert company.shown()[0] == "news active"


def test_what_a_person_paused_before_is_not_let_go_on(house: Found) -> None:
    company = house(*ALL, tenure=groups())
    company.tell("order.placed")
    company.simulator.pause(company.runs()[0].id, "contract talks")
    company.wait(DAY)
    company.tell("champion.left")
    company.wait(10 * DAY)
    assert company.shown() == ["news paused", "rescue completed"]


def test_two_that_are_paused_go_on_one_after_the_other(house: Found) -> None:
    company = house(*ALL, tenure=groups())
    company.tell("order.paid")
    company.tell("order.placed")
    company.tell("champion.left")
    assert company.shown() == ["survey paused", "news paused", "rescue active"]
    company.wait(10 * DAY)
    assert company.shown() == ["survey paused", "news active", "rescue completed"]
    company.wait(5 * DAY)
    assert company.shown() == ["survey active", "news completed", "rescue completed"]


@pytest.mark.parametrize("way", ["goal: {}", "exit: [{{when: {}, outcome: achieved}}]"])
def test_goal_and_exits_end_what_the_group_has_paused(house: Found, way: str) -> None:
    met = way.format('account.lifecycle == "adopting"')
    news = NEWS.replace("steps: [", "steps: [{task: call, assign: csm, required: false}, ")
    company = house(RESCUE, f"{news}{met}\n", SURVEY, tenure=groups())
    company.tell("order.placed")
    company.tell("champion.left")
    company.change(lifecycle="adopting")
    assert company.shown() == ["news achieved", "rescue active"]
    assert {task.status for task in company.world.tasks.values()} == {"withdrawn"}


def test_goal_waits_for_the_person_who_paused_the_run(house: Found) -> None:
    company = house(f"{NEWS}goal: account.lifecycle == 'adopting'\n")
    company.tell("order.placed")
    company.simulator.pause(company.runs()[0].id, "contract talks")
    company.change(lifecycle="adopting")
    assert company.shown() == ["news paused"]
    company.simulator.resume(company.runs()[0].id)
    company.wait(timedelta())
    assert company.shown() == ["news achieved"]


def test_runs_of_one_contact_playbook_go_side_by_side(house: Found) -> None:
    company = house(RESCUE, "subject: contact\n" + NEWS, SURVEY, tenure=groups())
    company.tell("order.placed")
    assert company.shown() == ["news active", "news active"]
    company.tell("champion.left")
    assert company.shown() == ["news paused", "news paused", "rescue active"]
    company.wait(10 * DAY)
    assert company.shown() == ["news active", "news active", "rescue completed"]


def test_one_fact_that_sets_off_both_begins_the_first_only(house: Found) -> None:
    news = NEWS.replace("order.placed", "champion.left").replace("news", "a-news")
    later = groups().replace("news", "a-news")
    company = house(RESCUE, news, SURVEY, tenure=later)
    company.tell("champion.left")
    assert company.shown() == ["rescue active"]
    assert [one.playbook for one in company.held()] == ["a-news"]


@pytest.mark.parametrize("tenure", ["", "groups: {care: {playbooks: [news, survey]}}\n"])
def test_what_was_paused_goes_on_though_its_group_has_changed_meanwhile(
    house: Found, tmp_path: Path, tenure: str
) -> None:
    company = house(*ALL, tenure=groups())
    company.tell("order.placed")
    company.tell("champion.left")
    assert company.shown() == ["news paused", "rescue active"]
    changed = House.found(tmp_path / "changed", ALL, tenure, 1).context
    rescue = company.runs("rescue")[0]
    with MemoryRecords(company.world) as records:
        records.change_enrollment(rescue.id, status="finished")
        after_end(records, changed, rescue)
    assert company.world.outbox == [Resume(company.runs("news")[0].id, company.world.now)]
