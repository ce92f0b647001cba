"""Between two crossings no day changes how a condition comes out: day after day says the same."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.enrolling.crossings import crossings_of, next_day
from engine.language.expressions import evaluate
from engine.plan.model import Condition, Source

REFS = (
    ("account.due", "date"),
    ("account.seen", "date"),
    ("account.met", "datetime"),
    ("account.arr", "number"),
    ("today", "date"),
)
FIRST = date(2026, 1, 1)
DATES = st.one_of(
    st.none(),
    st.integers(-40, 90).map(lambda days: str(FIRST + timedelta(days=days))),
    st.just("no date"),
)
INSTANTS = st.sampled_from(
    [None, "2026-01-20T00:00:00Z", "2026-01-20T09:30:00+02:00", "2026-02-01", "2026-03-01T23:59:59"]
)
NAMED = st.sampled_from(["account.due", "account.seen", "account.met", 'date("2026-02-10")'])
LENGTHS = st.sampled_from(["0d", "1d", "12h", "36h", "2w", "30d", "1.5d"])
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    """Draw a comparison of today with a date."""
    name, sign, length = draw(NAMED), draw(SIGNS), draw(LENGTHS)
    shapes = [
        f"today {sign} {name}",
        f"{name} {sign} today",
        f"{name} - today {sign} {length}",
        f"{length} {sign} today - {name}",
        f"today - {length} {sign} {name}",
        f"{name} + {length} {sign} today",
        "account.arr > 5",
        "has(account.seen)",
    ]
    return draw(st.sampled_from(shapes))


@st.composite
def conditions(draw: st.DrawFn) -> str:
    """Draw a condition of some comparisons."""
    parts = draw(st.lists(comparisons(), min_size=1, max_size=4))
    text = parts[0]
    for part in parts[1:]:
        joins = draw(st.sampled_from(["{} && {}", "{} || {}", "({} || {})", "!({}) && {}"]))
        text = joins.format(text, part)
    return text


@settings(max_examples=150, deadline=None)
@given(conditions(), DATES, DATES, INSTANTS)
def test_condition_comes_out_otherwise_on_no_other_day(
    text: str, due: str | None, seen: str | None, met: str | None
) -> None:
    condition = Condition(text, Source("p.yaml", 1), REFS)
    crossings = crossings_of(condition)
    assert crossings is not None
    fields = {"due": due, "seen": seen, "met": met, "arr": 7}
    values = {f"account.{name}": value for name, value in fields.items()}
    ahead, before = next_day(crossings, fields, FIRST), None
    for number in range(120):
        day = FIRST + timedelta(days=number)
        verdict = evaluate(condition, {**values, "today": day})
        assert verdict.error is None or "no date" in values.values()
        if before is not None and day != ahead:
            assert verdict.holds == before, (text, day, ahead)
        if day == ahead:
            ahead = next_day(crossings, fields, day)
        before = verdict.holds


@pytest.mark.parametrize(
    "text",
    [
        "(account.due - today) > 3d",
        "account.due - today > account.seen - account.due",
        "min(account.arr, 3) > 2 && account.due - today - account.seen > 1d",
        "account.due - today > 3d == true",
        "today in [account.due]",
        "has(today)",
        "(account.arr > 2 ? today : account.due) == account.seen",
    ],
)
def test_other_uses_of_today_are_not_understood(text: str) -> None:
    assert crossings_of(Condition(text, Source("p.yaml", 1), REFS)) is None


def test_what_a_function_gives_may_stand_beside() -> None:
    text = 'size("x") > 0 && account.due - today < 30d'
    found = crossings_of(Condition(text, Source("p.yaml", 1), REFS))
    assert found is not None
    assert [one.away.days for one in found] == [-30]


def test_dates_out_of_reach_are_never_crossed() -> None:
    text = "account.due + 9w > today"
    found = crossings_of(Condition(text, Source("p.yaml", 1), REFS))
    assert found is not None
    for due in ("9999-12-31", "9998-12-31", None, 7, ""):
        assert next_day(found, {"due": due}, FIRST) is None
