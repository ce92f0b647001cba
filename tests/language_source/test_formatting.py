"""Formatting: canonical, idempotent, and never a change of meaning or a lost comment."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import AuthorError
from engine.language.formatting import format_text
from engine.language.ordering import TOP_KEYS
from engine.language.schema.playbook import PlaybookForm
from engine.language.source import load

MESSY = """\


# Header

title:   "Churn rescue"   # eol
playbook: 'churn-rescue'

steps:
- due: 1 business day
  # why
  task: triage
  title: "Triage {{ account.name }}"
  overdue:
  - {after: 4h, remind: csm}
  - after: 1d
    escalate: csm_manager


-   then:
        # nested
        - {to: x, email: "sponsor"}
        - body: |
                Hello
                  world

                end
          email: other
    if: a == "x"
enroll:
    on:     # any of these
    - health.drops: {by:  15, within: "14d"}
"""

TIDY = """\
# Header

playbook: churn-rescue
title: Churn rescue   # eol
enroll:
  on:     # any of these
    - health.drops: {by: 15, within: "14d"}

steps:
  # why
  - task: triage
    due: 1 business day
    title: "Triage {{ account.name }}"
    overdue:
      - {after: 4h, remind: csm}
      - after: 1d
        escalate: csm_manager

  - if: a == "x"
    then:
      # nested
      - {email: sponsor, to: x}
      - email: other
        body: |
          Hello
            world

          end
"""


def formatted(text: str) -> str:
    """Format, holding every promise to account."""
    after = format_text("a.yaml", text)
    assert format_text("a.yaml", after) == after
    assert value(after) == value(text)
    assert after == "" or (after.endswith("\n") and not after.endswith("\n\n"))
    return after


def value(text: str) -> str:
    document, problems = load("a.yaml", text)
    assert document is not None
    assert [one for one in problems if one.severity == "error"] == []
    return repr(_sorted(document.value))


def _sorted(item: object) -> object:
    if isinstance(item, dict):
        return sorted((key, _sorted(inner)) for key, inner in item.items())
    return [_sorted(inner) for inner in item] if isinstance(item, list) else (item, type(item))


def test_messy_playbook_becomes_tidy() -> None:
    assert formatted(MESSY) == TIDY


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("\n# only\n\n", "# only\n"),
        ("a: 'no'\n", "a: 'no'\n"),
        ("a: '2026-12-01'\n", "a: '2026-12-01'\n"),
        ("'a': 'plain'", "a: plain\n"),
        ("a: '{{ x }}'", "a: '{{ x }}'\n"),
        ("b: 1\na: 2", "b: 1\na: 2\n"),
        ("a:\n    - b\n    - - c\n      - d", "a:\n  - b\n  - - c\n    - d\n"),
        ("a:\n- |2\n    x\n   y\n", "a:\n  - |2\n      x\n     y\n"),
        ("a: |+\n x\n\n\nb: 1", "a: |+\n  x\n\n\nb: 1\n"),
        ("a: |\n x  \n\n\n\nb: 1", "a: |\n  x  \n\nb: 1\n"),
        ("a: |\n x\n \ty\n", "a: |\n  x\n  \ty\n"),
        ("a: one\n   two\nb: 1", "a: one\n   two\nb: 1\n"),
        ("a:\n      text\n", "a:\n  text\n"),
        ("a: &x\n    b: 1\nc: *x", "a: &x\n  b: 1\nc: *x\n"),
        ("a: [1,\n2]\n", "a: [1,\n2]\n"),
        ("a:\n    b:\n    # none yet\nc: 1", "a:\n  b:\n  # none yet\nc: 1\n"),
        ("a:\n    b: 1\n    # last\nc: 1", "a:\n  b: 1\n  # last\nc: 1\n"),
        ("a:\n  # none\nc: 1", "a:\n  # none\nc: 1\n"),
        ("a:\t1  \r\nb: 2\t\r\n", "a: 1\nb: 2\n"),
        ("---\na: 1\n", "---\na: 1\n"),
        ("- 1\n-   a: 1\n    b: 2\n", "- 1\n- a: 1\n  b: 2\n"),
    ],
)
def test_small_forms(before: str, after: str) -> None:
    assert formatted(before) == after


def test_blank_lines_stay_where_a_moved_key_was() -> None:
    assert formatted("title: a\n\nplaybook: b\n") == "playbook: b\n\ntitle: a\n"


def test_overdue_rungs_keep_their_order() -> None:
    text = "playbook: a\nsteps:\n  - task: b\n    overdue:\n      - {after: 1h, escalate: c}\n"
    assert formatted(text) == text


def test_key_that_would_come_before_its_anchor_stays() -> None:
    text = "title: &x a\nplaybook: *x\n"
    assert formatted(text) == text


def test_file_with_errors_is_refused_with_its_problems() -> None:
    with pytest.raises(AuthorError) as caught:
        format_text("a.yaml", "a: b: c\n")
    assert [one.code for one in caught.value.problems] == ["TN104"]


def test_unusual_form_is_refused_rather_than_damaged() -> None:
    with pytest.raises(AuthorError) as caught:
        format_text("a.yaml", "? a\n: 1\n")
    assert [one.code for one in caught.value.problems] == ["TN149"]


WORDS = ["x", "1", "'no'", '"a b"', "'it''s'", '"{{ x }}: y"', "*shared", "~", "a b #c"]
NAMES = "playbook title steps task email due then else overdue if parallel repeat goal 'on' z"
KEYS = st.lists(st.sampled_from(sorted(NAMES.split())), min_size=1, max_size=4, unique=True)


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """Lines of a block value at column 0, with comments, blanks and uneven indentation."""
    lines: list[str] = []
    listed = depth > 0 and draw(st.booleans())
    entries = draw(st.lists(st.just("-"), min_size=1, max_size=3)) if listed else draw(KEYS)
    for entry in entries:
        lines += draw(st.lists(st.sampled_from(["", "# c1", "#c2", ""]), max_size=2))
        width = draw(st.integers(1, 4))
        kind = draw(st.sampled_from(["word", "flow", "text", "block", "block", "empty"]))
        head = "-" if listed else f"{entry}:"
        match kind:
            case "block" if depth < 4:
                inner = draw(blocks(depth=depth + 1))
                lines += _nested(draw, head, inner, width, listed=listed)
            case "flow":
                lines.append(f"{head} {{due:  1d, task: [a,'b'], email: \"c\"}}  # flow")
            case "text":
                style = draw(st.sampled_from(["|", ">-", "|+", "|1"]))
                body = (
                    ["one", "  # not a comment", "", "three"] if style != "|1" else [" one", "two"]
                )
                lines.append(f"{head} {style}")
                pad = " " * (1 if style == "|1" else width)
                lines += [pad + line if line else "" for line in body]
            case "empty":
                lines.append(head)
            case _:
                lines.append(f"{head}{' ' * width}{draw(st.sampled_from(WORDS))}")
                lines += [" " * width + "# after"] if draw(st.booleans()) else []
    return lines


def _nested(draw: st.DrawFn, head: str, inner: list[str], width: int, *, listed: bool) -> list[str]:
    pad = " " * width
    if listed and inner[0] and not inner[0].startswith("#") and draw(st.booleans()):
        gap = " " * width
        return [f"-{gap}{inner[0]}", *(f" {gap}{line}" if line else "" for line in inner[1:])]
    return [f"{head}  # h" if draw(st.booleans()) else head, *(pad + line for line in inner)]


@given(blocks())
@settings(max_examples=300)
def test_generated_files_keep_meaning_and_comments(lines: list[str]) -> None:
    text = "\n".join(["anchor: &shared 7", *lines])
    document, _ = load("a.yaml", text)
    assert document is not None
    after = formatted(text)
    assert _comments(after) == _comments(text)


def _comments(text: str) -> Counter[str]:
    return Counter(word for word in text.split() if word.startswith("#"))


def test_every_key_of_a_playbook_has_its_place() -> None:
    assert sorted(TOP_KEYS) == sorted(PlaybookForm.model_fields)
