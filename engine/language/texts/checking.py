"""Checking texts when a playbook is checked: every problem at its place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from engine.language.diagnostics import Problem
from engine.language.expressions.names import Names, closest, listed
from engine.language.texts import codes
from engine.language.texts.filters import FILTERS, TESTS
from engine.language.texts.parsing import Parsed, Piece, Unreadable, parse
from engine.language.texts.reading import Reading, Refusal, Use, read
from engine.plan.model import Source
from engine.wording import nearest

MOST_CHARACTERS = 100_000
_WORDY = {
    "end of print statement": "`}}`",
    "end of statement block": "`%}`",
    "begin of statement block": "`{%`",
    "begin of print statement": "`{{`",
}
_CLOSING = {"{{": "}}", "{%": "%}", "if": "{% endif %}", "for": "{% endfor %}"}


def check_text(text: str, names: set[str] | Names, where: Source) -> list[Problem]:
    """Check a text; `where` is the place of its first character.

    `names` are the dotted names a text may use. A list whose items have names is declared by them,
    with `[]` for the item: `contacts[].first_name`; the items of other lists are not checked.
    """
    if len(text) > MOST_CHARACTERS:
        message = f"the text has {len(text):,} characters; {MOST_CHARACTERS:,} are allowed"
        return [Problem(codes.TOO_LONG, message, where, "Shorten it or split it.")]
    text = _line_ends(text)
    parsed = parse(text)
    if isinstance(parsed, Unreadable):
        return [_unreadable(parsed, text, where)]
    known = tuple(sorted(set(names.known()) if isinstance(names, Names) else names))
    found = _findings(read(parsed.tree), known, parsed)
    problems = [
        _placed(code, message, remedy, at, text, where) for code, message, remedy, at in found
    ]
    return sorted(problems, key=lambda each: (each.where.line, each.where.column))


@lru_cache(maxsize=1024)
def variables_of(text: str) -> frozenset[str]:
    """The dotted names a text reads, lists it runs over included; none when it cannot be parsed.

    >>> sorted(variables_of("{{ account.name }}{% for c in contacts %}{{ c.email }}{% endfor %}"))
    ['account.name', 'contacts']
    """
    parsed = parse(_line_ends(text))
    if isinstance(parsed, Unreadable):
        return frozenset()
    found = read(parsed.tree)
    used = {use.name.split("[]")[0] for use in (*found.variables, *found.iterated)}
    return frozenset(used - {"?", "loop"})


def structural_problems(text: str, where: Source) -> list[Problem]:
    """What is wrong with a text whatever the names are."""
    every = check_text(text, set(), where)
    return [problem for problem in every if problem.code != codes.UNKNOWN_VARIABLE]


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


Found = tuple[str, str, str, Piece]


def _findings(found: Reading, known: tuple[str, ...], parsed: Parsed) -> Iterator[Found]:
    for use in (*found.variables, *found.iterated):
        if not (problem := _unknown(use, known, is_list=use in found.iterated)):
            continue
        piece = _span(use, parsed.pieces)
        if (whole := _hyphenated(use, parsed.pieces, known)) is None:
            yield codes.UNKNOWN_VARIABLE, *problem, piece
        elif whole.start == piece.start:
            remedy = f"Write `{whole.text.replace('-', '_')}`: `-` is minus here."
            yield codes.UNKNOWN_VARIABLE, f"there is no variable `{whole.text}`", remedy, whole
    for use in found.filters:
        if use.name not in FILTERS:
            piece = _called(use, "|", parsed.pieces)
            yield codes.UNKNOWN_FILTER, *_not_listed("filter", use.name, tuple(FILTERS)), piece
    for use in found.tests:
        if use.name not in TESTS:
            piece = _called(use, "is", parsed.pieces)
            yield codes.UNKNOWN_TEST, *_not_listed("test", use.name, tuple(TESTS)), piece
    for refusal in found.refused:
        yield _refused(refusal, parsed)


def _refused(refusal: Refusal, parsed: Parsed) -> Found:
    remedy = "Texts have variables, filters, `if` and `for`."
    if refusal.code == codes.TOO_DEEP:
        remedy = "Loops nest at most 2 deep."
    piece = parsed.pieces[refusal.token]
    return refusal.code, f"{refusal.what} is not possible in texts", remedy, piece


def _unknown(use: Use, known: tuple[str, ...], *, is_list: bool) -> tuple[str, str] | None:
    """Message and remedy for a name that is not there."""
    name = use.name
    listing = any(each.startswith(name + "[].") for each in known)
    if name in known or name.startswith("?") or (is_list and listing):
        return None
    head, item, _ = name.rpartition("[]")
    if item and not any(each.startswith(head + "[].") for each in known):
        return None
    inside = tuple(each for each in known if each.startswith((name + ".", name + "[].")))
    if inside:
        return f"`{name}` is not a value in itself", f"It has: {listed(inside)}."
    best = closest(name, known)
    hint = f"Did you mean `{best}`? " if best else ""
    siblings = tuple(each for each in known if each.startswith(name.split(".")[0] + "."))
    heads = tuple(dict.fromkeys(each.split(".")[0] for each in known))
    rest = f"Known here: {listed(siblings)}." if siblings else f"Names begin with: {listed(heads)}."
    return f"there is no variable `{name}`", hint + rest


def _not_listed(what: str, name: str, known: tuple[str, ...]) -> tuple[str, str]:
    best = nearest(name, known)
    hint = f"Did you mean `{best}`? " if best else ""
    return f"there is no {what} `{name}`", f"{hint}There are: {listed(known, most=20)}."


def _span(use: Use, pieces: tuple[Piece, ...]) -> Piece:
    """The whole dotted name that begins at a token."""
    first, i = pieces[use.token], use.token
    while i + 2 < len(pieces) and pieces[i + 1].text == "." and pieces[i + 2].kind == "name":
        i += 2
    end = pieces[i].start + len(pieces[i].text)
    return Piece("name", "x" * (end - first.start), first.start)


def _hyphenated(use: Use, pieces: tuple[Piece, ...], known: tuple[str, ...]) -> Piece | None:
    """The whole of a name written with `-`, as ids are, of which this one is a part."""
    first = last = use.token
    while first > 0 and _touches(pieces[first - 1 : first + 1]):
        first -= 1
    while _touches(pieces[last : last + 2]):
        last += 1
    text = "".join(piece.text for piece in pieces[first : last + 1])
    return Piece("name", text, pieces[first].start) if text.replace("-", "_") in known else None


def _touches(pair: tuple[Piece, ...]) -> bool:
    """Whether two pieces stand side by side and could be of one name."""
    if len(pair) < 2 or not all(each.kind == "name" or each.text in ("-", ".") for each in pair):
        return False
    return pair[0].start + len(pair[0].text) == pair[1].start


def _called(use: Use, before: str, pieces: tuple[Piece, ...]) -> Piece:
    """The token of a filter's or test's own name, which stands near the one Jinja noted."""
    for i in range(max(use.token - 1, 1), len(pieces)):
        named = pieces[i].text == use.name.split(".")[0]
        if named and pieces[i - 1].text in (before, "not"):
            return pieces[i]
    return pieces[use.token]


def _unreadable(found: Unreadable, text: str, where: Source) -> Problem:
    piece = Piece("", "x" * found.length, found.start)
    if tag := _unknown_tag(found.message):
        message = f"there is no `{{% {tag} %}}` in texts, or it has no beginning"
        remedy = "Texts have `{% if %}`, `{% elif %}`, `{% else %}`, `{% endif %}` and `{% for %}`."
        return _placed(codes.NOT_ALLOWED, message, remedy, piece, text, where)
    if found.message == "nested too deep":
        message, remedy = "the text is nested too deep", "Use fewer brackets."
        return _placed(codes.TOO_DEEP, message, remedy, piece, text, where)
    if found.unclosed:
        message = f"this `{found.unclosed}` is never closed"
        closing = _CLOSING[found.unclosed]
        return _placed(codes.SYNTAX, message, f"Add `{closing}`.", piece, text, where)
    message = found.message.rstrip(".")
    for said, plain in _WORDY.items():
        message = message.replace(f"'{said}'", plain).replace(said, plain)
    message = message.replace("expected token 'name'", "expected a name")
    remedy = "Check that every `{{` has its `}}`, every `{%` its `%}`, every `if` its `endif`."
    return _placed(codes.SYNTAX, message[:1].lower() + message[1:], remedy, piece, text, where)


def _unknown_tag(message: str) -> str | None:
    before, found, after = message.partition("Encountered unknown tag '")
    return after.split("'")[0] if found and not before else None


def _placed(
    code: str, message: str, remedy: str, piece: Piece, text: str, where: Source
) -> Problem:
    line_start = text.rfind("\n", 0, piece.start) + 1
    line = where.line + text.count("\n", 0, piece.start)
    rest_of_line = len(text[piece.start :].split("\n", 1)[0])
    length = max(1, min(len(piece.text), rest_of_line))
    place = Source(where.file, line, where.column + piece.start - line_start)
    return Problem(code, message, place, remedy, length)
