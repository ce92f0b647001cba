"""Each figure against a slow obvious computation of its definition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reporting.figures import Period
from engine.reporting.health import Health, distribution, moves
from engine.reporting.history import UNKNOWN, History
from engine.reporting.lift import lift, wilson
from engine.reporting.playbooks import Due, Ran, playbook_figures
from engine.reporting.revenue import Standing, revenue
from engine.reporting.surveys import Answered, Asked, surveys

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = Period(FIRST, datetime(2027, 1, 1, tzinfo=UTC))
BANDS = ["red", "yellow", "green"]

money = st.one_of(st.none(), st.just(0.0), st.integers(1, 5000).map(float))
standings = st.lists(st.tuples(money, money)).map(
    lambda pairs: [Standing(f"a{n}", f"A{n}", *pair) for n, pair in enumerate(pairs)]
)
instants = st.integers(-100, 500).map(lambda days: FIRST + timedelta(days=days))


@given(standings)
def test_revenue_is_what_its_definitions_say(known: list[Standing]) -> None:
    start = end = capped = churned = 0.0
    customers = gone = unknown = 0
    for one in known:
        if one.start is None or (one.start > 0 and one.end is None):
            unknown += 1
        elif one.start > 0 and one.end is not None:
            customers += 1
            start += one.start
            end += one.end
            capped += one.end if one.end < one.start else one.start
            if one.end == 0:
                gone += 1
                churned += one.start
    found = {figure.key: figure for figure in revenue(known)}
    if customers:
        assert found["nrr"].value == pytest.approx(end / start)
        assert found["gross_retention"].value == pytest.approx(capped / start)
        assert found["logo_churn"].value == pytest.approx(gone / customers)
        assert found["revenue_churn"].value == pytest.approx(churned / start)
        assert 0 <= found["gross_retention"].value <= 1
    else:
        assert {figure.value for figure in found.values()} == {None}
    assert found["nrr"].unknown == unknown
    assert len(found["nrr"].rows) == customers + unknown


@given(
    st.lists(st.tuples(instants, st.integers(0, 99))),
    st.one_of(st.none(), instants),
    instants,
    st.integers(0, 99),
)
def test_a_field_is_what_the_last_change_before_made_it(
    changes: list[tuple[datetime, int]], created: datetime | None, at: datetime, now: int
) -> None:
    changes.sort(key=lambda one: one[0])
    history = History({"arr": now}, [(when, {"arr": value}) for when, value in changes], created)
    expected: object = UNKNOWN if changes else now
    if created is not None and changes:
        expected = None
    for when, value in changes:
        if when <= at:
            expected = value
    assert history.at("arr", at) == expected


@given(st.lists(st.tuples(st.integers(0, 10), instants, st.integers(0, 3))))
def test_nps_and_its_response_rate(given_answers: list[tuple[int, datetime, int]]) -> None:
    sent = [Asked(f"s{n}", "nps", "acme", f"c{n}", FIRST) for n in range(4)]
    answers = [
        Answered(f"s{number}", "nps", "acme", f"c{number}", at, score)
        for score, at, number in given_answers
    ]
    last: dict[str | None, Answered] = {}
    for one in sorted(answers, key=lambda one: one.at):
        if YEAR.holds(one.at):
            last[one.key] = one
    scores = [one.score for one in last.values()]
    found = {figure.key: figure for figure in surveys(YEAR, sent, answers)}
    promoters, detractors = 0, 0
    for score in scores:
        if score in (9, 10):
            promoters += 1
        if score <= 6:
            detractors += 1
    expected = (promoters / len(scores) - detractors / len(scores)) * 100 if scores else None
    assert found["nps"].value == (None if expected is None else pytest.approx(expected))
    assert found["nps_response"].value == len({one.key for one in answers}) / 4


def test_csat_counts_four_and_five_and_ces_is_the_mean() -> None:
    answers = [Answered(None, "csat", "acme", None, FIRST, score) for score in (1, 3, 4, 5)]
    answers += [Answered(None, "ces", "acme", None, FIRST, score) for score in (7, 4)]
    found = {figure.key: figure.value for figure in surveys(YEAR, [], answers)}
    assert found == {"csat": 0.5, "csat_response": None, "ces": 5.5, "ces_response": None}


bands = st.sampled_from([*BANDS, None])


@given(st.lists(st.tuples(bands, bands)))
def test_shares_of_bands_add_up_and_moves_are_counted_once(
    pairs: list[tuple[str | None, str | None]],
) -> None:
    healths = [Health(f"a{n}", "A", before, now, None) for n, (before, now) in enumerate(pairs)]
    shares = [figure.value for figure in distribution(BANDS, healths)]
    if pairs:
        assert sum(value or 0 for value in shares) == pytest.approx(1)
    moved = {figure.key: figure.value for figure in moves(BANDS, healths)}
    assert sum(value or 0 for value in moved.values()) == sum(a != b for a, b in pairs)
    assert moved.get("health.red_to_green", 0) == pairs.count(("red", "green"))


outcomes = st.sampled_from(["achieved", "completed", "lost", None])
either = st.booleans()
runs = st.lists(st.tuples(instants, outcomes, st.integers(0, 400), either, either))


@given(runs)
def test_runs_of_a_playbook(written: list[tuple[datetime, str | None, int, bool, bool]]) -> None:
    known = [
        Ran(
            f"e{n}",
            "rescue",
            "acme",
            began,
            began + timedelta(days=days) if outcome else None,
            outcome,
            held_out,
            aims,
        )
        for n, (began, outcome, days, held_out, aims) in enumerate(written)
    ]
    known.append(Ran("other", "onboarding", "acme", FIRST, None, None))
    found = {one.key: one for one in playbook_figures("rescue", YEAR, known, [], FIRST)}
    mine = [one for one in known if one.playbook == "rescue" and YEAR.holds(one.started)]
    assert found["playbook.rescue.enrolled"].value == len(mine)
    over = [one for one in mine if one.outcome is not None and one.aims]
    reached = [one for one in over if one.outcome == "achieved"]
    achieved = found["playbook.rescue.achieved"]
    assert achieved.value == (pytest.approx(len(reached) / len(over)) if over else None)
    days = sorted((one.ended - one.started).days for one in reached if one.ended)
    middle = (days[(len(days) - 1) // 2] + days[len(days) // 2]) / 2 if days else None
    assert found["playbook.rescue.time_to_goal"].value == middle
    if any(one.holdout for one in over) and any(not one.holdout for one in over):
        groups = {held: [one for one in over if one.holdout is held] for held in (True, False)}
        rates = {
            held: sum(r in reached for r in group) / len(group) for held, group in groups.items()
        }
        measured = found["playbook.rescue.lift"]
        assert measured.value == pytest.approx(100 * (rates[False] - rates[True]))
        assert measured.low is not None
        assert measured.high is not None
        assert -100 <= measured.low <= measured.value <= measured.high <= 100


@given(
    st.lists(st.tuples(instants, st.one_of(st.none(), instants))),
    instants,
)
def test_tasks_on_time(written: list[tuple[datetime, datetime | None]], now: datetime) -> None:
    tasks = [
        Due(f"t{n}", "rescue", "acme", "u-1", due, done) for n, (due, done) in enumerate(written)
    ]
    on_time = late = 0
    for due, done in written:
        if not YEAR.holds(due):
            continue
        if done is not None and done <= due:
            on_time += 1
        elif done is not None or due < now:
            late += 1
    found = {one.key: one for one in playbook_figures("rescue", YEAR, [], tasks, now)}
    figure = found["playbook.rescue.on_time"]
    assert figure.value == (pytest.approx(on_time / (on_time + late)) if on_time + late else None)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    # The examples of Newcombe 1998, table II, method 10: (a), (d), (e), (g).
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0000),
    ],
)
def test_the_interval_is_newcombes(
    counts: tuple[int, int, int, int], low: float, high: float
) -> None:
    found = lift(*counts)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(1, 60).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_wilsons_bounds_are_where_the_score_test_turns(counted: tuple[int, int]) -> None:
    part, whole = counted
    for bound in wilson(part, whole):
        if 0 < bound < 1:
            error = (part / whole - bound) ** 2 - 1.959963984540054**2 * bound * (1 - bound) / whole
            assert error == pytest.approx(0, abs=1e-9)
