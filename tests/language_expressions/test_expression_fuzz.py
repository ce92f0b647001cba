"""Whatever an author types or a value holds: a problem or a verdict, never an exception."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.expressions import Names, check_condition, evaluate
from engine.plan.model import Source

NAMES = Names(
    {"a.n": "number", "a.t": "text", "a.l": "list", "a.d": "date", "f.x": "fact", "s-t.x": "text"},
    {"a.t": ("one", "two")},
)
SPELLED = """
a.n a.t a.l a.d f.x s-t.x now zz a a.n.q true false in and not null has( size( min( date( . , "
1 2.5 30d 10k 1e999 "one" "(" r"\\" && || ! == != = < <= + - * / % ? : ( ) [ ] { } “x” é //
.contains( .matches( .foo(
"""
PIECES = SPELLED.split()
TYPED = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.dates(),
    st.datetimes(), st.lists(st.text(max_size=3), max_size=2),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(text=TYPED)
def test_check_condition_never_fails(text: str) -> None:
    condition, problems = check_condition(text, NAMES, Source("p.yaml", 1, 1))
    assert (condition is None) == bool(problems)
    lines = text.split("\n")
    for problem in problems:
        assert problem.length >= 1
        assert 1 <= problem.where.line <= len(lines)
        assert 1 <= problem.where.column <= len(lines[problem.where.line - 1]) + 1


@settings(max_examples=200, deadline=None)
@given(
    left=st.sampled_from(["a.n > 1", 'a.t == "one"', '"x" in a.l', "a.d - now < 3d", "f.x"]),
    right=st.sampled_from(
        ["has(a.n)", "size(a.t) > 2", "a.d + 90d > today", "!f.x", "a.n / 0 > 1"]
    ),
    operator=st.sampled_from([" && ", " || "]),
    values=st.dictionaries(st.sampled_from(["a.n", "a.t", "a.l", "a.d", "f.x", "now"]), VALUES),
)
def test_evaluate_never_fails(
    left: str, right: str, operator: str, values: dict[str, object]
) -> None:
    condition, _ = check_condition(left + operator + right, NAMES, Source("p.yaml", 1, 1))
    assert condition is not None
    verdict = evaluate(condition, values)
    assert not (verdict.holds and (verdict.missing or verdict.error))
