"""Emails by way of a mould are to the letter those that are made without one."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from engine.delivery.brand import Brand
from engine.delivery.gaps import taken_out
from engine.delivery.markdown import parse
from engine.delivery.rendering import Head, from_mould, laid_out
from engine.errors import RunError

BRAND = Brand("Acme", "#1d4ed8", "Acme GmbH\n1 High St", footer="You & us")
WORDS = ("Ann", "Ann Lee", "Müller GmbH", "copy", "https", "1st", "x", "Aé 2")
MARKS = (
    *(" ", " ", " ", "\n", "\n\n", "*", "**", "_", "`", "(", ")", "[", "]", "](", "![", "<", ">"),
    *("&", ";", ":", "]:", "://a", "#", "# ", "- ", "1. ", "> ", "    ", "|", "\n---\n", "~~"),
    *("'", '"', ".", ",", "!", "\\", "12", "7 ", "{.button}", "| - |\n", "```\n", "  \n"),
)
BODIES = st.lists(st.sampled_from([*WORDS, *MARKS]), max_size=25).map("".join)
SUBJECTS = st.text(max_size=12) | st.sampled_from(["Q & A <b> \"x\" 'y'", "Ann"])


def head(subject: str, preheader: str = "", reason: str = "As a <customer>") -> Head:
    return Head(subject, preheader, reason, BRAND, None)


@given(BODIES, st.sets(st.sampled_from(WORDS)), SUBJECTS, SUBJECTS)
@example('See [Ann](https://a.example/Ann "Ann Lee") for 12 seats', {"Ann", "Ann Lee"}, "S", "P")
@example("&copy; copy\n\n[copy]: https://a.example", {"copy"}, "S", "")
@example("Ann Lee\n---\n\nAnn | Ann Lee\n--- | ---\nx | y", {"Ann", "Ann Lee"}, "S", "")
def test_mould_gives_the_same_email(
    body: str, words: set[str], subject: str, preheader: str
) -> None:
    top = head(" ".join(subject.split()), " ".join(preheader.split()))
    try:
        expected = laid_out(top, parse(body))
    except RunError:
        expected = None
    found = from_mould(top, body, {"contact": {str(n): word for n, word in enumerate(words)}})
    assert found in (None, expected)


def test_emails_that_differ_in_names_have_one_mould() -> None:
    letters = [
        f"Hello {name},\n\nyou have {seats} seats." for name, seats in (("Ann", 5), ("Bo", 7))
    ]
    names = [{"contact": {"first_name": name}} for name in ("Ann", "Bo")]
    pressed = {taken_out(body, given)[0] for body, given in zip(letters, names, strict=True)}
    assert pressed == {"Hello Qx0xQ,\n\nyou have Qx1xQ seats."}
    pages = [from_mould(head("S"), *one) for one in zip(letters, names, strict=True)]
    assert pages == [laid_out(head("S"), parse(body)) for body in letters]
