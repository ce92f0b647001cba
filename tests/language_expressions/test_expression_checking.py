"""What an author is told about an expression: the code, the place, the words."""

from __future__ import annotations

import pytest

from engine.language.expressions import EXPRESSION_CODES, Names, check_condition, check_value
from engine.language.expressions import codes as c
from engine.plan.model import Source

NAMES = Names(
    {
        "account.lifecycle": "text",
        "account.name": "text",
        "account.arr": "number",
        "account.tags": "list",
        "account.renewal_date": "date",
        "email.replied": "fact",
        "meeting.held": "fact",
        "health.score": "number",
        "fix-plan.reason": "text",
    },
    {"account.lifecycle": ("onboarding", "adopting", "churned")},
)
WHERE = Source("p.yaml", 3, 9)


def told(text: str) -> list[tuple[str, str]]:
    """(code, underlined text) of each problem, for a text on one line."""
    _, problems = check_condition(text, NAMES, WHERE)
    return [(p.code, text[p.where.column - 9 :][: p.length]) for p in problems]


@pytest.mark.parametrize(
    "text",
    [
        'account.lifecycle == "adopting" && account.arr >= 10000',
        "email.replied || meeting.held",
        "account.renewal_date - now < 90d",
        "today > account.renewal_date - 2w",
        'account.renewal_date < date("2027-01-31")',
        'size(account.tags) == 2 && "vip" in account.tags',
        "max(account.arr, health.score) > 1 && min(1, 2) < .5",
        'account.name.lowerAscii().startsWith("acme") || account.name.matches("^A.*d$")',
        "!has(account.arr) || account.arr in [1, 2.5, 1e3]",
        "email.replied ? health.score > 5 : true",
        'fix-plan.reason == "budget"  // a step with a hyphen',
        "((account.arr + 1) * 2 - -3) / 4 > health.score",
    ],
)
def test_check_condition_accepts(text: str) -> None:
    condition, problems = check_condition(text, NAMES, WHERE)
    assert problems == []
    assert condition is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("health.scor < 50", [(c.UNKNOWN_NAME, "health.scor")]),
        ('account.arr > "10k"', [(c.MISMATCH, '"10k"')]),
        ("account.renewal_date - now < 90", [(c.MISMATCH, "90")]),
        ("health.score && email.replied", [(c.MISMATCH, "health.score")]),
        ("!health.score", [(c.MISMATCH, "health.score")]),
        ("1 < health.score < 5", [(c.MISMATCH, "5")]),
        ('email.replied == "yes"', [(c.MISMATCH, '"yes"')]),
        ("size(health.score) > 2", [(c.MISMATCH, "size")]),
        ("health.score", [(c.NOT_A_CONDITION, "health.score")]),
        ('account.name.startswith("x")', [(c.UNKNOWN_FUNCTION, "startswith")]),
        ('account.lifecycle == "adoptng"', [(c.NOT_A_CHOICE, '"adoptng"')]),
        ('"x" != account.lifecycle', [(c.NOT_A_CHOICE, '"x"')]),
        ('account.lifecycle in ["adopting", "x"]', [(c.NOT_A_CHOICE, '"x"')]),
        ('account.lifecycle = "adopting"', [(c.OTHER_SPELLING, "=")]),
        ("not email.replied", [(c.OTHER_SPELLING, "not")]),
        ('account.lifecycle not in ["churned"]', [(c.OTHER_SPELLING, "not in")]),
        ("{{ health.score }} < 3", [(c.OTHER_SPELLING, "{{")]),
        ("account.arr > 10k", [(c.BAD_LITERAL, "10k")]),
        ("account.arr > 10,000", [(c.BAD_LITERAL, "10,000")]),
        ("account.name == “x”", [(c.BAD_LITERAL, "“x”")]),
        ('account.name == "x', [(c.BAD_LITERAL, '"x')]),
        ("account.renewal_date - now < 200w0", [(c.BAD_LITERAL, "200w0")]),
        ("account.renewal_date - now < 9999w", [(c.BAD_LITERAL, "9999w")]),
        ("health.score <", [(c.SYNTAX, "<")]),
        ("(health.score < 5", [(c.SYNTAX, "(")]),
        ("health.score < 5)", [(c.SYNTAX, ")")]),
        ("health.score < 5 email.replied", [(c.SYNTAX, "email.replied")]),
        ("account.tags.size() > 2", [(c.MISUSED_FUNCTION, "size")]),
        ('account.name.matches("(")', [(c.MISUSED_FUNCTION, '"("')]),
        ('date("31.01.2027") < today', [(c.MISUSED_FUNCTION, "date")]),
        ("has(1)", [(c.MISUSED_FUNCTION, "has")]),
        ("account.arr == null", [(c.NOT_SUPPORTED, "null")]),
        ('account.tags[0] == "x"', [(c.NOT_SUPPORTED, "[")]),
        ("(" * 21 + "true" + ")" * 21, [(c.TOO_COMPLEX, "(")]),
        ("true ? true : " * 32 + "true", [(c.TOO_COMPLEX, "true")]),
        ("true || " * 300 + "true", [(c.TOO_LONG, "t")]),
        (
            " || ".join(f"has(a{i})" for i in range(3)),
            [(c.UNKNOWN_NAME, f"a{i}") for i in range(3)],
        ),
    ],
)
def test_check_condition_underlines_the_culprit(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text) == expected


def test_check_condition_reports_all_at_once() -> None:
    text = 'account.lifecycle = "adoptng" and health.scor < 5 and account.arr > "10k"'
    assert told(text) == [
        (c.OTHER_SPELLING, "="),
        (c.NOT_A_CHOICE, '"adoptng"'),
        (c.OTHER_SPELLING, "and"),
        (c.UNKNOWN_NAME, "health.scor"),
        (c.OTHER_SPELLING, "and"),
        (c.MISMATCH, '"10k"'),
    ]


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("health.scor < 50", "there is no `health.scor`", "Did you mean `health.score`?"),
        ("account > 5", "`account` is not a value in itself", "It has: account.arr, account.lif"),
        ("account.name == bob", "there is no `bob`", 'A text stands in quotes: "bob".'),
        (
            'account.arr > "10k"',
            '`account.arr` is a number, `"10k"` is a text',
            "Write a number without quotes: `10000`.",
        ),
        ('account.lifecycle == "chrned"', '`account.lifecycle` is never "chrned"', "Did you mean"),
        ("health.score > account.renewal_date", "`health.score` is a number, `account.ren", "Comp"),
        ('account.name in "abc"', '`account.name` is a text, `"abc"`', "To look into a text write"),
        ('account.tags.contains("x")', ".contains() looks into a text", "Ask a list with `in`"),
        ("health.score is 5", "there is no `is`", "Write `==`"),
        ("account.renewal_date - now < 90 days", "there is no `days`", "A length of time is one"),
        ("!health.score > 5", "`health.score` is a number", "Put what is denied in brackets: `!(h"),
        ("health.score < 50%", "something is missing after `%`", "A percentage is a plain number"),
        ('account.name in ("a", "b")', "`,` does not fit", "A list stands in square brackets"),
        ('account.name == "a\\q"', "this text has a backslash", "A backslash is written twice"),
        ('min(account.arr, "x") > 1', "max() and min() compare numbers", "Check what"),
        ("email.replied ? true", "something is missing after `true`", "After `?` come two results"),
        (
            'account.lifecycle != ""',
            '`account.lifecycle` is never ""',
            "Ask whether there is a val",
        ),
        ("email.replied and meeting.held", "`and` is written `&&` here", "Write `&&`."),
    ],
)
def test_check_condition_says_what_to_do(text: str, message: str, remedy: str) -> None:
    _, problems = check_condition(text, NAMES, WHERE)
    assert problems[0].message.startswith(message)
    assert problems[0].remedy.startswith(remedy)


def test_check_condition_gives_refs_in_order_of_first_use() -> None:
    text = "has(account.arr) && now > account.renewal_date && account.arr > 1 || email.replied"
    condition, _ = check_condition(text, NAMES, WHERE)
    assert condition is not None
    assert condition.refs == (
        ("account.arr", "number"),
        ("now", "datetime"),
        ("account.renewal_date", "date"),
        ("email.replied", "fact"),
    )


def test_places_follow_lines_and_wide_characters() -> None:
    text = 'account.name == "é😀" ||\n health.scor < 5 || account.arr > "x"'
    _, problems = check_condition(text, NAMES, WHERE)
    places = [(p.where.line, p.where.column, p.length) for p in problems]
    assert places == [(4, 10, 11), (4, 43, 3)]


def test_more_names_of_one_kind_than_can_be_read() -> None:
    names = Names({f"a.n{i}": "number" for i in range(50)})
    _, problems = check_condition(" + ".join(f"a.n{i}" for i in range(50)) + " > 1", names, WHERE)
    assert {p.code for p in problems} == {c.TOO_COMPLEX}


def test_check_value_wants_the_expected_kind() -> None:
    assert check_value("account.arr * 1.1", NAMES, WHERE, "number")[1] == []
    assert check_value("today + 3d", NAMES, WHERE, "date")[1] == []
    assert check_value("account.name", NAMES, WHERE)[1] == []
    condition, problems = check_value("account.name", NAMES, WHERE, "number")
    assert condition is None
    assert [p.code for p in problems] == [c.WRONG_VALUE]
    assert problems[0].message == "this gives a text, but a number is needed"


def test_every_code_is_in_the_catalogue_once_and_its_examples_show_it() -> None:
    listed = [code.code for code in EXPRESSION_CODES]
    declared = [v for k, v in vars(c).items() if k.isupper() and isinstance(v, str)]
    assert sorted(listed) == sorted(declared)
    for code in EXPRESSION_CODES:
        if code.code not in (c.TOO_LONG, c.WRONG_VALUE):
            found = {p.code for p in check_condition(code.bad, NAMES, WHERE)[1]}
            assert found == {code.code}, code.bad
            assert check_condition(code.good, NAMES, WHERE)[1] == [], code.good


def test_id_written_with_its_hyphens_is_one_problem() -> None:
    names = Names({"intro_call.goal": "text"})
    _, (problem,) = check_condition('intro-call.goal == "grow"', names, WHERE)
    assert (problem.code, problem.where.column, problem.length) == (c.UNKNOWN_NAME, 9, 15)
    assert problem.remedy == "Write `intro_call.goal`: `-` is minus here."


def test_unknown_fact_is_told_where_facts_are_declared() -> None:
    _, (problem,) = check_condition("webinar.watched", NAMES, WHERE)
    assert "schema.yaml" in problem.remedy
