"""Cutting an expression into tokens. Knows the spelling of things, not their meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "number", "string", "op", "bad"]

_IDENT = r"[A-Za-z_][A-Za-z0-9_]*"
_PATTERN = re.compile(
    rf"""
      (?P<skip>\s+|//[^\n]*)
    | (?P<string>[rR]"[^"\n]*"|[rR]'[^'\n]*'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<name>{_IDENT}(?:\.{_IDENT})*)
    | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?:[A-Za-z_]\w*)?)
    | (?P<op>===|!==|<>|=>|=<|&&|\|\||==|!=|<=|>=|[-+*/%!<>?:,()\[\]{{}}.=&|])
    | (?P<bad>[“”„«»][^“”„«»\n]*[“”„«»]?|["'][^\n]*|.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression; `start` counts characters from 0. `bad` is anything unreadable."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokenize(text: str) -> list[Token]:
    """Cut `text` into tokens; never fails, white space and comments are left out.

    >>> [token.text for token in tokenize('health.score<50 && now - seen > 30d')]
    ['health.score', '<', '50', '&&', 'now', '-', 'seen', '>', '30d']
    """
    found: list[Token] = []
    for match in _PATTERN.finditer(text):
        kind = match.lastgroup
        match kind:
            case "name" | "number" | "string" | "op" | "bad":
                found.append(Token(kind, match.group(), match.start()))
            case _:
                pass
    return found


_LEVELS: dict[str, int] = {
    **dict.fromkeys(("?", ":"), 1),
    "||": 2,
    "&&": 3,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
_OPEN, _CLOSE = "([", ")]"


def ends_operand(token: Token) -> bool:
    """Whether a value may end with this token (so that `-` after it is a subtraction)."""
    if token.kind == "name":
        return token.text != "in"
    return token.kind in ("number", "string") or token.text in (")", "]")


def _level(tokens: list[Token], i: int) -> int | None:
    """How tightly the binary operator at `i` binds; None when it is no binary operator."""
    token = tokens[i]
    if token.kind not in ("op", "name") or token.text not in _LEVELS:
        return None
    return _LEVELS[token.text] if i > 0 and ends_operand(tokens[i - 1]) else None


def operands(tokens: list[Token], i: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The token ranges [from, to) of what stands left and right of the operator at `i`."""
    own = _level(tokens, i) or 7
    left, depth = i, 0
    while left > 0:
        token = tokens[left - 1]
        depth += (token.text in _CLOSE) - (token.text in _OPEN) if token.kind == "op" else 0
        level = _level(tokens, left - 1)
        if depth < 0 or (depth == 0 and (token.text == "," or (level or 9) < own)):
            break
        left -= 1
    right, depth = i + 1, 0
    while right < len(tokens):
        token = tokens[right]
        depth += (token.text in _OPEN) - (token.text in _CLOSE) if token.kind == "op" else 0
        level = _level(tokens, right)
        if depth < 0 or (depth == 0 and (token.text == "," or (level or 9) <= own)):
            break
        right += 1
    return (left, i), (i + 1, right)


def closing(tokens: list[Token], i: int) -> int:
    """The index of the bracket that closes the one at `i`; -1 when nothing does."""
    depth = 0
    for j in range(i, len(tokens)):
        if tokens[j].kind == "op":
            depth += (tokens[j].text in _OPEN) - (tokens[j].text in _CLOSE)
        if depth == 0:
            return j
    return -1


def joined(tokens: list[Token], known: tuple[str, ...]) -> list[Token]:
    """Put together again what `-` cut apart, where a known name has hyphens (`fix-plan.reason`).

    >>> [token.text for token in joined(tokenize("fix-plan.reason - x-1"), ("fix-plan.reason",))]
    ['fix-plan.reason', '-', 'x', '-', '1']
    """
    hyphenated = {name for name in known if "-" in name}
    result: list[Token] = []
    i = 0
    while i < len(tokens):
        end = _longest(tokens, i, hyphenated) if hyphenated else i + 1
        text = "".join(token.text for token in tokens[i:end])
        result.append(Token(tokens[i].kind, text, tokens[i].start))
        i = end
    return result


def _longest(tokens: list[Token], i: int, hyphenated: set[str]) -> int:
    best, text = i + 1, tokens[i].text
    for j in range(i + 1, min(i + 20, len(tokens))):
        if tokens[j].start != tokens[j - 1].end or not text:
            break
        text += tokens[j].text
        if text in hyphenated:
            best = j + 1
    return best
