"""The functions of expressions: an allow-list, with the way each is written in CEL.

Functions in front (`size(x)`) and methods behind a text (`x.contains("a")`) are told apart, because
authors mix them up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from engine.language.expressions import codes
from engine.language.expressions.environment import pattern_error
from engine.language.expressions.names import Names, listed
from engine.language.expressions.rewritten import Rewritten
from engine.language.expressions.tokens import closing
from engine.language.expressions.variables import presence, variable
from engine.wording import nearest

METHODS = ("contains", "endsWith", "lowerAscii", "matches", "startsWith")
FUNCTIONS = ("date", "has", "max", "min", "size")
LONGEST_PATTERN = 200


def call(out: Rewritten, i: int, names: Names, closings: dict[int, str]) -> int:
    """Rewrite the call whose name is at `i`; gives how many more tokens were consumed.

    `closings` takes what has to follow the closing bracket at a token.
    """
    text = out.tokens[i].text
    receiver, _, function = text.rpartition(".")
    is_method = bool(receiver) or (i > 0 and out.tokens[i - 1].text == ".")
    if is_method and function in METHODS:
        if receiver:
            out.add(variable(out, receiver, i, names), i)
            out.add(".", i)
        out.add(function, i)
        if function == "matches":
            _check_pattern(out, i)
        return 0
    if not is_method and function in FUNCTIONS:
        return _FUNCTIONS[function](out, i, names, closings)
    _unknown_function(out, i, function, receiver, is_method=is_method)
    return 0


def _unknown_function(
    out: Rewritten, i: int, function: str, receiver: str, *, is_method: bool
) -> None:
    subject = receiver or "x"
    skip = len(receiver) + 1 if receiver else 0
    if is_method and function in FUNCTIONS:
        message = f"`{function}` stands in front of what it looks at"
        out.give_up(
            codes.MISUSED_FUNCTION, message, f"Write `{function}({subject})`.", i, skip=skip
        )
        return
    if function in METHODS:
        message = f"`{function}` stands behind the text it looks at"
        remedy = f'Write `account.name.{function}("…")`.'
        out.give_up(codes.MISUSED_FUNCTION, message, remedy, i, skip=skip)
        return
    best = nearest(function, METHODS if is_method else FUNCTIONS)
    dotted = "." if is_method else ""
    hint = f"Did you mean `{dotted}{best}(…)`? " if best else ""
    known = f"{listed(FUNCTIONS)}; on texts: {listed(tuple('.' + each for each in METHODS))}"
    remedy = f"{hint}There are: {known}."
    out.give_up(codes.UNKNOWN_FUNCTION, f"there is no function `{function}`", remedy, i, skip=skip)


def _check_pattern(out: Rewritten, i: int) -> None:
    argument, close = (*out.tokens[i + 2 : i + 4], None, None)[:2]
    if not argument or not close or argument.kind != "string" or close.text != ")":
        remedy = 'Write the pattern itself: `account.name.matches("^ACME")`.'
        out.give_up(codes.MISUSED_FUNCTION, "matches() takes one pattern in quotes", remedy, i)
    elif len(argument.text) > LONGEST_PATTERN:
        message = f"the pattern is longer than {LONGEST_PATTERN} characters"
        out.give_up(codes.TOO_LONG, message, "Use a shorter pattern.", i + 2)
    elif pattern_error(argument.text):
        remedy = "Check its brackets and backslashes (a backslash is written twice)."
        out.give_up(codes.MISUSED_FUNCTION, "this is not a regular expression", remedy, i + 2)


def _has(out: Rewritten, i: int, names: Names, closings: dict[int, str]) -> int:
    argument, close = (*out.tokens[i + 2 : i + 4], None, None)[:2]
    if not argument or not close or argument.kind != "name" or close.text != ")":
        remedy = "Write `has(account.arr)`."
        out.give_up(codes.MISUSED_FUNCTION, "has() takes one name", remedy, i)
        return 0
    out.add(presence(out, argument.text, i + 2, names), i)
    return 3


def _date(out: Rewritten, i: int, names: Names, closings: dict[int, str]) -> int:
    argument, close = (*out.tokens[i + 2 : i + 4], None, None)[:2]
    written = argument.text[1:-1] if argument and argument.kind == "string" else ""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = None
    if day is None or close is None or close.text != ")":
        remedy = 'Write `date("2026-01-31")`: year, month, day.'
        out.give_up(codes.MISUSED_FUNCTION, "date() takes one date in quotes", remedy, i)
        return 0
    out.add(f'timestamp("{day.isoformat()}T00:00:00Z")', i)
    return 3


def _size(out: Rewritten, i: int, names: Names, closings: dict[int, str]) -> int:
    closings[closing(out.tokens, i + 1)] = ")"
    out.add("double(size", i)
    return 0


def _least(out: Rewritten, i: int, names: Names, closings: dict[int, str]) -> int:
    empty = i + 2 < len(out.tokens) and out.tokens[i + 2].text == ")"
    if empty:
        remedy = "Write `min(a, b)`."
        out.give_up(codes.MISUSED_FUNCTION, "min() and max() take numbers", remedy, i)
    out.add("math.least" if out.tokens[i].text == "min" else "math.greatest", i)
    return 0


_FUNCTIONS: dict[str, Callable[[Rewritten, int, Names, dict[int, str]], int]] = {
    "date": _date,
    "has": _has,
    "max": _least,
    "min": _least,
    "size": _size,
}
