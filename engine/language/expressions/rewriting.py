"""From what the author wrote to what CEL compiles, token by token.

Owns the differences between the two languages: every number is a double, lengths of time are
literals, names become hidden variables, a few functions have shorter names. Slips with an obvious
meaning (`=`, `and`) are noted and mended, so that CEL can find what else is wrong; `broken` says
that there is no point in asking it.
"""

from __future__ import annotations

import re

from engine.language.expressions import codes
from engine.language.expressions.functions import call
from engine.language.expressions.names import Names
from engine.language.expressions.rewritten import Rewritten
from engine.language.expressions.tokens import Token, ends_operand
from engine.language.expressions.variables import variable

MOST_BRACKETS = 20

_MENDED = {"and": "&&", "or": "||", "not": "!", "=": "==", "===": "==", "<>": "!=", "!==": "!="}
_MENDED |= {"&": "&&", "|": "||", "=>": ">=", "=<": "<=", "True": "true", "False": "false"}
_MENDED |= {"AND": "&&", "OR": "||", "NOT": "!", "TRUE": "true", "FALSE": "false"}
_NOTHING = ("null", "none", "None", "nil", "NULL", "undefined")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST_SECONDS = 100 * 366 * 86400


def rewrite(tokens: list[Token], names: Names) -> Rewritten:
    """Rewrite an expression for CEL, noting what is wrong on the way."""
    out = Rewritten(tokens)
    _check_brackets(out)
    closings: dict[int, str] = {}
    i = 0
    while i < len(tokens):
        token = tokens[i]
        match token.kind:
            case "name":
                i += _name(out, i, names, closings)
            case "number":
                _number(out, i)
            case "string":
                out.add(token.text, i)
            case "op":
                _operator(out, i, closings)
            case "bad":
                _unreadable(out, i)
        i += 1
    return out


def _check_brackets(out: Rewritten) -> None:
    stack: list[int] = []
    for i, token in enumerate(out.tokens):
        if token.kind == "op" and token.text in "([":
            stack.append(i)
            if len(stack) == MOST_BRACKETS + 1:
                message = f"brackets are nested more than {MOST_BRACKETS} deep"
                out.give_up(
                    codes.TOO_COMPLEX, message, "Split the condition into several steps.", i
                )
        elif token.kind == "op" and token.text in ")]":
            if not stack or out.tokens[stack[-1]].text + token.text not in ("()", "[]"):
                message = f"this `{token.text}` closes nothing"
                out.give_up(codes.SYNTAX, message, "Remove it, or open the bracket before it.", i)
                return
            stack.pop()
    for i in stack[:1]:
        text = out.tokens[i].text
        close = ")" if text == "(" else "]"
        remedy = f"Add the missing `{close}`."
        out.give_up(codes.SYNTAX, f"this `{text}` is never closed", remedy, i)


def _operator(out: Rewritten, i: int, closings: dict[int, str]) -> None:
    text = out.tokens[i].text
    previous = out.tokens[i - 1] if i else None
    if text in _MENDED:
        _mend(out, i)
    elif text in "{}":
        _braces(out, i)
    elif text == "[" and previous and ends_operand(previous):
        remedy = 'Ask whether the list holds a value: `"x" in list`; `size(list)` counts it.'
        out.give_up(codes.NOT_SUPPORTED, "one item of a list cannot be picked", remedy, i)
    elif text == "." and not _is_method_dot(out.tokens, i):
        remedy = "Write a name as one word with dots, such as `account.arr`, without spaces."
        out.give_up(codes.SYNTAX, "this `.` does not fit here", remedy, i)
    else:
        out.add(text, i)
        if i in closings:
            out.add(closings[i], i)


def _braces(out: Rewritten, i: int) -> None:
    if any(token.text in "{}" for token in out.tokens[:i]):
        return  # said once
    if [token.text for token in out.tokens[i : i + 2]] == ["{", "{"]:
        message, remedy = "`{{ }}` belongs in texts", "Write the name alone: `account.arr`."
        out.give_up(codes.OTHER_SPELLING, message, remedy, i, i + 1)
    else:
        out.give_up(codes.NOT_SUPPORTED, "maps cannot be written here", "Remove the braces.", i)


def _is_method_dot(tokens: list[Token], i: int) -> bool:
    before = i > 0 and ends_operand(tokens[i - 1]) and tokens[i - 1].kind != "number"
    return before and tokens[i + 1 : i + 2] != [] and _is_call(tokens, i + 1)


def _is_call(tokens: list[Token], i: int) -> bool:
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    return tokens[i].kind == "name" and after is not None and after.text == "("


def _mend(out: Rewritten, i: int) -> None:
    text = out.tokens[i].text
    good = _MENDED[text]
    after = out.tokens[i + 1].text if i + 1 < len(out.tokens) else ""
    if good == "!" and after == "in":
        remedy = 'Negate the whole: `!(account.lifecycle in ["churned"])`.'
        out.find(codes.OTHER_SPELLING, f"`{text} in` is not an operator here", remedy, i, i + 1)
        return
    out.find(codes.OTHER_SPELLING, f"`{text}` is written `{good}` here", f"Write `{good}`.", i)
    out.add(good, i)


def _unreadable(out: Rewritten, i: int) -> None:
    text = out.tokens[i].text
    if text[0] in "“”„«»":
        plain = text.strip("“”„«»")
        remedy = f'Write "{plain}".'
        out.give_up(codes.BAD_LITERAL, "these are typographic quotes", remedy, i)
    elif text[0] in "\"'":
        remedy = f"Add the closing {text[0]} on the same line."
        out.give_up(codes.BAD_LITERAL, "this text is never closed", remedy, i)
    else:
        remedy = "Remove it; a text stands in straight quotes."
        out.give_up(codes.SYNTAX, f"the character {text!r} means nothing here", remedy, i)


_NUMBER = re.compile(r"([\d.]+(?:[eE][+-]?\d+)?)(\w*)")


def _number(out: Rewritten, i: int) -> None:
    token = out.tokens[i]
    match = _NUMBER.fullmatch(token.text)
    amount, unit = match.groups() if match else (token.text, "?")
    number = float(amount)
    following = out.tokens[i + 1 : i + 3]
    if [t.text for t in following[:1]] == [","] and _is_thousands(token, following):
        plain = token.text + following[1].text
        message = f"`{token.text},{following[1].text}` is not a number here"
        out.give_up(codes.BAD_LITERAL, message, f"Write `{plain}`.", i, i + 2)
    elif unit == "" and number != float("inf"):
        out.add(repr(number), i)
    elif unit in _SECONDS and number * _SECONDS[unit] <= _LONGEST_SECONDS:
        out.add(f'duration("{number * _SECONDS[unit]:.6f}s")', i)
    elif unit in _SECONDS or unit == "":
        remedy = "Lengths of time go up to 100 years." if unit else "Write a smaller number."
        out.give_up(codes.BAD_LITERAL, f"`{token.text}` is too large", remedy, i)
    else:
        out.give_up(
            codes.BAD_LITERAL, f"`{token.text}` is not a value", _unit_remedy(token.text), i
        )


def _is_thousands(token: Token, following: list[Token]) -> bool:
    close = len(following) == 2 and following[0].start == token.end
    return close and following[1].start == following[0].end and len(following[1].text) == 3


def _unit_remedy(text: str) -> str:
    factor = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower())
    if factor and text[:-1].replace(".", "", 1).isdigit():
        return f"Write the whole number: `{float(text[:-1]) * factor:.0f}`."
    return "Lengths of time end in s, min, h, d or w (`30d`); a text stands in quotes."


def _name(out: Rewritten, i: int, names: Names, closings: dict[int, str]) -> int:
    """Rewrite the name at `i`; gives how many more tokens were consumed."""
    text = out.tokens[i].text
    if _is_call(out.tokens, i) and text not in ("in", *_MENDED):
        return call(out, i, names, closings)
    if i and out.tokens[i - 1].text == ".":
        return 0  # the dot has been reported
    if text in _MENDED:
        _mend(out, i)
    elif text in ("true", "false", "in"):
        out.add(text, i)
    elif text in _NOTHING:
        remedy = "Ask whether there is a value: `has(account.arr)`, `!has(account.arr)`."
        out.give_up(codes.NOT_SUPPORTED, f"there is no `{text}` here", remedy, i)
    else:
        out.add(variable(out, text, i, names), i)
    return 0
