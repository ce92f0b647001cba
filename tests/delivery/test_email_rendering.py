"""One email, whole, and the rules behind it: values stay literal, links stay safe, nothing fetched.

After a wanted change: `TENURE_GOLDEN=write pytest tests/delivery`, then look at the emails.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from engine.delivery.brand import Brand, contrast
from engine.delivery.rendering import render_email
from engine.delivery.templates import parse_template, variables_of_template
from engine.errors import InputError, RunError

HERE = Path(__file__).parent
WELCOME = parse_template("onboarding/welcome", (HERE / "welcome.md").read_text("utf-8"))
VALUES = {
    "contact": {"first_name": "Jörg"},
    "account": {"name": "Müller & Söhne <GmbH>"},
    "inputs": {"kickoff_url": "https://cal.acme.example/kickoff_now?a=1&b=2"},
    "csm": {"name": "Nadia *Star* [x](https://evil.example){.button}"},
}
REASON = "You get this because you are the main contact of Müller & Söhne."


def rendered(brand, body="Hello", **values):
    page = f"---\nsubject: Hi\npurpose: service\n---\n{body}"
    return render_email(parse_template("t", page), values, brand)


@pytest.mark.parametrize("part", ["html", "text"])
def test_welcome_email_looks_as_it_was_approved(brand, part):
    email = render_email(
        WELCOME, VALUES, brand, unsubscribe_url="https://app.acme.example/u/1", reason=REASON
    )
    golden = HERE / "golden" / f"welcome.{part}"
    if os.environ.get("TENURE_GOLDEN") == "write":
        golden.write_text(getattr(email, part), "utf-8")
    assert getattr(email, part) == golden.read_text("utf-8")


def test_subject_and_preheader_are_plain_lines(brand):
    values = {**VALUES, "contact": {"first_name": "O'Neil &\r\nBcc: x@x.example"}}
    email = render_email(WELCOME, values, brand)
    assert email.subject == "Welcome to Acme Cloud, O'Neil & Bcc: x@x.example"
    assert email.preheader == "Your first week, in three steps"


def test_variables_of_all_three_parts_are_found():
    found = variables_of_template(WELCOME)
    assert {"brand.name", "account.name", "inputs.kickoff_url", "csm.name"} <= found


def test_values_bring_no_markup_of_their_own(brand):
    value = '<img src=x onerror="a()"> **b** [c](https://e.example){.button} # d'
    email = rendered(brand, "Dear {{ name }}!", name=value)
    assert "<img" not in email.html
    assert "e.example){.button}" in email.html
    assert "<strong>b" not in email.html
    assert f"Dear {value}!" in email.text


def test_raw_html_stays_text(brand):
    assert "&lt;script&gt;" in rendered(brand, "<script>x</script>").html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/relative", "data:text/html,x", "ftp://x"])
def test_other_links_are_refused(brand, url):
    with pytest.raises(RunError, match="neither http"):
        rendered(brand, f"[x]({url})")


def test_empty_subject_is_refused(brand):
    template = parse_template("t", '---\nsubject: "{{ name }}"\npurpose: service\n---\nHello')
    with pytest.raises(RunError, match="subject is empty"):
        render_email(template, {"name": " "}, brand)


def test_button_is_a_button_only_behind_a_link(brand):
    html = rendered(brand, "[Go](https://a.example){.button} [No](https://b.example){.button}").html
    assert html.count('class="button-cell"') == 2
    assert 'class="button-cell"' not in rendered(brand, "Text {.button}").html
    inside = rendered(brand, "Please [go](https://a.example){.button} now").html
    assert 'class="button"' in inside
    assert 'class="button-cell"' not in inside


def test_footer_has_unsubscribe_only_when_there_is_one(brand):
    assert "Unsubscribe" not in rendered(brand).html + rendered(brand).text
    email = render_email(WELCOME, VALUES, brand, unsubscribe_url="https://u.example/1?a=1&b=2")
    assert 'href="https://u.example/1?a=1&amp;b=2"' in email.html
    assert "Unsubscribe: https://u.example/1?a=1&b=2\n" in email.text


def test_page_keeps_dark_mode_and_names_its_language(brand):
    html = rendered(replace(brand, language="de")).html
    assert '<html lang="de"' in html
    assert "prefers-color-scheme: dark" in html
    assert "<link" not in html


@pytest.mark.parametrize("color", ["#000000", "#ffffff", "#ffe500", "#777777", "#0f766e"])
def test_every_brand_colour_stays_readable(brand, color):
    dressed = replace(brand, color=color)
    assert contrast(dressed.accent_text, color) >= 4.4
    assert contrast(dressed.link, "#ffffff") >= 4.5
    assert contrast(dressed.link_dark, "#1c1f26") >= 4.5


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"color": "teal"}, "color"),
        ({"color": "#fff;}"}, "color"),
        ({"name": ""}, "name"),
        ({"address": None}, "address"),
        ({"logo_url": "javascript:x"}, "logo_url"),
        ({"language": 'en" x="'}, "language"),
        ({"reply_to": "nobody"}, "reply_to"),
        ({"colour": "#ffffff"}, "colour"),
    ],
)
def test_wrong_brand_is_named(change, named):
    with pytest.raises(InputError, match=named):
        Brand.from_json({"name": "A", "color": "#000000", "address": "B", **change})
