"""Drafts decide and do not act; decisions say what each trigger came to, by which rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from engine.effects.entities import AccountId
from tests.enrolling.house import DAY, House

Found = Callable[..., House]
DRAFT = """\
playbook: rescue
mode: draft
enroll:
  on: [{fact: order.placed}]
  when: account.arr >= 1000
  brake: {at_most: 1, per: day}
steps: [{task: triage, assign: csm}]
"""


def test_a_draft_writes_down_what_would_have_begun(house: Found) -> None:
    company = house(DRAFT, accounts=2)
    company.change(1, arr=10)
    company.tell()
    company.wait(DAY)
    company.tell(account=1)
    assert (company.runs(), company.world.tasks, company.held()) == ([], {}, [])
    assert [(one.account, one.decision, one.rule) for one in company.decisions()] == [
        ("acme-0", "draft", "fact order.placed"),
        ("acme-1", "refused", "fact order.placed"),
    ]
    first, second = company.decisions()
    assert first.why == "the playbook is a draft: it would begin now"
    assert second.at - first.at == timedelta(days=1)
    assert second.values == {"account.arr": 10}


def test_nobody_begins_a_draft_by_hand_or_from_another_playbook(house: Found) -> None:
    starter = "playbook: starter\nenroll: {on: [{fact: order.paid}]}\nsteps: [{start: rescue}]\n"
    company = house(DRAFT, starter)
    found = company.simulator.enroll("rescue", AccountId("acme-0"), force=True)
    assert (found.enrollment, found.decision) == (None, "draft")
    company.tell("order.paid")
    assert company.shown() == ["starter completed"]


def test_a_draft_neither_pauses_nor_holds(house: Found) -> None:
    news = "playbook: news\nenroll: {on: [{fact: order.paid}]}\nsteps: [{wait: 5d}]\n"
    company = house(DRAFT, news, tenure="groups: {care: {playbooks: [rescue, news]}}\n")
    company.tell("order.paid")
    company.tell("order.placed")
    assert company.shown() == ["news active"]


def test_each_decision_names_rule_reason_and_values(house: Found) -> None:
    company = house(
        "playbook: rescue\n"
        "enroll: {on: [{health.enters: red}, {fact: order.placed, where: fact.seats > 5}], "
        "when: account.arr >= 1000, again_after: 30d}\n"
        "steps: [{wait: 2d}]\n"
    )
    company.tell("health.changed", data={"score": 90})
    company.tell("health.changed", data={"score": 20})
    company.tell("order.placed", data={"seats": 3})
    company.wait(3 * DAY)
    company.tell("order.placed", data={"seats": 9})
    started, refused = company.decisions()
    assert (started.decision, started.rule, started.fact) == ("started", "health enters red", "f-2")
    assert started.values["account.arr"] == 5000
    assert started.enrollment == company.runs()[0].id
    assert refused.rule == "fact order.placed where fact.seats > 5"
    assert refused.why == "its last run ended 2026-03-04, less than 30d ago"
    assert refused.values["fact.seats"] == 9


def test_when_is_looked_at_for_each_contact(house: Found) -> None:
    company = house(
        "playbook: hello\nsubject: contact\n"
        "enroll: {on: [{fact: order.placed}], when: contact.vip}\nsteps: [{wait: 2d}]\n"
    )
    company.tell()
    assert [one.contact for one in company.runs()] == ["acme-0-champion"]
    assert [(one.contact, one.decision, one.values) for one in company.decisions()] == [
        ("acme-0-admin", "refused", {"contact.vip": False}),
        ("acme-0-champion", "started", {"contact.vip": True}),
    ]


def test_an_account_without_contacts_is_refused_too(house: Found) -> None:
    company = house(
        "playbook: hello\nsubject: contact\n"
        "enroll: {on: [{fact: order.placed}]}\nsteps: [{wait: 2d}]\n"
    )
    company.world.contacts_of.clear()
    company.tell()
    assert [(one.decision, one.why) for one in company.decisions()] == [
        ("refused", "the account has no contacts")
    ]


def test_an_answer_that_does_not_say_whose_it_is_sets_off_nobody(house: Found) -> None:
    company = house(
        "playbook: hello\nsubject: contact\n"
        "enroll: {on: [{survey: nps, where: fact.score <= 6}]}\nsteps: [{wait: 2d}]\n"
    )
    company.tell("survey.answered", data={"survey": "nps", "score": 2})
    assert company.runs() == []
    assert [(one.decision, one.why) for one in company.decisions()] == [
        ("refused", "the answer does not say whose it is")
    ]
