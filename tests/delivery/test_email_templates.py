"""A template file says what is wrong with it, and on which line."""

from __future__ import annotations

import pickle

import pytest

from engine.delivery.templates import Template, TemplateError, parse_template

GOOD = (
    '---\nsubject: "Hi: {{ account.name }}"\npreheader: Soon\ninputs: [a, b_2]\n'
    "purpose: marketing\n---\nOne\n\nTwo\n"
)


@pytest.mark.parametrize("text", [GOOD, GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD])
def test_good_template_is_read(text):
    assert parse_template("x/y", text) == Template(
        name="x/y",
        subject="Hi: {{ account.name }}",
        preheader="Soon",
        inputs=("a", "b_2"),
        purpose="marketing",
        body="One\n\nTwo\n",
        front_matter_lines=6,
    )


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "front matter"),
        ("Hello", 1, "front matter"),
        ("---\nsubject: a\n", 1, "never ends"),
        ("---\n---\nHi", 1, "no subject"),
        ("---\nsubject: a\n---\nHi", 1, "no purpose"),
        ("---\nsubject: ''\npurpose: service\n---\nHi", 2, "subject is empty"),
        ("---\npurpose: service\nsubject: {{ x }}\n---\nHi", 3, "subject is not a text"),
        ("---\npurpose: service\nsubject: {{ x }} y\n---\nHi", 3, "not YAML"),
        ("---\nsubject: a\n\tb: c\n---\nHi", 3, "not YAML"),
        ("---\n- a\n---\nHi", 2, "not a list of settings"),
        ("---\nsubject: a\nfrom: b\n---\nHi", 3, "no setting 'from'"),
        ("---\nsubject: a\nsubject: b\n---\nHi", 3, "twice"),
        ("---\nsubject: a\npurpose: fun\n---\nHi", 3, "no purpose 'fun'"),
        ("---\nsubject: a\npurpose: service\ninputs: a\n---\nHi", 4, "not a list"),
        ("---\nsubject: a\npurpose: service\ninputs:\n- a\n- A b\n---\nHi", 6, "not a name"),
        ("---\nsubject: a\npurpose: service\n---\n \n", 5, "no text"),
        ("---\nsubject: a\npurpose: service\n---\nHi\n[a](b){.big}", 6, "{.big}"),
        ("---\nsubject: \x01\n---\nHi", 2, "character"),
        ("x" * 200_001, 1, "longer"),
    ],
)
def test_mistake_is_found_at_its_line(text, line, says):
    with pytest.raises(TemplateError) as caught:
        parse_template("x/y", text)
    assert says in caught.value.message
    assert (caught.value.line, bool(caught.value.remedy)) == (line, True)
    assert pickle.loads(pickle.dumps(caught.value)).line == line
