"""Rendering: problems as text for people, JSON for programs, annotations for GitHub.

Owns the three forms. Finds nothing itself and reads no file: the caller hands in the sources.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping

from engine.language.diagnostics import Problem

DOCS_FOLDER = "docs/problems"

_TAB = "    "
_WINDOW = 140
_STYLES = {"error": "1;31", "warning": "1;33", "bold": "1", "help": "1;36", "faint": "2"}


def render_text(problems: Iterable[Problem], sources: Mapping[str, str], *, color: bool) -> str:
    """Return problems as a compiler prints them: place, message, source line, caret, remedy.

    `sources` maps a file's name to its text; a problem whose file is not in it is shown without
    its line. Sorted by place; ends with a line that counts. Empty when there is no problem.
    """
    paint = _painter(color=color)
    ordered = _ordered(problems)
    lines = {file: _lines(text) for file, text in sources.items()}
    blocks = [_block(one, lines.get(one.where.file, []), paint) for one in ordered]
    return "".join(f"{block}\n\n" for block in blocks) + (_count(ordered) if ordered else "")


def render_json(problems: Iterable[Problem]) -> str:
    """Return problems as a JSON list of objects, sorted by place. The shape is stable:

    `code`, `severity` ("error" or "warning"), `message`, `remedy`, `file`, `line` and `column`
    (1-based), `length` (characters), `docs` (the page of the code, relative to the repository).
    """
    return json.dumps([_as_json(one) for one in _ordered(problems)], indent=2, ensure_ascii=False)


def render_github(problems: Iterable[Problem]) -> str:
    """Return problems as GitHub workflow commands, one a line; `endColumn` is one past the end."""
    return "\n".join(_annotation(one) for one in _ordered(problems))


def _ordered(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda p: (p.where.file, p.where.line, p.where.column, p.code))


def _lines(text: str) -> list[str]:
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return plain.split("\n")


def _painter(*, color: bool) -> Mapping[str, str]:
    if not color:
        return {**dict.fromkeys(_STYLES, ""), "end": ""}
    return {**{name: f"\x1b[{style}m" for name, style in _STYLES.items()}, "end": "\x1b[0m"}


def _block(problem: Problem, lines: list[str], paint: Mapping[str, str]) -> str:
    severity, end = problem.severity, paint["end"]
    head = (
        f"{paint['bold']}{_clean(str(problem.where))}{end}  {paint[severity]}{severity}"
        f" {_clean(problem.code)}{end}  {_clean(problem.message, indent=2)}"
    )
    parts = [head]
    if 1 <= problem.where.line <= len(lines):
        parts += _excerpt(problem, lines[problem.where.line - 1], paint)
    if problem.remedy:
        parts.append(f"  {paint['help']}help:{end} {_clean(problem.remedy, indent=8)}")
    return "\n".join(parts)


def _excerpt(problem: Problem, line: str, paint: Mapping[str, str]) -> list[str]:
    number = f"{problem.where.line:>5}"
    start = min(problem.where.column - 1, len(line))
    stop = max(start + 1, min(start + problem.length, len(line)))
    line, start, stop = _window(line.rstrip(), start, stop)
    before, culprit = _visible(line[:start]), _visible(line[start:stop])
    carets = "^" * max(1, _width(culprit))
    end = paint["end"]
    bar = f"{paint['faint']}|{end}"
    return [
        f"{paint['faint']}{number}{end} {bar} {_visible(line)}".rstrip(),
        f"      {bar} {' ' * _width(before)}{paint[problem.severity]}{carets}{end}",
    ]


def _window(line: str, start: int, stop: int) -> tuple[str, int, int]:
    """Cut a very long line down to what is around the culprit."""
    if len(line) <= _WINDOW:
        return line, start, stop
    left = max(0, min(start - _WINDOW // 3, len(line) - _WINDOW))
    right = min(len(line), left + _WINDOW)
    lead, trail = "…" if left else "", "…" if right < len(line) else ""
    shift = len(lead) - left
    return lead + line[left:right] + trail, start + shift, min(stop, right) + shift


def _visible(text: str) -> str:
    """Replace tabs by spaces and what would move the cursor or stay unseen by a mark."""
    return "".join(map(_visible_letter, text))


def _visible_letter(letter: str) -> str:
    if letter == "\t":
        return _TAB
    return "\ufffd" if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter


def _width(text: str) -> int:
    """Return how many terminal cells `text` takes.

    >>> _width("abc"), _width("日本"), _width("e\\u0301")
    (3, 4, 1)
    """
    return sum(map(_cells, text))


def _cells(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def _clean(text: str, *, indent: int = 0) -> str:
    return ("\n" + " " * indent).join(_visible(line) for line in text.splitlines())


def _count(problems: list[Problem]) -> str:
    """Return the closing line, such as `3 problems in 2 files: 2 errors, 1 warning`."""
    errors = sum(one.severity == "error" for one in problems)
    files = len({one.where.file for one in problems})
    kinds = [_counted(errors, "error"), _counted(len(problems) - errors, "warning")]
    return (
        f"{_counted(len(problems), 'problem')} in {_counted(files, 'file')}: "
        + ", ".join(kind for kind in kinds if not kind.startswith("0 "))
        + "\n"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _as_json(problem: Problem) -> dict[str, str | int]:
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "remedy": problem.remedy,
        "file": problem.where.file,
        "line": problem.where.line,
        "column": problem.where.column,
        "length": problem.length,
        "docs": f"{DOCS_FOLDER}/{problem.code}.md",
    }


def _annotation(problem: Problem) -> str:
    where = problem.where
    properties = {
        "file": where.file,
        "line": str(where.line),
        "col": str(where.column),
        "endColumn": str(where.column + problem.length),
        "title": problem.code,
    }
    named = ",".join(f"{name}={_escaped_property(value)}" for name, value in properties.items())
    message = f"{problem.message}\n{problem.remedy}" if problem.remedy else problem.message
    return f"::{problem.severity} {named}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
