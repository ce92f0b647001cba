"""Syntax: one plain problem, with a likely cause, for each way YAML can be malformed.

Owns the translation of PyYAML's parser errors. Looks at the text around the place the parser
gave up, because that is rarely the place the author went wrong. Knows nothing of playbooks.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from engine.language.diagnostics import Problem
from engine.language.places import Lines
from engine.plan.model import Source
from engine.wording import quoted

_TEMPLATE = re.compile(r"(?:[:-]\s+|^\s*)(\{[{%].*)")
_GLUED = re.compile(r"^\s*(?:- +)*([A-Za-z_][\w-]*:[^\s/].*)$")
_KEYED = re.compile(r"^\s*(?:- +)*([^\s\"'#&*!|>%@`{\[][^#]*?):(?:\s+|$)")
_TAB_INDENT = re.compile(r"^ *(\t+)")
_RESERVED = re.compile(r"(?:[:,-]\s+|^\s*|[\[{]\s*)([@`%*&!|>,\]}?].*)")


def explain(error: yaml.YAMLError, file: str, lines: Lines) -> Problem:
    """Return the one problem that says what is most likely wrong.

    Total: an error nobody foresaw becomes TN102 at the place the parser gave.
    """
    finder = _Finder(error, file, lines)
    for attempt in _ATTEMPTS:
        if found := attempt(finder):
            return found
    return finder.problem(
        "TN102",
        f"This is not valid YAML: {finder.said or 'it cannot be read'}.",
        finder.index,
        "Look at this line and the one above it: indentation, colons, quotes and brackets.",
    )


class _Finder:
    """The error and the lines it is about."""

    def __init__(self, error: yaml.YAMLError, file: str, lines: Lines) -> None:
        mark = getattr(error, "problem_mark", None)
        begun = getattr(error, "context_mark", None)
        self.file, self.lines = file, lines
        self.said = str(getattr(error, "problem", None) or getattr(error, "reason", ""))
        self.doing = str(getattr(error, "context", None) or "")
        self.index = min(mark.index if mark else 0, len(lines.text))
        self.ended = not lines.text[self.index :].strip()
        if self.ended:
            self.index = max(0, len(lines.text.rstrip()) - 1)
        self.begun = min(begun.index, len(lines.text)) if begun else self.index
        self.number, self.column = lines.at(self.index)
        self.line = lines.line(self.number)

    def problem(self, code: str, message: str, index: int, remedy: str, length: int = 1) -> Problem:
        return Problem(code, message, Source(self.file, *self.lines.at(index)), remedy, length)

    def nearby(self) -> list[int]:
        """Numbers of the lines to suspect: the line itself, then the line with text above it."""
        above = self.number - 1
        while above >= 1 and not self.lines.line(above).strip():
            above -= 1
        begun = self.lines.at(self.begun)[0]
        return list(dict.fromkeys(n for n in (self.number, above, begun) if n >= 1))

    def search(self, pattern: re.Pattern[str]) -> tuple[int, str] | None:
        """Find `pattern` nearby: the index of its first group, and that group."""
        for number in self.nearby():
            if found := pattern.search(self.lines.line(number)):
                return self.lines.starts[number - 1] + found.start(1), found[1]
        return None


def _control_character(at: _Finder) -> Problem | None:
    if "character" not in at.said or "control" not in at.said:
        return None
    return at.problem(
        "TN111",
        "There is an invisible control character in the file.",
        at.index,
        "Delete it; it often comes with text copied from another program.",
    )


def _unclosed_quote(at: _Finder) -> Problem | None:
    if "quoted scalar" not in at.doing or "unexpected" not in at.said:
        return None
    quote = at.lines.text[at.begun]
    return at.problem(
        "TN106",
        f"The quote {quote} that opens here is never closed.",
        at.begun,
        f"Add the closing {quote}"
        + (" and double any ' inside the text." if quote == "'" else '; write \\" inside it.'),
        at.lines.rest(at.begun, len(at.lines.text)),
    )


def _unknown_escape(at: _Finder) -> Problem | None:
    if "quoted scalar" not in at.doing:
        return None
    return at.problem(
        "TN112",
        f"{quoted(at.lines.text[at.index : at.index + 2])} means nothing inside double quotes.",
        at.index,
        "Write two backslashes for one, or use single quotes.",
        2,
    )


def _tab(at: _Finder) -> Problem | None:
    if "tab" not in at.said and "cannot start any token" not in at.said:
        return None
    if not (found := at.search(_TAB_INDENT)):
        return None
    return at.problem(
        "TN103",
        "This line is indented with a tab; YAML allows only spaces there.",
        found[0],
        "Replace each tab by two spaces (most editors can do it on saving).",
        len(found[1]),
    )


def _bare_template(at: _Finder) -> Problem | None:
    if not (found := at.search(_TEMPLATE)):
        return None
    return at.problem(
        "TN109",
        f"A text that begins with {found[1][:2]} needs quotes: a bare {{ opens a mapping.",
        found[0],
        'Put the whole text in double quotes: "{{ … }} …".',
        len(found[1].rstrip()),
    )


def _reserved_start(at: _Finder) -> Problem | None:
    scanning = re.search(r"alias|anchor|tag|block scalar|directive|next token|flow node", at.doing)
    unexpected = "node content" in at.said or "keys are not allowed" in at.said
    if not (scanning or unexpected) or not (found := _RESERVED.search(at.line)):
        return None
    return at.problem(
        "TN108",
        f"A bare text cannot begin with {quoted(found[1][0])}: YAML gives that sign a meaning.",
        at.lines.starts[at.number - 1] + found.start(1),
        "Put quotes around the whole text.",
        len(found[1].rstrip()),
    )


def _glued_colon(at: _Finder) -> Problem | None:
    if "mapping values" not in at.said and "could not find expected ':'" not in at.said:
        return None
    if not (found := at.search(_GLUED)):
        return None
    key = found[1].split(":")[0]
    return at.problem(
        "TN105",
        f"There is no space after the colon of {quoted(key)}.",
        found[0],
        f"Write `{key}: …`, with a space after the colon.",
        len(key) + 1,
    )


def _colon_in_text(at: _Finder) -> Problem | None:
    if "mapping values" not in at.said:
        return None
    found = _KEYED.search(at.line)
    if not found or found.end() >= at.column:
        return None
    start = at.lines.starts[at.number - 1] + found.end()
    return at.problem(
        "TN104",
        "This unquoted text contains a colon followed by a space, which begins a new value.",
        start,
        "Put double quotes around the whole text.",
        at.lines.rest(start, len(at.lines.text)),
    )


def _missing_colon(at: _Finder) -> Problem | None:
    if "could not find expected ':'" not in at.said:
        return None
    word = at.lines.line(at.lines.at(at.begun)[0]).strip()
    return at.problem(
        "TN113",
        f"{quoted(word)} stands where `key: value` is expected.",
        at.begun,
        "Add a colon and a value, or, if it continues the text above, indent it further.",
        at.lines.rest(at.begun, len(at.lines.text)),
    )


def _unclosed_bracket(at: _Finder) -> Problem | None:
    if "flow" not in at.doing or not (at.ended or at.said.startswith("did not find expected ','")):
        return None
    index = at.begun
    if at.lines.text[index : index + 1] not in ("[", "{"):
        index = max(at.lines.text.rfind(sign) for sign in "[{")
    opened = at.lines.text[index]
    closing = "]" if opened == "[" else "}"
    return at.problem(
        "TN107",
        f"The {opened} that opens here is not closed where it should be.",
        index,
        f"Add the missing comma or {closing}, or put quotes around a text that contains"
        " a colon, comma or bracket.",
    )


def _after_quote(at: _Finder) -> Problem | None:
    before = at.line[: at.column - 1].rstrip()
    if "did not find expected" not in at.said or not before.endswith(('"', "'")):
        return None
    if (opened := _opened_above(at, before)) is not None:
        return at.problem(
            "TN114",
            f"The quote {before[-1]} that opens here closes only on line {at.number}.",
            opened,
            f"Close it where its text ends, or double any {before[-1]} inside the text."
            if before[-1] == "'"
            else "Close it where its text ends.",
            at.lines.rest(opened, len(at.lines.text)),
        )
    return at.problem(
        "TN114",
        "There is text after the closing quote.",
        at.index,
        "Put the whole text inside one pair of quotes; double a ' inside single quotes.",
        at.lines.rest(at.index, len(at.lines.text)),
    )


def _opened_above(at: _Finder, before: str) -> int | None:
    """Where the text began that the quote at the end of `before` closes, if on a line above."""
    quote = before[-1]
    if before.count(quote) % 2 == 0:
        return None
    for number in range(at.number - 1, 0, -1):
        line = at.lines.line(number)
        if line.count(quote) % 2:
            return at.lines.starts[number - 1] + line.rindex(quote)
    return None


def _indentation(at: _Finder) -> Problem | None:
    misplaced = "not allowed in this context" in at.said
    expected = re.search(r"expected (?:key|'-' indicator|<document start>)", at.said)
    if not misplaced and not expected:
        return None
    start = at.index - at.column + 1 + len(at.line) - len(at.line.lstrip())
    return at.problem(
        "TN110",
        "This line does not line up with what is above it.",
        start,
        "Keys of one mapping, and dashes of one list, begin in the same column; what belongs to"
        " a key is two spaces further in.",
        at.lines.rest(start, len(at.lines.text)),
    )


_ATTEMPTS: tuple[Callable[[_Finder], Problem | None], ...] = (
    _control_character,
    _unclosed_quote,
    _unknown_escape,
    _tab,
    _bare_template,
    _reserved_start,
    _glued_colon,
    _colon_in_text,
    _missing_colon,
    _unclosed_bracket,
    _after_quote,
    _indentation,
)
