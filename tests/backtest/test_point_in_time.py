"""Only what was known then counts: facts from when they came in, fields as they were."""

from __future__ import annotations

from dataclasses import replace

from engine.effects.entities import AccountId, EnrollmentId
from engine.simulation.backtest.past import Scored
from engine.simulation.backtest.playing import notes_of
from tests.backtest.pasts import Ask, Past, account, contact, day, entered

RED = "enroll: {on: [{health.enters: red}]}\nsteps:\n  - {task: call, assign: csm}\n"
RICH = "enroll: {on: [{fact: usage.started}], when: account.arr >= 100}\nsteps:\n  - wait: 1d\n"


def test_run_begins_when_the_score_was_told(ask: Ask) -> None:
    past = Past([account("acme"), account("blue")])
    past.score("acme", day(-5), 60).score("acme", day(3), 30).score("blue", day(4), 55)
    assert entered(ask(RED, past)) == [("acme", 3)]


def test_late_fact_counts_from_when_it_was_known(ask: Ask) -> None:
    past = Past([account("acme")]).score("acme", day(1), 80).score("acme", day(5), 20, late=6)
    assert entered(ask(RED, past)) == [("acme", 11)]


def test_score_that_comes_after_a_newer_one_begins_nothing(ask: Ask) -> None:
    past = Past([account("acme")]).score("acme", day(3), 80).score("acme", day(2), 20, late=4)
    assert entered(ask(RED, past)) == []


def test_what_comes_after_the_period_is_not_seen(ask: Ask) -> None:
    past = Past([account("acme")]).score("acme", day(1), 80).score("acme", day(30), 20)
    assert entered(ask(RED, past, days=20)) == []


def test_before_the_period_nothing_begins_but_scores_count(ask: Ask) -> None:
    past = Past([account("acme")]).score("acme", day(-20), 20).score("acme", day(2), 25)
    played = ask(RED, past)
    assert entered(played) == []
    assert notes_of(played) == []


def test_period_of_which_nothing_is_known_is_noted(ask: Ask) -> None:
    played = ask(RED, Past([account("acme")]).score("acme", day(-20), 80))
    (note,) = notes_of(played)
    assert note.startswith("Nothing that matters to it became known in the period; the last did on")


def test_account_without_a_score_is_noted(ask: Ask) -> None:
    played = ask(RED, Past([account("acme")]).score("acme", day(2), 25))
    assert entered(played) == [("acme", 2)]
    assert "no health score when the period began" in notes_of(played)[0]


def test_fields_are_those_of_then(ask: Ask) -> None:
    past = Past([account("acme", arr=500)])
    past.add("acme", "account.created", day(-30), fields={"id": "acme", "arr": 50})
    past.add("acme", "usage.started", day(1))
    past.add("acme", "account.changed", day(5), fields={"arr": 500})
    past.add("acme", "usage.started", day(6))
    assert entered(ask(RICH, past)) == [("acme", 6)]


def test_earlier_values_that_a_change_tells_are_used(ask: Ask) -> None:
    past = Past([account("acme", arr=500)]).add("acme", "usage.started", day(1))
    past.add("acme", "account.changed", day(5), fields={"arr": 500}, before={"arr": 50})
    played = ask(RICH, past)
    assert entered(played) == []
    assert played.guessed == 0


def test_without_history_fields_are_todays_and_that_is_said(ask: Ask) -> None:
    past = Past([account("acme", arr=500)]).add("acme", "usage.started", day(1))
    past.add("acme", "account.changed", day(5), fields={"arr": 500})
    played = ask(RICH, past)
    assert entered(played) == [("acme", 1)]
    assert "as they are today until the change" in notes_of(played)[0]


def test_account_arrives_when_it_was_created(ask: Ask) -> None:
    playbook = (
        "enroll: {on: [{fact: account.created}]}\n"
        "steps:\n  - {email: hello, to: contacts.champion, from: csm}\n"
    )
    past = Past([account("acme")], [contact("c-kim", "acme")])
    past.add("acme", "account.created", day(4), fields={"id": "acme", "csm": "u-ana"})
    played = ask(playbook, past)
    assert entered(played) == [("acme", 4)]
    assert len(played.trace.mails) == 1


def test_contact_created_later_is_not_written_to_before(ask: Ask) -> None:
    playbook = (
        "enroll: {on: [{fact: usage.started}]}\n"
        "steps:\n  - {email: hello, to: contacts.champion, from: csm}\n"
    )
    past = Past(
        [account("acme"), account("blue")], [contact("c-kim", "acme"), contact("c-bo", "blue")]
    )
    past.add("acme", "usage.started", day(1)).add("blue", "usage.started", day(1))
    fields = {"id": "c-kim", "account": "acme", "role": "champion", "email": "kim@acme.example"}
    past.add("acme", "contact.created", day(8), who="c-kim", fields=fields)
    sent = [mail.to[1] for mail in ask(playbook, past).trace.mails]
    assert sent == ["c-bo@acme.example"]


def test_computed_scores_count_as_recorded_then(ask: Ask) -> None:
    acme = AccountId("acme")
    past = Past([account("acme", segment="computed")])
    past.scored = [Scored(day(1), acme, 80, "green"), Scored(day(9), acme, 45, "red")]
    played = ask(RED, past)
    assert entered(played) == [("acme", 9)]  # the band recorded, not what 45 would be today


def test_current_model_computes_scores_anew(ask: Ask) -> None:
    past = Past([account("acme", segment="computed")])
    past.scored = [Scored(day(1), AccountId("acme"), 20, "red")]
    past.add("acme", "usage.reported", day(-3), share=90)
    past.add("acme", "usage.reported", day(12), share=10)
    past.score("acme", day(5), 5)
    played = ask(RED, past, model="current")
    assert entered(played) == [("acme", 12)]
    assert notes_of(played)[-1] == "1 recorded scores were left out: the model computes them."


def test_facts_of_the_playbooks_own_real_runs_are_left_out(ask: Ask) -> None:
    playbook = "enroll: {on: [{fact: task.completed}]}\nsteps:\n  - wait: 1d\n"
    past = Past([account("acme")]).add("acme", "task.completed", day(2))
    known_at, fact = past.happened[0]
    past.happened[0] = (known_at, replace(fact, enrollment=EnrollmentId("p.acme.x")))
    played = ask(playbook, past)
    assert entered(played) == []
    assert played.own_facts == 1


def test_date_triggers_and_moving_dates(ask: Ask) -> None:
    playbook = "enroll: {on: [{date: 10d before account.renewal_date}]}\nsteps:\n  - wait: 1d\n"
    past = Past([account("acme", renewal_date="2025-05-01"), account("blue")])
    past.add(
        "acme",
        "account.changed",
        day(3),
        fields={"renewal_date": "2025-05-01"},
        before={"renewal_date": "2025-03-20"},
    )
    assert entered(ask(playbook, past)) == [("acme", 49)]


def test_dates_due_when_it_is_switched_on_begin_on_the_first_day(ask: Ask) -> None:
    playbook = (
        "enroll: {on: [{date: 10d before account.renewal_date, if_late: {run: 7d}}]}\n"
        "steps:\n  - wait: 1d\n"
    )
    past = Past(
        [account("acme", renewal_date="2025-03-10"), account("blue", renewal_date="2025-02-20")]
    )
    assert entered(ask(playbook, past)) == [("acme", 0)]
