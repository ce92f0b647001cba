"""Health against a slow obvious oracle: scores at any time, and when the clock changes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.health.assessing import Assessment, Standing, assess
from engine.health.models import Models
from engine.health.replaying import Past, PastFact, PastReadings, replay
from tests.health.health_files import context_of
from tests.health.house import DAY, NOW
from tests.health.oracle import Event, score

pytestmark = pytest.mark.slow
SCHEMA = "facts:\n  usage.reported: {active: number}\n  ticket.opened: {hours: number}\n"
HOURS = st.integers(0, 24 * 40).map(lambda hours: timedelta(hours=hours))
WEIGHTS = st.sampled_from([1, 2, 3, 5, 0.5])
CURVES = st.sampled_from([[[0, 0], [10, 100]], [[-50, 0], [0, 60], [30, 100]], [[1, 100], [9, 0]]])
AGES = st.sampled_from([{}, {"drop_after": "7d"}, {"stale_after": "2d", "drop_after": "72h"}])


def _measures() -> st.SearchStrategy[dict[str, Any]]:
    scaled = {"curve": CURVES, "weight": WEIGHTS}
    over = st.sampled_from(["24h", "7d", "2w"])
    kinds: list[st.SearchStrategy[dict[str, Any]]] = [
        st.fixed_dictionaries({"number": st.just("usage.reported.active"), **scaled}),
        st.fixed_dictionaries({"sentiment": st.just({"good": 100, "poor": 10}), "weight": WEIGHTS}),
        st.fixed_dictionaries({"count": st.just("ticket.opened"), "over": over, **scaled}),
    ]
    for what in ("sum", "change"):
        fields = {what: st.just("ticket.opened"), "of": st.just("hours"), "over": over}
        kinds.append(st.fixed_dictionaries({**fields, **scaled}))
    aged = [st.tuples(kind, AGES).map(lambda two: two[0] | two[1]) for kind in kinds]
    steps = [{"within": "3d", "points": 100}, {"within": "12h", "points": 70}]
    plain: list[st.SearchStrategy[dict[str, Any]]] = [
        st.just({"time_since": "meeting.held", "thresholds": steps}),
        st.just({"survey": "nps", "over": "3w"}),
    ]
    return st.one_of(*aged, *plain)


def _groups() -> st.SearchStrategy[dict[str, Any]]:
    def named(groups: list[tuple[float, list[dict[str, Any]]]]) -> dict[str, Any]:
        return {
            f"g{g}": {
                "weight": weight,
                "measures": {f"m{g}_{m}": one for m, one in enumerate(measures)},
            }
            for g, (weight, measures) in enumerate(groups)
        }

    group = st.tuples(WEIGHTS, st.lists(_measures(), min_size=1, max_size=3))
    return st.lists(group, min_size=1, max_size=3).map(named)


MODELS = _groups().map(lambda groups: {"groups": groups})
DATA: Mapping[str, st.SearchStrategy[dict[str, Any]]] = {
    "usage.reported": st.fixed_dictionaries({}, optional={"active": st.integers(-60, 60)}),
    "ticket.opened": st.fixed_dictionaries({"hours": st.integers(0, 9)}),
    "meeting.held": st.just({}),
    "sentiment.noted": st.fixed_dictionaries({"sentiment": st.sampled_from(["good", "poor"])}),
    "survey.answered": st.fixed_dictionaries({"score": st.integers(0, 10)}),
}
EVENTS = st.lists(
    st.sampled_from(sorted(DATA)).flatmap(
        lambda kind: st.builds(
            Event,
            st.just(kind),
            HOURS.map(lambda ago: NOW + ago),
            DATA[kind],
            st.sampled_from(["ana", "bo"]),
        )
    ),
    max_size=12,
).map(lambda events: sorted(events, key=lambda one: one.occurred_at))


@cache
def _models(written: str) -> Models:
    return context_of(json.dumps({"models": {"all": json.loads(written)}}), SCHEMA).health


def _assess(models: Models, events: Sequence[Event], now: datetime) -> Assessment:
    facts = [PastFact(e.occurred_at, e.occurred_at, e.kind, e.data, e.contact) for e in events]
    readings = PastReadings(Past({}, facts))
    readings.advance(now)
    return assess(models.models[0], models.bands, readings, now, Standing())


@settings(max_examples=150, deadline=None)
@given(MODELS, EVENTS, HOURS)
def test_score_is_what_the_obvious_way_gives(
    model: dict[str, Any], events: list[Event], ahead: timedelta
) -> None:
    found = _assess(_models(json.dumps(model)), events, NOW + ahead)
    assert found.computed == score(model, events, NOW + ahead)


@settings(max_examples=100, deadline=None)
@given(MODELS, EVENTS)
def test_nothing_changes_before_it_is_said_to(model: dict[str, Any], events: list[Event]) -> None:
    models = _models(json.dumps(model))
    begins = events[-1].occurred_at if events else NOW
    told = _assess(models, events, begins)
    for hours in range(1, 24 * 15):
        now = begins + timedelta(hours=hours)
        if told.changes_at is not None and now >= told.changes_at:
            told = _assess(models, events, told.changes_at)
        assert told.computed == score(model, events, now), f"at {now}, told {told.changes_at}"
        while told.changes_at is not None and told.changes_at <= now:
            told = _assess(models, events, told.changes_at)


@settings(max_examples=60, deadline=None)
@given(MODELS, EVENTS)
def test_replay_gives_the_score_of_every_hour(model: dict[str, Any], events: list[Event]) -> None:
    models = _models(json.dumps(model))
    facts = [PastFact(e.occurred_at, e.occurred_at, e.kind, e.data, e.contact) for e in events]
    scores = replay(models, Past({}, facts), NOW, NOW + 50 * DAY)
    for hours in range(0, 24 * 50, 7):
        now = NOW + timedelta(hours=hours)
        expected = score(model, events, now)
        known = [one.score for one in scores if one.at <= now]
        if expected is not None:  # where every measure is missing, the last score stays
            assert known[-1] == expected


@settings(max_examples=100, deadline=None)
@given(MODELS, EVENTS, st.randoms())
def test_late_facts_change_only_what_is_known_from_then_on(
    model: dict[str, Any], events: list[Event], random: Any
) -> None:
    models = _models(json.dumps(model))
    facts = [
        PastFact(
            e.occurred_at + random.choice([timedelta(0), 2 * DAY, 9 * DAY]),
            e.occurred_at,
            e.kind,
            e.data,
            e.contact,
        )
        for e in events
    ]
    whole = replay(models, Past({}, facts), NOW, NOW + 50 * DAY)
    cut = NOW + timedelta(days=random.randint(0, 50))
    known_by_then = [one for one in facts if one.known_at <= cut]
    before = replay(models, Past({}, known_by_then), NOW, cut)
    assert [one for one in whole if one.at <= cut] == before
