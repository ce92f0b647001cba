"""What bare words mean: no trap of YAML 1.1 changes a value behind the author's back."""

from __future__ import annotations

import pytest

from engine.language.source import load


def value_of(word: str) -> object:
    document, _ = load("a.yaml", f"key: {word}\n")
    assert document is not None
    return document.value["key"]


STAY_TEXT = """
    yes no on off y n Yes NO On OFF True FALSE Null 2026-12-01 2026-12-01T10:00:00Z 12:30 1:20:30
    0123 0o17 0x1F 0b11 1_000 1e5 +5 .5 5. .inf .nan = 10.1.2 +4512345678
"""


@pytest.mark.parametrize("word", STAY_TEXT.split())
def test_bare_word_stays_text(word: str) -> None:
    assert value_of(word) == word


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("3.50", 3.5),
        ("-0.5", -0.5),
        ("1000000", 1_000_000),
        ('"3"', "3"),
        ("'true'", "true"),
        ('""', ""),
    ],
)
def test_plain_word_is_its_value(word: str, value: object) -> None:
    assert (value_of(word), type(value_of(word))) == (value, type(value))


def test_a_number_too_long_to_be_exact_stays_text() -> None:
    assert value_of("9" * 5000) == "9" * 5000


@pytest.mark.parametrize("word", ["no", "YES", "On", "off", "True", "FALSE"])
def test_switch_word_is_warned_of(word: str) -> None:
    _, problems = load("a.yaml", f"key: {word}")
    assert [(p.code, p.severity, p.where.column, p.length) for p in problems] == [
        ("TN140", "warning", 6, len(word))
    ]


@pytest.mark.parametrize("word", ["1_000", "0x1F", "1e5", ".5", "Null"])
def test_number_elsewhere_is_warned_of(word: str) -> None:
    _, problems = load("a.yaml", f"key: {word}")
    assert [(p.code, p.severity) for p in problems] == [("TN141", "warning")]


@pytest.mark.parametrize("text", ["key: 'no'", 'key: "1_000"', "on: x", "no: x", "off: [y, n]"])
def test_quoted_words_and_keys_are_not_warned_of(text: str) -> None:
    assert load("a.yaml", text)[1] == []


def test_key_on_stays_on() -> None:
    document, problems = load("a.yaml", "enroll:\n  on:\n    - health.enters: red\n")
    assert document is not None
    assert (document.value, problems) == ({"enroll": {"on": [{"health.enters": "red"}]}}, [])


@pytest.mark.timeout(10)
def test_a_very_long_word_is_read_at_once() -> None:
    assert load("a.yaml", "a: " + "1_" * 100_000 + "x")[1] == []
