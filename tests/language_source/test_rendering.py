"""The three forms of problems, against golden output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.language.diagnostics import Problem
from engine.language.rendering import render_github, render_json, render_text
from engine.language.source import load
from engine.plan.model import Source

GOLDEN = Path(__file__).parent / "golden"
RESCUE = 'playbook: rescue\nenroll:\n  when: account.arr > "10k"\n  brake: no\n'
OTHER = "title: 日本語 ok: bad\n\tx: 1\n"
PROBLEMS = [
    Problem(
        "TN202",
        "A number cannot be compared with a text.",
        Source("playbooks/rescue.yaml", 3, 23),
        "Write 10000.",
        5,
    ),
    Problem(
        "TN140",
        '"no" is text here.',
        Source("playbooks/rescue.yaml", 4, 10),
        "Write false.",
        2,
        "warning",
    ),
    Problem(
        "TN104", "A colon, in text: 100% of it.\nSecond line.", Source("a,b.yaml", 1, 8), "", 3
    ),
]
SOURCES = {"playbooks/rescue.yaml": RESCUE, "a,b.yaml": OTHER}


def same_as_golden(name: str, text: str) -> bool:
    return (GOLDEN / name).read_text(encoding="utf-8") == text


def test_text_is_golden() -> None:
    assert same_as_golden("problems.txt", render_text(PROBLEMS, SOURCES, color=False))


def test_colored_text_is_the_text_with_colors() -> None:
    colored = render_text(PROBLEMS, SOURCES, color=True)
    assert same_as_golden("problems.ansi", colored)


def test_json_is_golden() -> None:
    assert same_as_golden("problems.json", render_json(PROBLEMS) + "\n")


def test_github_is_golden() -> None:
    assert same_as_golden("problems.github", render_github(PROBLEMS) + "\n")


def test_json_names_the_page_of_each_code() -> None:
    assert {one["docs"] for one in json.loads(render_json(PROBLEMS))} == {
        f"docs/problems/{one.code}.md" for one in PROBLEMS
    }


@pytest.mark.parametrize(
    ("line", "column", "length", "caret"),
    [
        ("abc: x", 6, 1, "     ^"),
        ("a:\tx", 4, 1, "      ^"),
        ("日本: x", 5, 1, "      ^"),
        ("a: 日本", 4, 2, "   ^^^^"),
        ("e\u0301: x", 5, 1, "   ^"),
        ("abc", 9, 4, "   ^"),
        ("abc", 2, 99, " ^^"),
    ],
)
def test_caret_stands_under_the_culprit(line: str, column: int, length: int, caret: str) -> None:
    problem = Problem("TN1", "m", Source("f", 1, column), "r", length)
    shown = render_text([problem], {"f": line}, color=False).split("\n")
    assert shown[2].removeprefix("      | ") == caret


def test_long_line_is_cut_around_the_culprit() -> None:
    problem = Problem("TN1", "m", Source("f", 1, 5001), "r", 3)
    shown = render_text([problem], {"f": "x" * 5000 + "BAD" + "y" * 5000}, color=False).split("\n")
    assert shown[2].index("^") == shown[1].index("BAD")
    assert len(shown[1]) < 160


def test_escape_sequences_of_a_file_do_not_reach_the_terminal() -> None:
    problem = Problem("TN1", "bad \x1b[2J", Source("f\x1b", 1, 1), "r")
    assert "\x1b" not in render_text([problem], {"f\x1b": "a\x1b[31m"}, color=False)


def test_no_problem_no_text() -> None:
    assert (render_text([], {}, color=True), render_json([]), render_github([])) == ("", "[]", "")


def test_unknown_source_is_shown_without_its_line() -> None:
    assert render_text(PROBLEMS[:1], {}, color=False).split("\n")[1] == "  help: Write 10000."


def test_real_problems_of_a_file() -> None:
    _, problems = load("a.yaml", "title: Kickoff: call\n")
    assert same_as_golden(
        "kickoff.txt", render_text(problems, {"a.yaml": "title: Kickoff: call\n"}, color=False)
    )
