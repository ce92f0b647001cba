"""Findings: the problems the composer meets, each in the words the author reads.

Owns their wording. When one applies is the composer's business.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.language.diagnostics import Problem, Severity
from engine.language.places import Lines
from engine.language.scalars import SWITCHES
from engine.plan.model import Source
from engine.wording import nearest, quoted


class Findings:
    """Collects the problems of one file. Every `start` is an index into its text."""

    def __init__(self, file: str, lines: Lines) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._lines = lines

    def add(
        self,
        code: str,
        message: str,
        start: int,
        remedy: str,
        length: int = 1,
        severity: Severity = "error",
    ) -> Problem:
        """Note a problem and return it."""
        where = Source(self._file, *self._lines.at(start))
        problem = Problem(code, message, where, remedy, max(1, length), severity)
        self.problems.append(problem)
        return problem

    def duplicate_key(self, key: str, first: int, again: int, end: int) -> None:
        """The same key twice in one mapping."""
        one, other = self._lines.at(first)[0], self._lines.at(again)[0]
        self.add(
            "TN120",
            f"{quoted(key)} appears twice in one mapping: on line {one} and again on line {other}.",
            again,
            "Keep one of the two, or rename one.",
            self._lines.rest(again, end),
        )

    def merge_key(self, start: int) -> None:
        """The key `<<`."""
        self.add(
            "TN121",
            "The merge key << is not allowed: it hides where values come from.",
            start,
            "Write the keys out, or repeat one whole value with an alias (`key: *name`).",
            2,
        )

    def tag(self, start: int) -> None:
        """A tag such as `!!str` or `!foo`."""
        written = self._lines.text[start : start + 200].split()[0].rstrip(",]}")
        self.add(
            "TN122",
            f"The tag {quoted(written)} is not allowed: files hold plain values.",
            start,
            "Remove it. If the text itself begins with !, put quotes around it.",
            len(written),
        )

    def second_document(self, start: int) -> None:
        """A line `---` that begins another document."""
        self.add(
            "TN123",
            "A second document begins here; a file holds one.",
            start,
            "Remove the line `---`, or put what follows into a file of its own.",
            3,
        )

    def key_is_not_a_word(self, start: int) -> None:
        """A list, mapping or alias as key."""
        self.add(
            "TN124",
            "A list, a mapping or an alias cannot be a key.",
            start,
            "Keys are plain words. If this is a text, put quotes around it.",
        )

    def key_is_not_text(self, start: int, key: str) -> None:
        """A number, true, false or nothing as key."""
        message = f"The key {key} is not text." if key else "The key before this colon is missing."
        remedy = f'Put quotes around it: "{key}".' if key else "Write a key before the colon."
        self.add("TN124", message, start, remedy, len(key))

    def glued_colon(self, key: str, start: int, end: int) -> None:
        """`{by:15}`: one word to YAML."""
        self.add(
            "TN105",
            f"There is no space after the colon in {quoted(key)}.",
            start,
            "Write `key: value`, with a space after the colon.",
            self._lines.rest(start, end),
        )

    def bare_template(self, start: int, end: int) -> None:
        """`{{ … }}` without quotes."""
        self.add(
            "TN109",
            "A text that begins with {{ needs quotes: a bare { opens a mapping.",
            start,
            'Put the whole text in double quotes: "{{ … }} …".',
            self._lines.rest(start, end),
        )

    def self_alias(self, name: str, start: int) -> None:
        """An alias inside the value it names."""
        self.add(
            "TN128",
            f"The alias *{name} stands inside the value it repeats.",
            start,
            "Write the value out; a value cannot contain itself.",
            len(name) + 1,
        )

    def unknown_alias(self, name: str, start: int, known: Iterable[str]) -> None:
        """An alias without its anchor."""
        close = nearest(name, known)
        hint = f"Did you mean *{close}? " if close else ""
        self.add(
            "TN129",
            f"There is no anchor &{name} above this alias.",
            start,
            f"{hint}If a text begins with *, put quotes around it.",
            len(name) + 1,
        )

    def anchor_twice(self, name: str, start: int) -> None:
        """One anchor name for two values."""
        self.add(
            "TN129",
            f"The anchor &{name} is defined twice.",
            start,
            "Give each anchor a name of its own.",
            len(name) + 1,
        )

    def misleading_word(self, word: str, start: int) -> None:
        """A bare word that is text here but something else to many readers."""
        if word.lower() in SWITCHES:
            instead = "false" if word.lower() in ("no", "off", "false") else "true"
            code, other = "TN140", "true or false"
        else:
            code, other, instead = (
                "TN141",
                "a number or nothing",
                "plain digits (1000, 0.5) or null",
            )
        self.add(
            code,
            f"{quoted(word)} is text here, not {other}.",
            start,
            f'Write "{word}" in quotes if you mean the text, else {instead}.',
            len(word),
            "warning",
        )
