"""Which triggers a change sets off, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from engine.enrolling.deciding import Change, hit_by, listens_to
from engine.plan.codec import encode
from engine.plan.model import Condition, Source, Span

BIG = encode(Condition("fact.seats > 10", Source("p.yaml", 1), (("fact.seats", "number"),)))
TWO_WEEKS = encode(Span(14, "d"))


def moved(score: float, before: float | None, known: Sequence[float] = ()) -> Change:
    """A change of the health score, in bands at 40 and 70."""
    bands = [
        None if one is None else "red" if one < 40 else "yellow" if one < 70 else "green"
        for one in (score, before)
    ]
    return Change("health.changed", {}, score, before, bands[0], bands[1], lambda _: known)


@pytest.mark.parametrize(
    ("trigger", "change", "rule"),
    [
        ({"trigger": "health.enters", "band": "red"}, moved(35, 55), "health enters red"),
        ({"trigger": "health.enters", "band": "red"}, moved(35, None), "health enters red"),
        ({"trigger": "health.enters", "band": "red"}, moved(35, 38), None),
        ({"trigger": "health.leaves", "band": "green"}, moved(60, 80), "health leaves green"),
        ({"trigger": "health.leaves", "band": "green"}, moved(75, 80), None),
        ({"trigger": "health.crosses", "below": 50}, moved(45, 50), "health crosses below 50"),
        ({"trigger": "health.crosses", "below": 50}, moved(45, 49), None),
        ({"trigger": "health.crosses", "below": 50}, moved(50, 55), None),
        ({"trigger": "health.crosses", "above": 50}, moved(50, 45), None),
        ({"trigger": "health.crosses", "above": 50}, moved(51, 50), "health crosses above 50"),
        ({"trigger": "health.crosses", "above": 50}, moved(51, None), None),
        ({"trigger": "health.drops", "by": 15}, moved(60, 75), "health drops by 15 (at least 15)"),
        ({"trigger": "health.drops", "by": 15}, moved(61, 75), None),
        ({"trigger": "health.rises", "by": 5}, moved(80, 70), "health rises by 10 (at least 5)"),
        ({"trigger": "fact", "kind": "seats.sold"}, Change("seats.sold", {}), "fact seats.sold"),
        ({"trigger": "fact", "kind": "seats.sold"}, Change("seats.lost", {}), None),
        (
            {"trigger": "fact", "kind": "seats.sold", "where": BIG},
            Change("seats.sold", {"seats": 12}),
            "fact seats.sold where fact.seats > 10",
        ),
        (
            {"trigger": "fact", "kind": "seats.sold", "where": BIG},
            Change("seats.sold", {"seats": 9}),
            None,
        ),
        ({"trigger": "health.enters", "band": "red"}, moved(35, 35), None),
    ],
)
def test_trigger_is_set_off_or_not(
    trigger: dict[str, Any], change: Change, rule: str | None
) -> None:
    hit = hit_by({"on": [trigger]}, change)
    assert (hit.rule if hit else None) == rule


def test_a_drop_counts_from_the_highest_score_of_its_window() -> None:
    drops = {"on": [{"trigger": "health.drops", "by": 15, "within": TWO_WEEKS}]}
    hit = hit_by(drops, moved(70, 74, known=[72, 85, 74]))
    assert hit is not None
    assert (hit.rule, hit.values["before"]) == ("health drops by 15 (at least 15)", 85)


def test_a_rise_counts_from_the_lowest_score_of_its_window() -> None:
    rises = {"on": [{"trigger": "health.rises", "by": 15, "within": TWO_WEEKS}]}
    assert hit_by(rises, moved(70, 60, known=[58, 60])) is None
    assert hit_by(rises, moved(70, 60, known=[55, 60])) is not None


def test_a_score_that_recovers_does_not_drop() -> None:
    drops = {"on": [{"trigger": "health.drops", "by": 15, "within": TWO_WEEKS}]}
    assert hit_by(drops, moved(62, 60, known=[85, 60])) is None
    rises = {"on": [{"trigger": "health.rises", "by": 15, "within": TWO_WEEKS}]}
    assert hit_by(rises, moved(70, 72, known=[50, 72])) is None


def test_the_score_until_now_counts_though_one_of_the_same_instant_took_its_place() -> None:
    rises = {"on": [{"trigger": "health.rises", "by": 15, "within": TWO_WEEKS}]}
    hit = hit_by(rises, moved(70, 50, known=[80, 70]))
    assert hit is not None
    assert hit.values["before"] == 50


def test_a_survey_is_heard_by_its_kind_and_where() -> None:
    where = encode(Condition("fact.score <= 6", Source("p.yaml", 1), (("fact.score", "number"),)))
    low = {"on": [{"trigger": "survey", "survey": "nps", "where": where}]}
    hit = hit_by(low, Change("survey.answered", {"survey": "nps", "score": 4}))
    assert hit is not None
    assert (hit.rule, hit.values) == (
        "fact survey.answered where fact.score <= 6",
        {"fact.score": 4},
    )
    assert hit_by(low, Change("survey.answered", {"survey": "nps", "score": 9})) is None
    assert hit_by(low, Change("survey.answered", {"survey": "csat", "score": 4})) is None


def test_a_first_score_is_no_drop() -> None:
    drops = {"on": [{"trigger": "health.drops", "by": 15, "within": TWO_WEEKS}]}
    assert hit_by(drops, moved(20, None, known=[])) is None


def test_only_kinds_that_can_set_off_a_trigger_are_listened_to() -> None:
    enroll = {"on": [{"trigger": "health.enters", "band": "red"}, {"trigger": "fact", "kind": "x"}]}
    assert listens_to(enroll) == {"health.changed", "x"}
