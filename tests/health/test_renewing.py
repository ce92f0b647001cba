"""What is taken over from the last assessment comes to the same as what is read anew."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.effects.context import Context
from engine.effects.entities import Account
from tests.health.health_files import context_of
from tests.health.house import ACME, House

SCHEMA = """\
account: {seats: number, plan: text}
facts:
  usage.reported: {active: number}
  ticket.opened: {hours: number}
"""
CURVE = {"curve": [[0, 0], [10, 60], [100, 100]]}
AGES = st.sampled_from([{}, {}, {"drop_after": "7d"}, {"stale_after": "2d", "drop_after": "72h"}])
LONG = {"where": "fact.hours > 4"}
STEPS = [{"within": "3d", "points": 100}, {"within": "12h", "points": 70}]
KINDS: list[dict[str, Any]] = [
    {"number": "usage.reported.active / account.seats * 100", **CURVE},
    {"number": "usage.reported.active", **CURVE},
    {"number": "usage.reported.active + ticket.opened.hours", **CURVE},
    {"number": "account.seats", **CURVE},
    {"category": "account.plan", "points": {"gold": 100, "basic": 10}},
    {"sentiment": {"good": 100, "poor": 10}},
    {"time_since": "meeting.held", "thresholds": STEPS, "never": 20},
    {"time_since": "ticket.opened", "curve": [["1d", 100], ["9d", 0]], **LONG},
    {"time_since": "account.changed", "curve": [["1d", 100], ["9d", 0]]},
    {"count": "ticket.opened", "over": "7d", **CURVE},
    {"count": "ticket.opened", "over": "24h", **LONG, **CURVE},
    {"count": "account.changed", "over": "24h", **CURVE},
    {"sum": "ticket.opened", "of": "hours", "over": "7d", **CURVE},
    {"sum": "ticket.opened", "of": "hours", "over": "24h", **LONG, **CURVE},
    {"change": "ticket.opened", "of": "hours", "over": "2d", **CURVE},
    {"change": "usage.reported", "over": "24h", **CURVE},
    {"survey": "nps", "over": "7d"},
]
FIRST = {"time_since": "usage.reported", "curve": [["0d", 90], ["9d", 0]]}
RULE = {"when": "measures.m0 > 3 || groups.g < 20", "band": "red", "because": "it is said"}
AGED = [one for one in KINDS if "survey" not in one and "time_since" not in one]
MEASURES = st.one_of(
    st.sampled_from(KINDS), st.builds(lambda one, age: one | age, st.sampled_from(AGED), AGES)
)
HOURS = st.sampled_from([0, 0, 0, 0, 1, 24, 72, 168])
DATA: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "usage.reported": st.fixed_dictionaries({}, optional={"active": st.integers(-60, 60)}),
    "ticket.opened": st.fixed_dictionaries({"hours": st.sampled_from([0.1, 0.2, 3, 5, 9])}),
    "meeting.held": st.just({}),
    "sentiment.noted": st.fixed_dictionaries({"sentiment": st.sampled_from(["good", "poor"])}),
    "survey.answered": st.fixed_dictionaries({"score": st.integers(0, 10)}),
    "account.changed": st.fixed_dictionaries(
        {
            "fields": st.fixed_dictionaries(
                {},
                optional={"seats": st.sampled_from([0, 1, 50, None]), "plan": st.just("gold")},
            )
        }
    ),
}
FACTS = st.lists(
    st.sampled_from(sorted(DATA)).flatmap(
        lambda kind: st.tuples(HOURS, HOURS, st.just(kind), DATA[kind])
    ),
    min_size=8,
    max_size=20,
)


@cache
def _context(measures: str) -> Context:
    group = {f"m{number}": one for number, one in enumerate([FIRST, *json.loads(measures)])}
    model = {"groups": {"g": {"measures": group}}, "overrides": [RULE]}
    return context_of(json.dumps({"models": {"all": model}}), SCHEMA)


@settings(max_examples=200, deadline=None)
@given(st.lists(MEASURES, min_size=3, max_size=6), FACTS)
def test_assessment_is_the_same_whether_it_is_read_anew(
    measures: list[dict[str, Any]], facts: list[tuple[int, int, str, dict[str, Any]]]
) -> None:
    context = _context(json.dumps(measures))
    house, anew = House(context), House(context)
    for passed, ago, kind, told in facts:
        data = {"survey": "nps", **told} if kind == "survey.answered" else told
        for one in (house, anew):
            one.pass_by(timedelta(hours=passed))
        _forget_what_was_kept(anew)
        for one in (house, anew):
            one.fact(kind, ago=timedelta(hours=ago), **data)
        assert _known(house) == _known(anew)


def _forget_what_was_kept(house: House) -> None:
    """Without the times there is nothing to go on from."""
    house.world.accounts[ACME] = _without_times(house.world.accounts[ACME])


def _without_times(account: Account) -> Account:
    kept = account.assessment or {}
    rest = {key: one for key, one in kept.items() if key not in ("times", "parts")}
    return replace(account, assessment=rest or None)


def _known(house: House) -> tuple[Account, Any]:
    return _without_times(house.world.accounts[ACME]), house.world.scores.get(ACME)
