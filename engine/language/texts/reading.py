"""What a text reads, uses and must not use, found in its syntax tree.

An allow-list of node kinds decides what a text may do; what is not listed is refused. Knows nothing
of which names exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jinja2 import nodes

from engine.language.texts import codes
from engine.language.texts.environment import LOOP

DEEPEST_LOOP = 2

_PLAIN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.List, nodes.If,
    nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Add,
    nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos, nodes.Concat,
    nodes.Keyword,
)  # fmt: skip
_SAID = {
    "Include": "including another text",
    "Import": "importing",
    "FromImport": "importing",
    "Extends": "extending another text",
    "Block": "a block",
    "Macro": "a macro",
    "CallBlock": "a call",
    "FilterBlock": "a filter block",
    "Assign": "setting a variable",
    "AssignBlock": "setting a variable",
    "With": "a with block",
    "Call": "calling a function",
    "Getitem": "picking an item with [ ]",
    "Slice": "cutting out a part",
    "Pow": "the power `**`",
    "Dict": "a map",
    "Tuple": "a tuple",
}


@dataclass(frozen=True, slots=True)
class Use:
    """A name, filter or test a text uses, at the token it stands at."""

    name: str
    token: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something a text must not do, at the token where it does."""

    code: str
    what: str
    token: int


@dataclass(slots=True)
class Reading:
    """What was found. Names met in a loop have `[]` where the item stands: `contacts[].email`."""

    variables: list[Use] = field(default_factory=list)
    iterated: list[Use] = field(default_factory=list)
    filters: list[Use] = field(default_factory=list)
    tests: list[Use] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


Locals = Mapping[str, str]
_DEPTH = "loop depth"  # among the locals; no text can use it, for it has a space


def read(tree: nodes.Template) -> Reading:
    """Walk a whole tree."""
    found = Reading()
    _walk(tree, {}, found)
    return found


def _walk(node: nodes.Node, inside: Locals, found: Reading) -> None:
    match node:
        case nodes.Name() | nodes.Getattr():
            _path(node, inside, found)
        case nodes.For():
            _loop(node, inside, found)
        case nodes.Filter():
            found.filters.append(Use(node.name, node.lineno))
            _children(node, inside, found)
        case nodes.Test():
            found.tests.append(Use(node.name, node.lineno))
            _children(node, inside, found)
        case _ if isinstance(node, _PLAIN):
            _children(node, inside, found)
        case _:
            kind = type(node).__name__
            found.refused.append(Refusal(codes.NOT_ALLOWED, _SAID.get(kind, kind), node.lineno))


def _children(node: nodes.Node, inside: Locals, found: Reading) -> None:
    for child in node.iter_child_nodes():
        _walk(child, inside, found)


def _path(node: nodes.Expr, inside: Locals, found: Reading) -> None:
    """A dotted name; anything else with a dot behind it is walked and refused."""
    parts: list[str] = []
    at: nodes.Node = node
    while isinstance(at, nodes.Getattr):
        parts.insert(0, at.attr)
        at = at.node
    if not isinstance(at, nodes.Name):
        found.refused.append(Refusal(codes.NOT_ALLOWED, "a dot behind a value", node.lineno))
        _walk(at, inside, found)
        return
    head = inside.get(at.name, at.name)
    if head == "loop" and "loop" in inside and parts and parts[0] in LOOP:
        return
    found.variables.append(Use(".".join([head, *parts]), at.lineno))


def _loop(node: nodes.For, inside: Locals, found: Reading) -> None:
    depth = len(inside.get(_DEPTH, ""))
    if depth >= DEEPEST_LOOP:
        found.refused.append(Refusal(codes.TOO_DEEP, "a loop in a loop in a loop", node.lineno))
        return
    if node.recursive or not isinstance(node.target, nodes.Name):
        found.refused.append(Refusal(codes.NOT_ALLOWED, "this kind of loop", node.lineno))
        return
    source = _iterated(node.iter, inside, found)
    within = {**inside, node.target.name: source + "[]", "loop": "loop", _DEPTH: "x" * (depth + 1)}
    if node.test is not None:
        _walk(node.test, within, found)
    for child in node.body:
        _walk(child, within, found)
    for child in node.else_:
        _walk(child, inside, found)


def _iterated(node: nodes.Node, inside: Locals, found: Reading) -> str:
    """The dotted name a loop runs over, noted as a list; other lists are walked."""
    before = len(found.variables)
    _walk(node, inside, found)
    if isinstance(node, nodes.Name | nodes.Getattr) and len(found.variables) == before + 1:
        use = found.variables.pop()
        found.iterated.append(use)
        return use.name
    return "?"
