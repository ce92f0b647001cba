"""Plain words of an email's Markdown, taken out and put back.

Emails of one template mostly differ in names and numbers. With gaps in their place they are the
same text, which is parsed and laid out once. Owns which words may stand in a gap: only those that
mean to Markdown and to HTML what any other word means, so that filling the gaps gives to the letter
what would have come out without them. Everything else stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_GAP = re.compile(r"Qx(\d+)xQ")
_WORDS = re.compile(r"[^\W\d_][^\W_]*(?: [^\W_]+)*")
_NUMBER = re.compile(r"(?<=[^\W\d_] )\d+(?=[\s,!?;:]|$)")
_BEFORE = frozenset(" \n(\"'*")
_BEHIND = frozenset(" \n,.!?;:)\"'*")
_IN_A_TAG = re.compile(r"<[^>]*Qx\d+xQ")
_DEFINES_LINKS = "]:"


def taken_out(body: str, variables: Mapping[str, object]) -> tuple[str, tuple[str, ...]]:
    """Return a Markdown text with gaps, and the words that stood in them, by number.

    >>> taken_out("Hi Ann Lee, you have 25 seats. Ann", {"contact": {"name": "Ann Lee", "id": "*"}})
    ('Hi Qx0xQ, you have Qx1xQ seats. Ann', ('Ann Lee', '25'))
    """
    if is_odd(body) or _DEFINES_LINKS in body:
        return body, ()
    words: list[str] = []
    for word in sorted(set(_plain(variables)), key=len, reverse=True):
        if (without := _without(body, word, gap(len(words)))) != body:
            body = without
            words.append(word)
    for number in dict.fromkeys(_NUMBER.findall(body)):
        words.append(number)
    known = {number: place for place, number in enumerate(words)}
    return _NUMBER.sub(lambda found: gap(known[found[0]]), body), tuple(words)


def put_back(text: str, words: tuple[str, ...]) -> str:
    """Fill the gaps of a text that was made from one with gaps.

    >>> put_back("<p>Hi Qx0xQ!</p>", ("Ann",))
    '<p>Hi Ann!</p>'
    """
    return _GAP.sub(lambda found: words[int(found[1])], text)


def is_odd(text: str) -> bool:
    """Say whether a text holds something like a gap itself."""
    return "Qx" in text


def gap(number: int) -> str:
    """Return what stands in for a word: a word that nobody writes."""
    return f"Qx{number}xQ"


def in_a_tag(html: str) -> bool:
    """Say whether a gap is in an attribute, where a word may mean something else."""
    return _IN_A_TAG.search(html) is not None


def _plain(value: object) -> Iterator[str]:
    """Yield the words among the values."""
    match value:
        case Mapping():
            for inner in value.values():
                yield from _plain(inner)
        case str() if len(value) > 1 and _WORDS.fullmatch(value):
            yield value


def _without(body: str, word: str, instead: str) -> str:
    """Put a gap wherever the word stands by itself."""
    pieces, done, at = [], 0, body.find(word)
    while at >= 0:
        end = at + len(word)
        if body[at - 1 : at] in _BEFORE | {""} and body[end : end + 1] in _BEHIND | {""}:
            pieces += [body[done:at], instead]
            done = end
        at = body.find(word, end)
    return "".join([*pieces, body[done:]])
