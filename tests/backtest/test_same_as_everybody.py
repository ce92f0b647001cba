"""Leaving out accounts and facts that cannot matter changes nothing: the full simulator tells the
same story over the same past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.enrolling.clocks import reads_time
from engine.plan.model import Condition, Plan
from engine.simulation import clocks
from engine.simulation.backtest.playing import Question, play
from engine.simulation.hearing import Ticking
from tests.backtest.pasts import Past, account, contact, day, told

STEPS = """
steps:
  - task: look
    assign: csm
    due: 2 business days
    ask: {cause: {one_of: [usage, price]}}
    overdue: [{after: 1 business day, remind: csm}]
  - if: look.cause == "usage"
    then: [{email: hello, to: contacts.champion, from: csm}]
  - wait: 9d
    until: usage.started || health.score >= 80 || health.days_in_band > 12
"""
WITHOUT_CLOCK = STEPS.replace(" || health.days_in_band > 12", "")
"""Where nothing hangs on the clock, scores that set nothing off are only written down."""
BY_THE_DAY = """
exit:
  - {when: account.renewal_date - today < 2d && health.band != "green", outcome: too_late}
steps:
  - wait: {until: health.band == "red" || usage.started || account.renewal_date - today == 4d}
  - task: look
    assign: csm
    due: 3 business days
    done_when: today > account.renewal_date
  - set: {account.arr: 5}
  - wait: 40d
    until: look.done && health.band == "green" || account.arr > 300
"""
"""Where conditions hang on dates of the account, and on the band alone."""
TRIGGERS = (
    "enroll: {on: [{health.enters: red}], again_after: 14d}",
    "enroll: {on: [{health.leaves: green}]}",
    "enroll: {on: [{health.drops: {by: 25, within: 10d}}]}",
    "enroll: {on: [{health.drops: {by: 30, within: 60d}}, {health.rises: {by: 30, within: 5d}}]}",
    "enroll: {on: [{health.crosses: {below: 35}}], when: account.arr > 100}",
    "enroll: {on: [{fact: usage.started}], brake: {at_most: 2, per: week}}",
    "enroll: {on: [{date: 5d after account.renewal_date}]}",
    "enroll: {on: [{date: 20d before account.renewal_date}, {by_hand: true}]}",
    "enroll: {on: [{matches: health.score < 30}]}",
    "enroll: {on: [{matches: account.arr > 150}, {health.enters: red}]}",
    "enroll: {on: [{stops_matching: account.arr > 100 && !usage.started}]}",
    "enroll: {on: [{matches: account.renewal_date - today < 10d}]}",
)
NAMES = ("acme", "blue", "coral", "dune")
HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.integers(-30, 69),
        st.sampled_from([0, 0, 0, 3, 12]),
        st.one_of(
            st.integers(0, 100),
            st.sampled_from(["usage.started", "nothing.much", "account.changed", "moved"]),
        ),
    ),
    max_size=40,
)


def past_of(happenings: list[tuple[str, int, int, int | str]]) -> Past:
    """Make a past of what is drawn; `dune` is below `coral`."""
    accounts = [
        account(name, arr=90 + 20 * at, renewal_date=f"2025-03-{10 + at}")
        for at, name in enumerate(NAMES)
    ]
    accounts[3] = replace(accounts[3], fields={**accounts[3].fields, "parent": "coral"})
    past = Past(accounts, [contact(f"c-{name}", name) for name in NAMES])
    for number, (name, at, late, what) in enumerate(happenings):
        when = day(at + number / 1000)
        if isinstance(what, int):
            past.score(name, when, what, late=late)
        elif what == "account.changed":
            past.add(name, what, when, late=late, fields={"arr": 10 * number})
        elif what == "moved":
            moved = f"2025-0{3 + number % 3}-{1 + number % 28:02}"
            past.add(name, "account.changed", when, late=late, fields={"renewal_date": moved})
        else:
            past.add(name, what, when, late=late)
    return past


@pytest.mark.parametrize(
    "steps",
    [STEPS, WITHOUT_CLOCK, BY_THE_DAY],
    ids=["by the clock", "by facts", "by the day"],
)
@pytest.mark.parametrize("enroll", TRIGGERS)
def test_only_suspects_are_played_and_nobody_notices(
    question: Callable[..., Question], enroll: str, steps: str
) -> None:
    asked = question(f"{enroll}{steps}")

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(HAPPENINGS)
    def same(happenings: list[tuple[str, int, int, int | str]]) -> None:
        past = past_of(happenings)
        full, lesser = play(replace(asked, everybody=True), past), play(asked, past)
        assert told(lesser) == told(full)
        for id, known in lesser.world.accounts.items():
            assert (id, known) == (id, full.world.accounts[id])
            assert lesser.world.scores.get(id) == full.world.scores.get(id)

    same()


@pytest.mark.parametrize("enroll", [TRIGGERS[0], *TRIGGERS[6:8], TRIGGERS[-1]])
def test_looking_only_when_a_date_is_crossed_finds_what_looking_every_day_finds(
    question: Callable[..., Question], enroll: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = question(f"{enroll}{BY_THE_DAY}")

    def every_day(plan: Plan, condition: Condition) -> Ticking:
        return Ticking((), frozenset(name for name, _ in condition.refs if reads_time(name)))

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(HAPPENINGS)
    def same(happenings: list[tuple[str, int, int, int | str]]) -> None:
        past = past_of(happenings)
        seldom = told(play(asked, past))
        with monkeypatch.context() as patched:
            patched.setattr(clocks, "ticking", every_day)
            assert seldom == told(play(asked, past))

    same()


def test_who_cannot_be_hit_is_not_played(question: Callable[..., Question]) -> None:
    past = past_of([("acme", 1, 0, 80), ("acme", 3, 0, 20), ("blue", 2, 0, 90)])
    past.add("blue", "nothing.much", day(5))
    played = play(question(f"{TRIGGERS[0]}{STEPS}"), past)
    assert (played.accounts, played.facts) == (1, 2)


def test_dates_out_of_the_period_and_fields_that_never_change_reach_nobody(
    question: Callable[..., Question],
) -> None:
    past = past_of([("acme", 1, 0, 80), ("blue", 2, 0, "account.changed"), ("dune", -3, 0, 20)])
    for date, reached in (("9d before", 4), ("60d before", 0), ("90d after", 0)):
        dated = question(f"enroll: {{on: [{{date: {date} account.renewal_date}}]}}{STEPS}")
        assert play(dated, past).accounts == reached
    comes = question(f"enroll: {{on: [{{matches: account.arr > 5}}, {{by_hand: true}}]}}{STEPS}")
    assert play(comes, past).accounts == 1


def test_families_are_played_together(question: Callable[..., Question]) -> None:
    past = past_of([("dune", 3, 0, 20)])
    assert play(question(f"{TRIGGERS[0]}{STEPS}"), past).accounts == 2


def test_drop_in_a_window_counts_the_score_it_began_with(
    question: Callable[..., Question],
) -> None:
    drops = question(f"{TRIGGERS[2]}{STEPS}")
    slow = past_of([("acme", -20, 0, 80), ("acme", 5, 0, 70), ("acme", 30, 0, 50)])
    assert play(drops, slow).accounts == 0
    quick = past_of([("acme", -20, 0, 80), ("acme", 5, 0, 50)])
    assert len(play(drops, quick).world.enrollments) == 1
