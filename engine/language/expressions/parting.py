"""The parts of a condition that must all hold, each a condition of its own: what `&&` joins."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from engine.language.expressions.tokens import Token, joined, tokenize
from engine.plan.model import Condition


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """Return the parts that `&&` joins at the top of a checked condition; itself when it has none.

    >>> from engine.plan.model import Source
    >>> refs = (("account.arr", "number"), ("account.tier", "text"), ("health.score", "number"))
    >>> text = 'account.arr > 5 && (health.score < 40 || account.tier == "a && b")'
    >>> [one.text for one in parts_of(Condition(text, Source("p.yaml", 1), refs))]
    ['account.arr > 5', '(health.score < 40 || account.tier == "a && b")']
    >>> [len(one.refs) for one in parts_of(Condition(text, Source("p.yaml", 1), refs))]
    [1, 2]
    """
    tokens = joined(tokenize(condition.text), tuple(name for name, _ in condition.refs))
    cuts = _cuts(tokens)
    if not cuts:
        return (condition,)
    bounds = [-1, *cuts, len(tokens)]
    pieces = [tokens[start + 1 : end] for start, end in pairwise(bounds)]
    return tuple(_part(condition, piece) for piece in pieces)


def _cuts(tokens: list[Token]) -> list[int]:
    """Return where `&&` stands outside all brackets; nowhere when `||` or `?` binds the whole."""
    depth, cuts = 0, []
    for place, token in enumerate(tokens):
        if token.kind != "op":
            continue
        depth += (token.text in "([{") - (token.text in ")]}")
        if depth == 0 and token.text in ("||", "?"):
            return []
        if depth == 0 and token.text == "&&":
            cuts.append(place)
    return cuts


def _part(condition: Condition, tokens: list[Token]) -> Condition:
    text = condition.text[tokens[0].start : tokens[-1].end]
    names = [token.text for token in tokens if token.kind == "name"]
    refs = tuple(
        (name, kind)
        for name, kind in condition.refs
        if any(one == name or one.startswith(f"{name}.") for one in names)
    )
    return replace(condition, text=text, refs=refs)
