"""Formatting: one canonical form for an author's file, its meaning and its comments untouched.

Owns the promise: what comes out says exactly what went in, or nothing comes out. The order of keys
is in `ordering.py`, indentation and quotes in `layout.py`; both edit the text itself, because
emitting a parsed tree anew loses comments as soon as keys move.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable

from engine.errors import AuthorError
from engine.language.diagnostics import Problem
from engine.language.layout import Unknown, laid_out
from engine.language.ordering import in_order
from engine.language.places import Place
from engine.language.source import Document, load
from engine.plan.model import Source

_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)


def format_text(file: str, text: str) -> str:
    """Return the file in canonical form; formatting that again changes nothing.

    Raises `AuthorError` with the problems of a file that has errors, or with TN149 where the
    form of the file is one that cannot be changed without risk.

    >>> format_text("a.yaml", "steps:\\n-   due: 1d\\n    task: 'call'\\nplaybook: x")
    'playbook: x\\nsteps:\\n  - task: call\\n    due: 1d\\n'
    """
    document = _readable(file, text)
    if document.value is None:
        return _tidy(document.text)
    laid = _formed(document, laid_out)
    if laid is None:
        raise _refused(document, "Formatting would change what this file says.")
    ordered = _formed(laid, in_order)
    final = ordered and _formed(ordered, laid_out)
    return (final or laid).text


def _formed(document: Document, form: Callable[[Document], str]) -> Document | None:
    """Apply one form; None when the meaning or a comment would not be the same."""
    try:
        text = form(document)
    except Unknown as unknown:
        raise _refused(document, f"The YAML on {unknown} has an unusual form.") from None
    after, problems = load(document.file, text)
    if after is None or any(one.severity == "error" for one in problems):
        return None
    return after if _meaning(after) == _meaning(document) else None


def _readable(file: str, text: str) -> Document:
    document, problems = load(file, text)
    errors = tuple(one for one in problems if one.severity == "error")
    if document is None or errors:
        message = f"{file} cannot be formatted: it has errors."
        raise AuthorError(message, problems=errors, remedy="Correct them first (tenure check).")
    return document


def _refused(document: Document, message: str) -> AuthorError:
    remedy = "Write the value in a simpler way, or leave the file as it is."
    problem = Problem("TN149", message, Source(document.file, 1, 1), remedy)
    text = f"{document.file} was left as it is. {message}"
    return AuthorError(text, problems=(problem,), remedy=remedy)


def _meaning(document: Document) -> tuple[str, Counter[str]]:
    """What must not change: the value with its types, and the comments, each as often."""
    return json.dumps(document.value, sort_keys=True), Counter(_comments(document))


def _comments(document: Document) -> list[str]:
    spans = sorted(_scalars(document.root))
    text = list(document.text)
    for start, end in spans:
        text[start:end] = ["x" if letter != "\n" else letter for letter in text[start:end]]
    return [found.rstrip() for found in _COMMENT.findall("".join(text))]


def _scalars(place: Place) -> list[tuple[int, int]]:
    if place.style == "alias":
        return []
    spans = list(place.keys.values())
    if not place.items and place.style not in ("flow", "block"):
        spans.append((place.start, place.end))
    for inner in place.items.values():
        spans += _scalars(inner)
    return spans


def _tidy(text: str) -> str:
    """A file that holds only comments: no stray blanks."""
    lines = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    return f"{lines}\n" if lines else ""
