"""From a text to its syntax tree, with the exact place of every token.

Owns positions: Jinja knows only lines, so tokens are found again in the source one after the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from jinja2 import TemplateSyntaxError, nodes

from engine.language.texts.environment import reading

_SILENT = {
    "whitespace", "comment", "comment_begin", "comment_end", "raw_begin", "raw_end",
    "linecomment", "linecomment_begin", "linecomment_end",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of a text; `start` counts characters from 0."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text's tree; `lineno` of a node is an index into `pieces`."""

    tree: nodes.Template
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a text cannot be parsed, in Jinja's words, and where. `unclosed` is what was opened there
    and never closed: `{{`, `{%`, `if` or `for`."""

    message: str
    start: int
    length: int
    unclosed: str = ""


def parse(text: str) -> Parsed | Unreadable:
    """Parse a text; never raises."""
    try:
        pieces = _pieces(text)
    except TemplateSyntaxError as error:
        return _lexical(str(error.message), error.lineno, text)
    try:
        return Parsed(reading().parse(text), pieces)
    except TemplateSyntaxError as error:
        return _grammatical(str(error.message), error.lineno, pieces)
    except RecursionError:
        return Unreadable("nested too deep", 0, 1)


def _pieces(text: str) -> tuple[Piece, ...]:
    """The tokens as the parser counts them. Jinja drops white space around some; nothing else."""
    found: list[Piece] = []
    position = 0
    for _, kind, value in reading().lex(text):
        start = text.find(value, position)
        if start < 0:  # a line end of another kind inside the token
            start = position
        position = max(position, start + len(value))
        if kind not in _SILENT:
            found.append(Piece(kind, value, start))
    return tuple(found)


def _grammatical(message: str, index: int, pieces: tuple[Piece, ...]) -> Unreadable:
    opened = _unclosed(pieces) if "nexpected end of template" in message else None
    if opened:
        return Unreadable(message, opened.start, len(opened.text), opened.text.rstrip("-+"))
    piece = pieces[min(index, len(pieces) - 1)] if pieces else Piece("", "", 0)
    return Unreadable(message, piece.start, max(len(piece.text), 1))


def _unclosed(pieces: tuple[Piece, ...]) -> Piece | None:
    """The `{{` or `{%` that nothing closes, else the innermost `if` or `for`."""
    stack: list[Piece] = []
    for before, piece in pairwise((Piece("", "", 0), *pieces)):
        if piece.kind in ("variable_begin", "block_begin"):
            stack.append(piece)
        elif piece.kind in ("variable_end", "block_end"):
            stack = [each for each in stack if not each.kind.endswith("begin")]
        elif before.kind == "block_begin" and piece.text in ("if", "for"):
            stack.insert(len(stack) - 1, piece)
        elif before.kind == "block_begin" and piece.text in ("endif", "endfor"):
            stack = [*stack[:-2], stack[-1]]
    return stack[-1] if stack else None


def _lexical(message: str, line: int, text: str) -> Unreadable:
    at = re.search(r" at (\d+)$", message)
    if at:
        return Unreadable(message[: at.start()], int(at[1]), 1)
    start = sum(len(each) + 1 for each in text.split("\n")[: line - 1])
    opened = re.compile(r"\{[#%{]").search(text, start)
    return Unreadable(message, opened.start() if opened else min(start, len(text)), 2)
