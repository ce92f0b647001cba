"""What comes out of a text, and what must never come out."""

from __future__ import annotations

import html
import pickle
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from engine.errors import AuthorError, RunError
from engine.language.texts import render

VALUES: dict[str, object] = {
    "account": {
        "name": "Acme",
        "arr": Decimal("20000.00"),
        "tags": ["eu", "vip"],
        "renewal_date": date(2027, 1, 5),
        "owner": None,
        "empty": [],
        "secret": "s3cret",
    },
    "contacts": [{"email": "a@example.org"}, {"email": None}],
    "score": 42.0,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {{ account.name | upper }}!\n", "Hi ACME!\n"),
        ("{{ score }} {{ account.arr }} {{ account.tags }}", "42 20000 eu, vip"),
        ("{{ account.renewal_date }}", "5 January 2027"),
        ("{{ account.renewal_date | date('%d.%m.%Y – %A') }}", "05.01.2027 – Tuesday"),
        ("{{ account.arr | money('EUR') }} {{ 1234.5 | money }}", "€20,000 1,234.50"),
        ("{{ account.arr | number }} {{ 2.345 | round(1) }}", "20,000 2.3"),
        ("{{ account.owner | default('nobody') }}", "nobody"),
        ("{{ account.tags | join(' + ') }} {{ account.tags | length }}", "eu + vip 2"),
        ("{{ account.tags | first }} {{ account.tags | last }}", "eu vip"),
        ("{{ 'one two three' | truncate(9) | title }}", "One Two…"),
        ("{% if account.owner %}a{% else %}b{% endif %}", "b"),
        ("{% if account.owner is none and nope is undefined %}c{% endif %}", "c"),
        ("{% for t in account.tags %}{{ loop.index }}{{ t }} {% endfor %}", "1eu 2vip "),
        ("{% for x in account.empty %}x{% else %}none{% endfor %}", "none"),
        ("{% for x in account.owner %}x{% endfor %}-", "-"),
        ("a\n  {% if score > 40 %}\nb\n  {% endif %}\nc", "a\nb\nc"),
        ("*{{ '*' }}*", "***"),
    ],
)
def test_render(text: str, expected: str) -> None:
    assert render(text, VALUES) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{{ account.owner }}", "account.owner"),
        ("{{ account.owner | upper }}", "account.owner"),
        ("{{ account.owner.name }}", "account.owner.name"),
        ("{{ account.nope }}", "account.nope"),
        ("{{ nope.name }}", "nope.name"),
        ("{% if nope %}x{% endif %}", "nope"),
        ("{{ account }}", "account"),
        ("{{ account.name.upper }}", "upper"),
        ("{% for c in contacts %}{{ c.email }}{% endfor %}", "contacts[].email"),
        ("{{ account.items }}", "account.items"),
    ],
)
def test_a_variable_without_a_value_is_named(text: str, name: str) -> None:
    with pytest.raises(RunError) as caught:
        render(text, VALUES, name="welcome")
    assert (
        caught.value.message == f'the variable `{name}` in the text "welcome" has no value to print'
    )
    assert pickle.loads(pickle.dumps(caught.value)).message == caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "{{ account.secret * 99999999999 }}",
        "{{ account.secret % 5 }}",
        "{{ account.secret + 1 }}",
        "{{ account.secret < 1 }}",
        "{{ account.secret | money }}",
        "{{ account.secret | date }}",
        "{{ account.name | replace('A', account.name) | date }}",
        "{{ score | round(999999999) }}",
        "{{ score / 0 }}",
        "{{ self }}",
    ],
)
def test_what_cannot_be_filled_in_is_a_run_error_without_values(text: str) -> None:
    with pytest.raises(RunError) as caught:
        render(text, VALUES)
    assert "s3cret" not in str(caught.value)


def test_a_text_does_not_grow_without_bound() -> None:
    grow = "{{ account.name" + " | replace('a', 'aaaaaaaaaaaaaaaaaaaa')" * 9 + " }}"
    with pytest.raises(RunError):
        render(grow, {"account": {"name": "a"}})
    with pytest.raises(RunError, match="longer than 200,000 characters"):
        render("{% for x in many %}0123456789{% endfor %}", {"many": list(range(20_001))})


@pytest.mark.parametrize("text", ["{% include 'x' %}", "{{ a() }}", "{{ a", "{{ a | nope }}"])
def test_a_text_that_would_not_pass_the_check_is_not_rendered(text: str) -> None:
    with pytest.raises(AuthorError) as caught:
        render(text, {"a": 1}, name="t.md")
    assert caught.value.problems
    assert caught.value.message.startswith("t.md:1:")


MARKUP = (
    *("<script>", "[x](javascript:a)", "![i](http://x)", "<a@b.c>", "&lt;", "*b*", "_u_", "`c`"),
    *("~~s~~", "|a|b|", "---", "===", "# ", "- ", "1. ", "> ", "    x", "```\n", "\n\n", "\\"),
)
HOSTILE = st.lists(st.one_of(st.sampled_from(MARKUP), st.text(max_size=6)), max_size=5).map("".join)


@settings(max_examples=300, deadline=None)
@given(value=HOSTILE, other=HOSTILE)
@example(value="\n\n", other="\n\n\x1b\n\n")
def test_in_markdown_a_value_stays_literal(value: str, other: str) -> None:
    text = "Hi x{{ v }}\n\n{{ v }}{{ w }} end\n\n- {{ w }} item"
    source = render(text, {"v": value, "w": other}, markdown=True)
    page = (
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(source)
    )
    v, w = (" ".join(html.escape(seen(each)).split()) for each in (value, other))
    squeezed = "".join(page.split())
    expected = f"<p>Hix{v}</p><p>{v}{w}end</p><ul><li>{w}item</li></ul>"
    assert squeezed == "".join(expected.split()).replace("&#x27;", "'")


def test_in_markdown_a_value_may_be_the_address_of_a_link() -> None:
    url = "https://tenure.example/s/a_b*c?x=1&y=(2)~"
    source = render("[Answer]({{ url }})", {"url": url}, markdown=True)
    page = MarkdownIt().render(source)
    assert page == f'<p><a href="{html.escape(url)}">Answer</a></p>\n'


def seen(value: str) -> str:
    """A value without the characters no page can show."""
    return "".join(char for char in value if (char >= " " and char != "\x7f") or char.isspace())


SPELLED = """
{{ }} {% %} {# #} if for in endif endfor else a a.b account.name x . ( ) [ 'q' 1 - | upper date
money default loop is none not + * % ** ~ < == set raw endraw
"""
TYPED = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*SPELLED.split(), "\n"]), max_size=16).map(" ".join),
)


@settings(max_examples=300, deadline=None)
@given(text=TYPED, markdown=st.booleans())
def test_render_fails_only_in_our_own_ways(text: str, markdown: bool) -> None:
    with suppress(AuthorError, RunError):
        assert isinstance(render(text, VALUES, markdown=markdown), str)
