"""Facts move the score, time moves it too, and people may force the band."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from engine.effects.entities import Account, AccountId
from engine.effects.reassessing import reassess
from engine.errors import InputError
from engine.health.recording import is_forced, is_stale
from tests.health.health_files import HEALTH, TENURE, context_of
from tests.health.house import ACME, DAY, NOW, House

STANDARD = context_of()
WILD = """\
models:
  all:
    groups:
      g:
        measures:
          total: {sum: incident.closed, of: minutes, over: 7d, curve: [[0, 100], [60, 0]]}
          last: {number: incident.closed.minutes}
          much: {number: incident.closed.minutes * 1000, curve: [[0, 100], [60, 0]]}
          branches: {children: weighted, by: arr}
"""
RENAMED = HEALTH.replace("band: red", "band: bad")
OUTSIDE = context_of("bands: {hysteresis: 5, stay: {before_better: 3d}}")


def test_fact_that_no_model_reads_assesses_nothing() -> None:
    house = House(STANDARD)
    house.fact("email.sent")
    assert house.world.accounts[ACME].assessment is None


def test_facts_add_up_to_the_score() -> None:
    house = House(STANDARD)
    house.fact("usage.reported", active=70)
    # usage: (2 x 75 + 1 x 0) / 3 = 50; support: 100; voice is missing: (3 x 50 + 100) / 4
    assert house.health() == (62.5, "yellow")
    house.fact("meeting.held")
    assert house.health() == (87.5, "green")  # usage (2 x 75 + 100) / 3 = 83.3
    house.fact("sentiment.noted", sentiment="fair")
    assert house.health() == (78.3, "green")
    assert house.history() == [78.3]  # one instant, one row


def test_field_of_the_account_moves_the_score() -> None:
    house = House(STANDARD)
    house.fact("usage.reported", active=70)
    house.world.now += DAY
    house.fact("account.changed", fields={"seats": 140})
    assert house.health() == (50.0, "yellow")  # half the seats: (2 x 50 + 0) / 3 = 33.3
    house.fact("account.changed", fields={"zone": "Europe/Berlin"})
    assert house.history() == [62.5, 50.0]


def test_time_alone_moves_the_score() -> None:
    house = House(STANDARD)
    house.fact("usage.reported", active=90)
    house.fact("meeting.held")
    house.fact("ticket.opened", priority="urgent")
    assert house.health() == (87.5, "green")
    house.pass_by(7 * DAY)
    assert _measure(house, "seats_used")["stale"]
    assert house.health() == (87.5, "green")
    house.pass_by(7 * DAY)  # the meeting is two weeks past
    assert house.health() == (75.0, "green")
    house.pass_by(7 * DAY)  # usage is dropped, the meeting makes up the group
    assert house.health() == (50.0, "yellow")
    house.pass_by(9 * DAY)  # the ticket has left its window
    assert house.health() == (62.5, "yellow")


def _measure(house: House, name: str) -> dict[str, object]:
    kept = house.world.accounts[ACME].assessment
    assert kept is not None
    found = [one for group in kept["groups"] for one in group["measures"] if one["name"] == name]
    return dict(found[0])


def test_late_fact_changes_what_is_known_now_and_not_the_past() -> None:
    house = House(STANDARD)
    house.fact("usage.reported", active=90)
    house.world.now += 10 * DAY
    house.fact("meeting.held", ago=9 * DAY)
    assert house.history() == [75.0, 100.0]
    house.fact("usage.reported", active=10, ago=20 * DAY)  # older than what is known
    assert house.history() == [75.0, 100.0]


@pytest.mark.parametrize("seats", [0, None, 1e-300])
def test_calculation_that_comes_to_no_number_is_missing(seats: float | None) -> None:
    house = House(STANDARD, Account(ACME, {"id": "acme", "seats": seats}))
    house.fact("usage.reported", active=1e10)
    assert _measure(house, "seats_used")["points"] is None
    json.dumps(house.world.accounts[ACME].assessment, allow_nan=False)


def test_numbers_beyond_reason_do_no_harm() -> None:
    wild = context_of(WILD)
    house = House(wild)
    for minutes in (1e300, -1e300, 2**62, 1e15, 1e15):
        house.fact("incident.closed", minutes=minutes)
    assert house.health()[0] is not None
    json.dumps(house.world.accounts[ACME].assessment, allow_nan=False)


def test_rule_forces_the_band_while_it_holds() -> None:
    house = House(STANDARD)
    house.fact("usage.reported", active=90)
    house.fact("meeting.held")
    house.world.now += DAY
    house.fact("sentiment.noted", sentiment="poor")
    assert house.health() == (39.9, "red")
    house.world.now += DAY
    house.fact("sentiment.noted", sentiment="good")
    assert house.health() == (100.0, "green")


def test_rule_that_reads_days_is_looked_at_each_day() -> None:
    lonely = HEALTH.replace('measures.pulse == "poor"', "measures.last_meeting >= 5")
    house = House(context_of(lonely))
    house.fact("meeting.held")
    house.fact("usage.reported", active=90)
    house.pass_by(5 * DAY - timedelta(seconds=1))
    assert house.health() == (100.0, "green")
    house.pass_by(timedelta(seconds=1))
    assert house.health() == (39.9, "red")


def test_score_from_outside_is_refused_where_one_is_computed() -> None:
    with pytest.raises(InputError, match="computed by the model standard"):
        House(STANDARD).fact("health.changed", score=50)


def test_person_forces_a_band_until_it_is_released() -> None:
    house = House(STANDARD)
    house.fact("usage.reported", active=90)
    house.fact("meeting.held")
    house.force("red")
    assert house.health() == (39.9, "red")
    house.world.now += DAY
    house.fact("usage.reported", active=80)  # a recalculation does not lose it
    assert house.health() == (39.9, "red")
    house.release()
    assert house.health() == (93.8, "green")


def test_override_expires_by_itself() -> None:
    house = House(STANDARD)
    house.fact("usage.reported", active=90)
    house.force("red", until=2 * DAY)
    house.pass_by(2 * DAY - timedelta(seconds=1))
    assert house.health()[1] == "red"
    house.pass_by(timedelta(seconds=1))
    assert house.health() == (75.0, "green")
    assert house.world.overrides == {}


def test_override_holds_for_a_score_from_outside() -> None:
    house = House(OUTSIDE)
    house.fact("health.changed", score=80)
    house.force("red", until=5 * DAY)
    assert house.health() == (39.9, "red")
    house.world.now += DAY
    house.fact("health.changed", score=90)
    assert house.health() == (39.9, "red")
    house.pass_by(4 * DAY)
    assert house.health() == (90.0, "green")
    house.fact("health.changed", score=95)
    assert house.world.accounts[ACME].assessment is None


def test_score_from_outside_is_newer_than_the_last_one_whatever_people_did_between() -> None:
    house = House(OUTSIDE)
    house.fact("health.changed", score=80)
    house.world.now += DAY
    house.force("red")
    house.world.now += DAY
    house.fact("health.changed", score=60, ago=1.5 * DAY)  # older than the override
    house.release()
    assert house.health() == (60.0, "yellow")
    house.fact("health.changed", score=10, ago=1.7 * DAY)  # older than the last score
    assert house.health() == (60.0, "yellow")


def test_looking_again_at_a_score_from_outside_leaves_no_trace() -> None:
    house = House(OUTSIDE)
    house.fact("health.changed", score=80)
    with house.records as records:
        records.keep_assessment(ACME, None, house.world.now)  # as an apply has it
        reassess(records, OUTSIDE, ACME)
    assert house.world.reassess == {}
    assert house.history() == [80.0]
    assert house.world.accounts[ACME].assessment is None


def test_override_outlives_the_model() -> None:
    gated = HEALTH.replace("standard:\n", 'standard:\n    when: account.lifecycle == "live"\n')
    account = Account(ACME, {"id": "acme", "seats": 100, "lifecycle": "live"})
    house = House(context_of(gated), account)
    house.fact("usage.reported", active=90)
    house.force("red")
    house.fact("account.changed", fields={"lifecycle": "gone"})
    house.fact("health.changed", score=90)
    assert house.health() == (39.9, "red")
    house.fact("account.changed", fields={"lifecycle": "live"})
    assert house.health() == (39.9, "red")
    house.release()
    assert house.health() == (75.0, "green")


def test_override_of_a_band_that_is_no_more_waits_for_the_band() -> None:
    house = House(STANDARD)
    house.fact("usage.reported", active=90)
    house.force("yellow")
    house.context = context_of(tenure=f"{TENURE}bands: {{bad: 0, good: 50}}\n", health=RENAMED)
    with house.records as records:
        reassess(records, house.context, ACME)
    assert house.health() == (75.0, "good")
    house.context = STANDARD
    with house.records as records:
        reassess(records, house.context, ACME)
    assert house.health()[1] == "yellow"


def test_expired_override_is_ended_by_the_next_fact() -> None:
    house = House(STANDARD)
    house.fact("usage.reported", active=90)
    house.force("red", until=DAY)
    house.world.now += 2 * DAY  # no sweep has come by
    house.fact("usage.reported", active=90)
    assert house.health() == (75.0, "green")
    assert house.world.overrides == {}


def test_nobody_overrides_what_nobody_knows() -> None:
    with pytest.raises(InputError, match="no health score yet"):
        House(OUTSIDE).force("red")


def test_band_of_a_score_from_outside_does_not_flap() -> None:
    house = House(OUTSIDE)
    bands = []
    for score in (72, 69, 71, 66, 64, 71, 74, 75):
        house.world.now += 4 * DAY
        house.fact("health.changed", score=score)
        bands.append(house.health()[1])
    assert bands == ["green"] * 4 + ["yellow"] * 3 + ["green"]


def test_band_stays_for_its_minimum_time() -> None:
    house = House(OUTSIDE)
    house.fact("health.changed", score=30)
    house.world.now += DAY
    house.fact("health.changed", score=80)
    assert house.health() == (80.0, "red")
    house.pass_by(2 * DAY)
    assert house.health() == (80.0, "green")
    assert house.world.accounts[ACME].band_since == NOW + 3 * DAY


FAMILY = """\
models:
  parents:
    when: account.segment == "enterprise"
    groups:
      family:
        measures:
          branches: {children: weighted, by: arr}
"""


def family(*parents: str | None) -> House:
    accounts = [
        Account(
            AccountId(f"a{number}"),
            {
                "id": f"a{number}",
                "arr": 100 * number,
                "parent": parent,
                **({"segment": "enterprise"} if f"a{number}" in parents else {}),
            },
        )
        for number, parent in enumerate(parents, 1)
    ]
    return House(context_of(FAMILY, tenure=TENURE), *accounts)


def test_child_accounts_roll_up_to_the_top() -> None:
    house = family(None, "a1", "a2", "a2")
    house.fact("health.changed", AccountId("a3"), score=50)
    house.fact("health.changed", AccountId("a4"), score=90)
    house.pass_by(timedelta(0))
    assert house.health(AccountId("a2")) == (72.9, "green")  # (300 x 50 + 400 x 90) / 700
    assert house.health(AccountId("a1")) == (72.9, "green")
    house.fact("account.changed", AccountId("a4"), fields={"arr": 0})
    house.pass_by(timedelta(0))
    assert house.health(AccountId("a1")) == (50.0, "yellow")


def test_accounts_in_a_circle_come_to_rest() -> None:
    house = family("a2", "a1", "a1")
    house.fact("health.changed", AccountId("a3"), score=50)
    house.pass_by(timedelta(0))
    assert house.health(AccountId("a1")) == (50.0, "yellow")


def test_trend_and_flags_are_known_to_conditions() -> None:
    house = House(OUTSIDE)
    house.fact("health.changed", score=80)
    kept = house.world.accounts[ACME].assessment
    assert (is_forced(kept), is_stale(kept)) == (False, False)
    house.force("yellow")
    assert is_forced(house.world.accounts[ACME].assessment)


def test_model_that_has_the_account_no_more_leaves_the_score() -> None:
    gated = HEALTH.replace("standard:\n", 'standard:\n    when: account.lifecycle == "live"\n')
    account = Account(ACME, {"id": "acme", "seats": 100, "lifecycle": "live"})
    house = House(context_of(gated), account)
    house.fact("usage.reported", active=90)
    house.fact("account.changed", fields={"lifecycle": "gone"})
    assert house.health() == (75.0, "green")
    house.fact("health.changed", score=20)
    assert house.health() == (20.0, "red")
