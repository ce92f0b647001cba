"""Rendering without HTML, for where nobody reads it: what goes wrong there goes wrong here."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.delivery.brand import Brand
from engine.delivery.markdown import check_links, parse
from engine.delivery.rendering import render_email
from engine.delivery.templates import parse_template
from engine.errors import RunError

BRAND = Brand.from_json({"name": "Acme", "address": "1 High St", "color": "#112233"})
PIECES = (
    *("[go](", "[go]: ", "![p](", "<", ">", ")", "(", "]", "[", " ", "\n", "\n\n", "`", "*", "\\"),
    *("https://a.example", "http://b.example", "mailto:c@a.example", "javascript:x", "/path"),
    *("ftp://d.example", "HTTPS://E.example", "www.f.example", "word", "{.button}", "'t'"),
)


def refuses(text: str, check: object) -> bool:
    try:
        assert callable(check)
        check(text)
    except RunError:
        return True
    return False


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_links_are_refused_as_by_the_parser(text: str) -> None:
    assert refuses(text, check_links) == refuses(text, parse)


def test_subject_is_the_same_and_there_is_no_html() -> None:
    template = parse_template("t", "---\nsubject: Hi {{ name }}\npurpose: service\n---\n*Hello*\n")
    full = render_email(template, {"name": "Kim"}, BRAND)
    words = render_email(template, {"name": "Kim"}, BRAND, words_only=True)
    assert (words.subject, words.preheader) == (full.subject, full.preheader)
    assert (words.html, words.text) == ("", "")
