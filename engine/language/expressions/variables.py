"""Names in an expression: the hidden variable of each, and what to say of unknown ones."""

from __future__ import annotations

from engine.language.expressions import codes
from engine.language.expressions.environment import LETTER, NAMES_PER_KIND, PRESENT, UNKNOWN
from engine.language.expressions.names import Names, listed
from engine.language.expressions.rewritten import Rewritten
from engine.language.expressions.tokens import Token

_UNITS = ("minutes", "minute", "hours", "hour", "days", "day", "weeks", "week", "months", "month")
_FOREIGN = {
    "if": "Leave `if` out and write the condition alone.",
    "is": "Write `==`, or `!=` for is not.",
    "between": "Write `health.score >= 1 && health.score <= 5`.",
    "contains": 'Write `account.name.contains("x")`, or `"x" in account.tags` for a list.',
    "size": "Write `size(account.tags)`.",
    "has": "Write `has(account.arr)`.",
    "yes": "Write `true`, or the name alone.",
    "no": "Write `false`, or `!` before the name.",
    **dict.fromkeys(_UNITS, "A length of time is one word: `30min`, `12h`, `90d`, `2w`."),
}


def presence(out: Rewritten, name: str, i: int, names: Names) -> str:
    """The hidden variable that says whether the name at token `i` has a value."""
    kind = names.type_of(name)
    if kind is None:
        _unknown_name(out, name, i, names)
    else:
        out.refs.setdefault(name, kind)
    return out.asks.get(name) or _allot(out, out.asks, PRESENT, name, i)


def variable(out: Rewritten, name: str, i: int, names: Names) -> str:
    """The hidden variable that stands for a name, a new one at its first use."""
    if name in out.reads:
        return out.reads[name]
    kind = names.type_of(name)
    if kind is None:
        _unknown_name(out, name, i, names)
    else:
        out.refs.setdefault(name, kind)
    letter = UNKNOWN if kind is None else LETTER[kind]
    return _allot(out, out.reads, letter, name, i)


def _allot(out: Rewritten, taken: dict[str, str], letter: str, name: str, i: int) -> str:
    count = sum(1 for each in taken.values() if each[0] == letter)
    if count == NAMES_PER_KIND:
        message = f"more than {NAMES_PER_KIND} names of one kind are read"
        out.give_up(codes.TOO_COMPLEX, message, "Split the condition into several steps.", i)
        return f"{letter}0"
    return taken.setdefault(name, f"{letter}{count}")


def _unknown_name(out: Rewritten, name: str, i: int, names: Names) -> None:
    inside = names.within(name)
    namespace = names.within(name.split(".")[0])
    if inside:
        remedy = f"It has: {listed(inside)}."
        out.find(codes.UNKNOWN_NAME, f"`{name}` is not a value in itself", remedy, i)
        return
    best = names.closest(name)
    did_you_mean = f"Did you mean `{best}`? " if best else ""
    if name in _FOREIGN:
        remedy = _FOREIGN[name]
    elif "." not in name and _is_compared(out.tokens, i):
        remedy = f'A text stands in quotes: "{name}". {did_you_mean}'
    elif namespace and "." in name:
        remedy = f"{did_you_mean}Known here: {listed(namespace)}."
    else:
        heads = tuple(dict.fromkeys(each.split(".")[0] for each in names.known()))
        remedy = f"{did_you_mean}Names begin with: {listed(heads)}."
    out.find(codes.UNKNOWN_NAME, f"there is no `{name}`", remedy.strip(), i)


def _is_compared(tokens: list[Token], i: int) -> bool:
    return i > 0 and tokens[i - 1].text in ("==", "!=", "=", "===", "<>", "[", ",")
