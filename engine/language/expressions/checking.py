"""Checking expressions when a playbook is checked: every problem at its place in the file."""

from __future__ import annotations

from engine.language.diagnostics import Problem
from engine.language.expressions import codes
from engine.language.expressions.environment import Program, compile_text
from engine.language.expressions.names import WORDS, Names, ValueType, listed
from engine.language.expressions.rewriting import rewrite
from engine.language.expressions.rewritten import Finding, Rewritten
from engine.language.expressions.tokens import Token, joined, tokenize
from engine.language.expressions.wording import translate
from engine.plan.model import Condition, Source
from engine.wording import nearest

MOST_CHARACTERS = 2_000


def check_condition(
    text: str, names: Names, where: Source
) -> tuple[Condition | None, list[Problem]]:
    """Check an expression that has to come out true or false.

    `where` is the place of the first character of `text`. The condition is None when there are
    problems.
    """
    return _check(text, names, where, "bool")


def check_value(
    text: str, names: Names, where: Source, expected: ValueType | None = None
) -> tuple[Condition | None, list[Problem]]:
    """Check an expression that gives a value of the `expected` kind (None: any kind).

    A `date` and a `datetime` are one kind here, and so are a `bool` and a `fact`.
    """
    return _check(text, names, where, expected, as_value=True)


def _check(
    text: str, names: Names, where: Source, expected: ValueType | None, *, as_value: bool = False
) -> tuple[Condition | None, list[Problem]]:
    if problem := _unusable(text, where):
        return None, [problem]
    tokens = joined(tokenize(text), names.known())
    out = rewrite(tokens, names)
    findings = [*out.findings, *_not_choices(tokens, names)]
    if not out.broken:
        program = compile_text(out.text)
        if isinstance(program, Program):
            findings += _wrong_result(program, out, expected, as_value=as_value)
        else:
            findings += translate(program, out)
    if findings:
        found = [_problem(each, text, tokens, where) for each in findings]
        return None, sorted(found, key=lambda each: (each.where.line, each.where.column))
    return Condition(text, where, tuple(out.refs.items())), []


def _unusable(text: str, where: Source) -> Problem | None:
    if not tokenize(text[: MOST_CHARACTERS + 1]):
        remedy = "Write a condition such as `health.score < 50`."
        return Problem(codes.EMPTY, "the expression is empty", where, remedy)
    if len(text) > MOST_CHARACTERS:
        message = f"the expression has {len(text):,} characters; {MOST_CHARACTERS:,} are allowed"
        return Problem(codes.TOO_LONG, message, where, "Split it into several steps.")
    if not text.isascii() and (odd := _odd_character(text)) is not None:
        remedy = "Remove it, or type it again."
        return Problem(codes.BAD_LITERAL, "half a character", _place(text, odd, where), remedy)
    return None


def _odd_character(text: str) -> int | None:
    """Where a lone surrogate stands, which is no character at all."""
    return next((i for i, char in enumerate(text) if 0xD800 <= ord(char) <= 0xDFFF), None)


def _place(text: str, offset: int, where: Source) -> Source:
    line_start = text.rfind("\n", 0, offset) + 1
    line = where.line + text.count("\n", 0, offset)
    return Source(where.file, line, where.column + offset - line_start)


def _problem(finding: Finding, text: str, tokens: list[Token], where: Source) -> Problem:
    first, last = tokens[finding.first], tokens[finding.last]
    end = last.end if "\n" not in text[first.start : last.end] else first.end
    start = first.start + finding.skip
    place = _place(text, start, where)
    return Problem(finding.code, finding.message, place, finding.remedy, max(end - start, 1))


def _wrong_result(
    program: Program, out: Rewritten, expected: ValueType | None, *, as_value: bool
) -> list[Finding]:
    merged = {"date": "datetime", "fact": "bool"}
    kind, wanted = program.kind, merged.get(str(expected), expected)
    if wanted is None or kind == wanted or (kind is None and out.findings):
        return []
    last = len(out.tokens) - 1
    given = WORDS.get(str(kind), "something else")
    if as_value:
        message = f"this gives {given}, but {WORDS[wanted]} is needed"
        return [Finding(codes.WRONG_VALUE, message, f"Give {WORDS[wanted]}.", 0, last)]
    message = f"this is {given}, not a condition that is true or false"
    remedy = "Compare it with something, for example `health.score < 50`."
    return [Finding(codes.NOT_A_CONDITION, message, remedy, 0, last)]


def _not_choices(tokens: list[Token], names: Names) -> list[Finding]:
    """Texts compared with a name that takes only certain values, and is not one of them."""
    found: list[Finding] = []
    for i, token in enumerate(tokens):
        if token.kind == "name" and token.text in names.choices:
            allowed = names.choices[token.text]
            for j in _compared(tokens, i):
                value = tokens[j].text[1:-1]
                if "\\" not in value and value not in allowed:
                    found.append(_not_a_choice(token.text, value, allowed, j))
    return found


def _not_a_choice(name: str, value: str, allowed: tuple[str, ...], j: int) -> Finding:
    best = nearest(value, allowed)
    hint = f'Did you mean "{best}"? ' if best else ""
    if value == "":
        hint = f"Ask whether there is a value with `has({name})`. "
    message = f'`{name}` is never "{value}"'
    return Finding(codes.NOT_A_CHOICE, message, f"{hint}It is one of: {listed(allowed)}.", j, j)


def _compared(tokens: list[Token], i: int) -> list[int]:
    """The string tokens the name at `i` is compared with, also those in a list after `in`."""
    texts = [token.text for token in tokens]
    if texts[i + 1 : i + 2] and texts[i + 1] in ("==", "!=", "="):
        return [j for j in (i + 2,) if j < len(tokens) and tokens[j].kind == "string"]
    if texts[i + 1 : i + 3] == ["in", "["]:
        end = texts.index("]", i + 2) if "]" in texts[i + 2 :] else len(texts)
        return [j for j in range(i + 3, end) if tokens[j].kind == "string"]
    if i > 1 and texts[i - 1] in ("==", "!=", "=") and tokens[i - 2].kind == "string":
        return [i - 2]
    return []
