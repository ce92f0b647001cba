"""What an author is told about a text: the code, the place, the words."""

from __future__ import annotations

import pytest

from engine.language.expressions import Names
from engine.language.texts import TEXT_CODES, check_text, variables_of
from engine.language.texts import codes as c
from engine.plan.model import Source

NAMES = {
    "account.name",
    "account.arr",
    "account.tags",
    "contacts.champion.first_name",
    "contacts[].email",
    "people",
}
WHERE = Source("t.md", 1, 1)


def told(text: str) -> list[tuple[str, int, str]]:
    """(code, line, underlined text) of each problem."""
    lines = text.splitlines()
    return [
        (p.code, p.where.line, lines[p.where.line - 1][p.where.column - 1 :][: p.length])
        for p in check_text(text, NAMES, WHERE)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Plain, with { and } and % signs",
        "Hi {{ contacts.champion.first_name | default('you') }}, {{ account.arr | money('EUR') }}",
        "{% if account.name is not none and account.arr > 3 %}a{% elif 1 %}b{% else %}c{% endif %}",
        "{% for c in contacts %}{{ loop.index }}. {{ c.email }}\n{% endfor %}",
        "{% for p in people %}{{ p.anything.at_all }}{% endfor %}",
        "{% for tag in account.tags if tag != 'x' %}{{ tag }}{% else %}none{% endfor %}",
        "{# a comment {{ nothing }} #}{% raw %}{{ account.nam }}{% endraw %}",
    ],
)
def test_check_text_accepts(text: str) -> None:
    assert check_text(text, NAMES, WHERE) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {{ account.nmae }}", [(c.UNKNOWN_VARIABLE, 1, "account.nmae")]),
        ("{{ account }}", [(c.UNKNOWN_VARIABLE, 1, "account")]),
        ("{% for c in contacts %}{{ c.phone }}{% endfor %}", [(c.UNKNOWN_VARIABLE, 1, "c.phone")]),
        ("{% for c in contcts %}{% endfor %}", [(c.UNKNOWN_VARIABLE, 1, "contcts")]),
        ("{{ loop.index }}", [(c.UNKNOWN_VARIABLE, 1, "loop.index")]),
        ("{{ account.name | upper | uper }}", [(c.UNKNOWN_FILTER, 1, "uper")]),
        ("{% if account.name is foo %}x{% endif %}", [(c.UNKNOWN_TEST, 1, "foo")]),
        ("a\n{% include 'x' %}", [(c.NOT_ALLOWED, 2, "include")]),
        ("{% set x = 1 %}", [(c.NOT_ALLOWED, 1, "set")]),
        ("{% macro x() %}{% endmacro %}", [(c.NOT_ALLOWED, 1, "macro")]),
        ("{{ account.name.upper() }}", [(c.NOT_ALLOWED, 1, "(")]),
        ("{{ account.tags[0] }}", [(c.NOT_ALLOWED, 1, "[")]),
        ("{% endif %}", [(c.NOT_ALLOWED, 1, "endif")]),
        ("a\n b {{ account.name", [(c.SYNTAX, 2, "{{")]),
        ("a\n{% if account.name", [(c.SYNTAX, 2, "{%")]),
        ("{% if 1 %}{% endif %}\n{% for t in people %}\n{{ t }}", [(c.SYNTAX, 2, "for")]),
        ("x {{ account.name | }}", [(c.SYNTAX, 1, "}}")]),
        ("x\n{{ 'abc }}", [(c.SYNTAX, 2, "'")]),
        ("x\n {# abc", [(c.SYNTAX, 2, "{#")]),
        ("{{ " + "(" * 400 + "1" + ")" * 400 + " }}", [(c.TOO_DEEP, 1, "{")]),
        ("x" * 100_001, [(c.TOO_LONG, 1, "x")]),
    ],
)
def test_check_text_underlines_the_culprit(text: str, expected: list[tuple[str, int, str]]) -> None:
    assert told(text) == expected


def test_check_text_reports_all_at_once() -> None:
    text = "{{ a }}\r\n\r\n  {%- if account.nam -%} é😀 {% endif -%}\r\n  {{ account.arr | mony }}"
    assert told(text) == [
        (c.UNKNOWN_VARIABLE, 1, "a"),
        (c.UNKNOWN_VARIABLE, 3, "account.nam"),
        (c.UNKNOWN_FILTER, 4, "mony"),
    ]


def test_check_text_says_what_to_do() -> None:
    (problem,) = check_text("{{ account.nmae }}", NAMES, WHERE)
    assert problem.message == "there is no variable `account.nmae`"
    assert problem.remedy.startswith("Did you mean `account.name`? Known here: account.arr, ")


def test_check_text_counts_from_where_the_text_stands() -> None:
    text = "{{ account.name }}\n{{ nope }}"
    (problem,) = check_text(text, Names({"account.name": "text"}), Source("p.yaml", 10, 7))
    assert (problem.where.line, problem.where.column) == (11, 10)


def test_variables_of_gives_dotted_names() -> None:
    text = "{{ a.b.c | default(d) }}{% for x in l.m %}{{ x.y }}{{ loop.last }}{% endfor %}"
    assert variables_of(text) == {"a.b.c", "d", "l.m"}
    assert variables_of("{{ broken") == frozenset()


def test_every_code_is_in_the_catalogue_once_and_its_examples_show_it() -> None:
    listed = [code.code for code in TEXT_CODES]
    declared = [v for k, v in vars(c).items() if k.isupper() and isinstance(v, str)]
    assert sorted(listed) == sorted(declared)
    for code in TEXT_CODES:
        assert check_text(code.good, NAMES, WHERE) == []
        if code.code != c.TOO_LONG:
            assert {p.code for p in check_text(code.bad, NAMES, WHERE)} == {code.code}


def test_name_written_with_hyphens_is_one_problem() -> None:
    (problem,) = check_text("Hi {{ intro-call.reason }}", {"intro_call.reason"}, WHERE)
    assert (problem.where.column, problem.length) == (7, 17)
    assert problem.remedy == "Write `intro_call.reason`: `-` is minus here."
