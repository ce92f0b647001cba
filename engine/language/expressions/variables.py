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
    if span := _hyphenated(out.tokens, i, names):
        first, last = span
        whole = "".join(token.text for token in out.tokens[first : last + 1])
        remedy = f"Write `{whole.replace('-', '_')}`: `-` is minus here."
        if i == first:
            out.find(codes.UNKNOWN_NAME, f"there is no `{whole}`", remedy, first, last)
        return
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
        if name.count(".") == 1 and not best:
            remedy += " If it is something that happens, declare it in schema.yaml, under `facts`."
    out.find(codes.UNKNOWN_NAME, f"there is no `{name}`", remedy.strip(), i)


def _hyphenated(tokens: list[Token], i: int, names: Names) -> tuple[int, int] | None:
    """The tokens of a name written with `-`, as ids are, of which token `i` is a part."""
    first = last = i
    while first > 1 and _joined(tokens[first - 2 : first + 1]):
        first -= 2
    while _joined(tokens[last : last + 3]):
        last += 2
    name = "".join(token.text for token in tokens[first : last + 1]).replace("-", "_")
    known = names.type_of(name) is not None or names.within(name)
    return (first, last) if last > first and known else None


def _joined(tokens: list[Token]) -> bool:
    """Whether these are two names with a `-` and no space between them."""
    if [token.kind for token in tokens] != ["name", "op", "name"] or tokens[1].text != "-":
        return False
    return tokens[0].end == tokens[1].start and tokens[1].end == tokens[2].start


def _is_compared(tokens: list[Token], i: int) -> bool:
    return i > 0 and tokens[i - 1].text in ("==", "!=", "=", "===", "<>", "[", ",")
