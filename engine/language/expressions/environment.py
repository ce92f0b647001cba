"""The one place that talks to CEL: one shared environment, compiled programs, raw issues.

Names of an expression are mapped to a fixed set of hidden variables (`n0`, `n1` for numbers, `t0`
for texts), so that one environment serves every expression and no name of an author can collide
with a word of CEL. Knows nothing of authors, files or problems.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeAlias

from cel_expr_python import cel
from cel_expr_python.ext import ext_math, ext_strings

NAMES_PER_KIND = 40

LETTER: Mapping[str, str] = {
    "text": "t",
    "number": "n",
    "bool": "b",
    "fact": "b",
    "date": "d",
    "datetime": "d",
    "list": "l",
}
PRESENT, UNKNOWN = "h", "u"

# CEL's own type names, in the words of `names.WORDS`.
KINDS: Mapping[str, str] = {
    "double": "number",
    "string": "text",
    "bool": "bool",
    "google.protobuf.Timestamp": "datetime",
    "google.protobuf.Duration": "span",
    "DOUBLE": "number",
    "STRING": "text",
    "BOOL": "bool",
    "TIMESTAMP": "datetime",
    "DURATION": "span",
}

Plain: TypeAlias = bool | float | str | datetime | timedelta | list[Any] | None


@dataclass(frozen=True, slots=True)
class Issue:
    """What CEL says about an expression; `offset` counts characters from 0 (-1: unknown)."""

    offset: int
    message: str


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression and the kind of its result (None: not known)."""

    compiled: Any
    kind: str | None


@cache
def _environment() -> Any:
    types = {
        "t": cel.Type.STRING,
        "n": cel.Type.DOUBLE,
        "b": cel.Type.BOOL,
        "d": cel.Type.TIMESTAMP,
        "l": cel.Type.List(cel.Type.STRING),
        PRESENT: cel.Type.BOOL,
        UNKNOWN: cel.Type.DYN,
    }
    variables = {f"{k}{i}": kind for k, kind in types.items() for i in range(NAMES_PER_KIND)}
    extensions = [ext_math.ExtMath(), ext_strings.ExtStrings()]
    return cel.NewEnv(variables=variables, extensions=extensions)


_ISSUE = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")


def compile_text(text: str) -> Program | list[Issue]:
    """Compile a one-line CEL text, or say what is wrong with it."""
    try:
        compiled = _environment().compile(text)
    except (RuntimeError, TypeError, ValueError) as error:
        return _issues(str(error))
    return Program(compiled, _kind(compiled.return_type().name()))


def _kind(name: str) -> str | None:
    return "list" if name.startswith("LIST") else KINDS.get(name)


def _issues(message: str) -> list[Issue]:
    found = [Issue(int(m[2]) - 1, m[3]) for m in _ISSUE.finditer(message) if int(m[1]) > 0]
    return found or [Issue(-1, message.split("\n", 1)[0])]


def run(program: Program, data: Mapping[str, object]) -> tuple[Plain, str | None]:
    """Evaluate; gives (value, None) or (None, what CEL says went wrong)."""
    try:
        result = program.compiled.eval(data=data)
        value = result.value()
    except (RuntimeError, TypeError, ValueError, OverflowError) as error:
        return None, str(error)
    if value is True or value is False or type(value) is float:
        return value, None
    if type(value) is str and result.type() == cel.Type.ERROR:
        return None, value
    plain: Plain = result.plain_value()
    return plain, None


def pattern_error(literal: str) -> bool:
    """Whether a quoted pattern is not a valid regular expression (RE2)."""
    program = compile_text(f'"".matches({literal})')
    return not isinstance(program, Program) or run(program, {})[1] is not None
