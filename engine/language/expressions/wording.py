"""CEL's complaints in the words of the people who write playbooks.

Owns the translation of syntax and type issues. Knows the tokens the author wrote; never the file.
"""

from __future__ import annotations

import re

from engine.language.expressions import codes
from engine.language.expressions.environment import KINDS, Issue
from engine.language.expressions.names import WORDS
from engine.language.expressions.rewritten import Finding, Rewritten
from engine.language.expressions.tokens import Token, ends_operand, operands

_OVERLOAD = re.compile(r"found no matching overload for '(.+?)' applied to '\((.*)\)'")
_ARGUMENT = re.compile(r"(?:[^,()]|\((?:[^()]|\([^()]*\))*\))+")
_ORDERING = ("<", "<=", ">", ">=")
_COMPARING = ("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_")
_SUBJECTS = {
    "size": "size() counts a text or a list",
    "math.@max": "max() and min() compare numbers",
    "math.@min": "max() and min() compare numbers",
    "contains": ".contains() looks into a text",
    "startsWith": ".startsWith() looks at a text",
    "endsWith": ".endsWith() looks at a text",
    "matches": ".matches() looks at a text",
    "lowerAscii": ".lowerAscii() changes a text",
}
_DOING = {"_+_": "added", "_-_": "subtracted", "_*_": "multiplied", "_/_": "divided"}

Range = tuple[int, int]


def translate(issues: list[Issue], out: Rewritten) -> list[Finding]:
    """The findings for what CEL said; of syntax errors only the first, the rest follow."""
    found: list[Finding] = []
    for issue in issues:
        owner = out.owner(issue.offset)
        if "recursion" in issue.message:
            found.append(_too_deep())
        elif match := _OVERLOAD.fullmatch(issue.message):
            kinds = [_kind(each) for each in _split(match[2])]
            found.append(_mismatch(match[1], kinds, out.tokens, owner or 0))
        elif issue.message.startswith("math."):
            found.append(_argument("math.@max", [], owner or 0))
        elif _is_backslash(issue, out.tokens, owner):
            remedy = "A backslash is written twice in a text: `\\\\`."
            message = "this text has a backslash that means nothing"
            found.append(Finding(codes.BAD_LITERAL, message, remedy, owner or 0, owner or 0))
        elif not found and not _told(out, owner):
            found.append(_syntax(out.tokens, owner, issue.message))
    return found


def _is_backslash(issue: Issue, tokens: list[Token], owner: int | None) -> bool:
    in_text = owner is not None and tokens[owner].kind == "string" and "\\" in tokens[owner].text
    return in_text and ("string literal" in issue.message or "token recog" in issue.message)


def _told(out: Rewritten, owner: int | None) -> bool:
    """Whether something has been said already of the place where CEL stumbles."""
    last = len(out.tokens) - 1 if owner is None else owner
    unknown = {f.first for f in out.findings if f.code == codes.UNKNOWN_NAME}
    return bool(unknown & {last, last - 1}) and owner is not None


def _too_deep() -> Finding:
    remedy = "Split the condition into several steps."
    return Finding(codes.TOO_COMPLEX, "the expression is nested too deep", remedy, 0, 0)


def _split(arguments: str) -> list[str]:
    """Cut CEL's argument types at the commas outside brackets.

    >>> _split("double, map(string, int)")
    ['double', 'map(string, int)']
    """
    return [each.strip() for each in _ARGUMENT.findall(arguments)]


def _kind(cel_type: str) -> str:
    return "list" if cel_type.startswith("list") else KINDS.get(cel_type, "")


def _syntax(tokens: list[Token], owner: int | None, said: str) -> Finding:
    last = len(tokens) - 1
    if owner is None:
        remedy = "Write what it is to be compared or combined with."
        if tokens[last].text == "%":
            remedy = "A percentage is a plain number: `50`."
        elif "expecting ':'" in said:
            remedy = "After `?` come two results: `condition ? this : that`."
        message = f"something is missing after `{tokens[last].text}`"
        return Finding(codes.SYNTAX, message, remedy, last, last)
    text = tokens[owner].text
    before = tokens[owner - 1] if owner else None
    if before and ends_operand(before) and tokens[owner].kind in ("name", "number", "string"):
        message = f"an operator is missing between `{before.text}` and `{text}`"
        remedy = "Put `==`, `<`, `&&` or `||` between them."
    elif before:
        message = f"`{text}` does not fit after `{before.text}`"
        remedy = "Check for something missing between the two, or too much."
        if text == ",":
            remedy = 'A list stands in square brackets: `["a", "b"]`.'
    else:
        message = f"an expression cannot begin with `{text}`"
        remedy = "Write what it is about in front, for example `health.score`."
    return Finding(codes.SYNTAX, message, remedy, owner, owner)


def _written(tokens: list[Token], part: Range) -> str:
    chosen = tokens[part[0] : part[1]]
    text = ""
    for before, token in zip([None, *chosen], chosen, strict=False):
        gap = before is not None and token.start > before.end
        text += (" " if gap else "") + token.text
    return text


def _is(tokens: list[Token], part: Range, kind: str) -> str:
    return f"`{_written(tokens, part)}` is {WORDS.get(kind, 'something else')}"


def _mismatch(operator: str, kinds: list[str], tokens: list[Token], i: int) -> Finding:
    left, right = operands(tokens, i)
    if operator in ("_&&_", "_||_", "!_") or (operator == "_?_:_" and kinds[0] != "bool"):
        wrong = left if kinds[0] not in ("bool", "") and operator != "!_" else right
        kind = kinds[0] if operator == "!_" or wrong == left else kinds[-1]
        return _not_yes_no(tokens, wrong, kind, i)
    if operator == "_?_:_":
        message = "the two results of `? :` are of different kinds: "
        message += " and ".join(WORDS.get(kind, "something else") for kind in kinds[1:])
        return Finding(codes.MISMATCH, message, "Make both the same kind.", i, i)
    if operator in _SUBJECTS:
        return _argument(operator, kinds, i)
    if operator == "-_":
        remedy = "Only numbers and lengths of time can be negative."
        return Finding(codes.MISMATCH, _is(tokens, right, kinds[0]), remedy, i, i)
    if len(kinds) < 2 or left[0] == left[1] or right[0] == right[1]:
        remedy = "Check the kinds of the values."
        return Finding(codes.MISMATCH, "the values do not go together", remedy, i, i)
    message = f"{_is(tokens, left, kinds[0])}, {_is(tokens, right, kinds[1])}"
    first, last = _culprit(tokens, left, right, i)
    return Finding(codes.MISMATCH, message, _remedy(operator, kinds, tokens, i), first, last)


def _not_yes_no(tokens: list[Token], wrong: Range, kind: str, i: int) -> Finding:
    if wrong[0] >= wrong[1]:
        wrong = (i, i + 1)
    written = _written(tokens, wrong)
    example = {
        "number": f"{written} > 0",
        "text": f'{written} == "…"',
        "datetime": f"{written} < today",
        "list": f"size({written}) > 0",
    }.get(kind, f"has({written})")
    message = f"{_is(tokens, wrong, kind)}, not something that is true or false"
    remedy = f"Compare it with something, for example `{example}`."
    if (
        tokens[i].text == "!"
        and wrong[1] < len(tokens)
        and tokens[wrong[1]].text in (*_ORDERING, "==", "!=")
    ):
        whole = _written(tokens, (wrong[0], operands(tokens, wrong[1])[1][1]))
        remedy = f"Put what is denied in brackets: `!({whole})`."
    return Finding(codes.MISMATCH, message, remedy, wrong[0], wrong[1] - 1)


def _argument(function: str, kinds: list[str], i: int) -> Finding:
    given = " and ".join(WORDS.get(kind, "something else") for kind in kinds)
    message = _SUBJECTS[function] + (f", but is given {given}" if given else "")
    remedy = "Check what it is used on and what stands in its brackets."
    if kinds[:1] == ["list"] and function == "contains":
        remedy = 'Ask a list with `in`: `"x" in account.tags`.'
    return Finding(codes.MISMATCH, message, remedy, max(i - 1, 0), max(i - 1, 0))


def _culprit(tokens: list[Token], left: Range, right: Range, i: int) -> Range:
    """The tokens to underline: the side that is a literal, else the operator."""
    for part in (right, left):
        if all(token.kind in ("string", "number") for token in tokens[part[0] : part[1]]):
            return part[0], part[1] - 1
    return i, i


def _remedy(operator: str, kinds: list[str], tokens: list[Token], i: int) -> str:
    left, right = operands(tokens, i)
    if operator == "@in":
        return _in_remedy(kinds, _written(tokens, left), _written(tokens, right))
    if operator in _COMPARING:
        if kinds[0] == "bool" and tokens[left[0] : left[1]] and _chained(tokens, left):
            return "Compare twice: `1 < health.score && health.score < 5`."
        return _comparing_remedy(kinds, _written(tokens, left), _written(tokens, right))
    if operator == "_%_":
        return "There is no remainder `%` here."
    if "datetime" in kinds and "number" in kinds:
        return "Write a length of time such as `90d` or `2w`."
    return f"These two cannot be {_DOING.get(operator, 'combined')}."


def _chained(tokens: list[Token], part: Range) -> bool:
    return any(token.text in _ORDERING for token in tokens[part[0] : part[1]])


def _in_remedy(kinds: list[str], left: str, right: str) -> str:
    if kinds[1] == "text":
        return f"To look into a text write `{right}.contains({left})`."
    if kinds[1] != "list":
        example = "[1, 2]" if kinds[0] == "number" else '["a", "b"]'
        return f"Put a list on the right: `{left} in {example}`."
    return "Write the values of the list the way the left side is written."


def _comparing_remedy(kinds: list[str], left: str, right: str) -> str:
    pair = set(kinds)
    literal = next((each for each in (right, left) if each[:1] in "\"'"), "")[1:-1]
    yes_no = left if kinds[0] == "bool" else right
    name = left if right[:1] in "\"'" else right
    if "text" in pair and "number" in pair:
        number = _as_number(literal)
        plain = f"Write a number without quotes: `{number}`."
        return plain if number else "Compare a number with a number, a text with a text."
    if "bool" in pair and pair & {"text", "number"}:
        return f"Write `{yes_no}` alone for yes, `!{yes_no}` for no."
    if "text" in pair and "datetime" in pair:
        return 'Write a date as `date("2026-01-31")`.'
    if "number" in pair and "datetime" in pair:
        return f"Compare dates with dates: `{name} - now < 90d`."
    if "span" in pair and "number" in pair:
        return "Write a length of time with its unit: `90d`, `2w`, `12h`."
    if "span" in pair and "datetime" in pair:
        return "Subtract two dates to get a length of time: `account.renewal_date - now < 90d`."
    if "list" in pair:
        return "Ask a list with `in`, or count it with `size(…)`."
    return "Compare values of the same kind."


def _as_number(literal: str) -> str | None:
    """The number a quoted text most likely means.

    >>> _as_number("10k"), _as_number("1,500"), _as_number("many")
    ('10000', '1500', None)
    """
    match = re.fullmatch(r"\D{0,2}(\d+(?:\.\d+)?)([kKmM]?)\D{0,2}", literal.replace(",", ""))
    if not match:
        return None
    factor = {"k": 1_000, "m": 1_000_000}.get(match[2].lower(), 1)
    number = float(match[1]) * factor
    return f"{number:.0f}" if number == int(number) else str(number)
