"""Evaluating checked expressions against the values of the moment, and saying how it came out.

Deterministic: reads no clock; `now` and `today` come with the values. Programs are compiled once
per process and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import cast

from engine.language.expressions.environment import Plain, Program, compile_text, run
from engine.language.expressions.names import WORDS, Names, ValueType
from engine.language.expressions.rewriting import rewrite
from engine.language.expressions.tokens import joined, tokenize
from engine.plan.model import Condition

Refs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a condition came out. `values` are the values of the names it reads, JSON-able (dates in
    ISO form, None for no value); `missing` the names without a value that left it undecided;
    `error` why it could not be worked out (then it does not hold)."""

    holds: bool
    values: Mapping[str, object]
    missing: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a value expression gives: `value` is None when a name is missing or there is an error.
    The other fields are those of `Verdict`."""

    value: Plain
    values: Mapping[str, object]
    missing: tuple[str, ...] = ()
    error: str | None = None


def evaluate(condition: Condition, values: Mapping[str, object]) -> Verdict:
    """Decide a condition; never raises.

    `values` maps dotted names to Python values; None or absent means no value. A fact without a
    value has not happened, which is false. Any other name without a value makes the condition
    false, unless the rest decides it (`true || missing`).
    """
    refs = condition.refs
    given = tuple([values.get(name) for name, _ in refs])
    types = tuple(map(type, given))
    if _REMEMBERED.issuperset(types):
        return _decided(condition.text, refs, given, types)
    return _verdict(condition.text, refs, values)


_REMEMBERED = frozenset({bool, int, float, str, type(None)})
"""Types of values that are written in one way only."""


@lru_cache(maxsize=8192)
def _decided(text: str, refs: Refs, given: tuple[object, ...], _: tuple[type, ...]) -> Verdict:
    """Decide what was decided before as it was then: an expression reads nothing but its values.
    The types tell `1` from `1.0` and `true`."""
    return _verdict(text, refs, {name: one for (name, _), one in zip(refs, given, strict=True)})


def _verdict(text: str, refs: Refs, values: Mapping[str, object]) -> Verdict:
    value, shown, missing, error = _work_out(text, refs, values)
    return Verdict(value is True, shown, missing, error)


def evaluate_value(text: str, refs: Refs, values: Mapping[str, object]) -> Answer:
    """Work out a value expression; never raises. Dates come as aware datetimes in UTC."""
    return Answer(*_work_out(text, refs, values))


@dataclass(frozen=True, slots=True)
class _Prepared:
    program: Program
    reads: tuple[tuple[str, str, str], ...]  # name, hidden variable, type
    asks: tuple[tuple[str, str], ...]


@lru_cache(maxsize=4096)
def _prepare(text: str, refs: Refs) -> _Prepared | str:
    types = cast(Mapping[str, ValueType], dict(refs))
    names = Names(types)
    out = rewrite(joined(tokenize(text), names.known()), names)
    program = None if out.broken or out.findings else compile_text(out.text)
    if not isinstance(program, Program):
        return "the expression does not fit the names it was checked with"
    reads = tuple((name, hidden, out.refs[name]) for name, hidden in out.reads.items())
    return _Prepared(program, reads, tuple(out.asks.items()))


def _work_out(
    text: str, refs: Refs, values: Mapping[str, object]
) -> tuple[Plain, Mapping[str, object], tuple[str, ...], str | None]:
    shown = {name: _plain(values.get(name), kind) for name, kind in refs}
    prepared = _prepare(text, refs)
    if isinstance(prepared, str):
        return None, shown, (), prepared
    data: dict[str, object] = {}
    missing: list[str] = []
    for name, hidden, kind in prepared.reads:
        value = values.get(name)
        if value is None and kind != "fact":
            missing.append(name)
            continue
        try:
            data[hidden] = _CONVERT[kind](value)
        except (ValueError, TypeError, OverflowError):
            return None, shown, (), f"`{name}` should be {WORDS[kind]}, but its value is not"
    for name, hidden in prepared.asks:
        data[hidden] = values.get(name) is not None
    value, error = run(prepared.program, data)
    if error is None:
        return value, shown, (), None
    if missing and "found in Activation" in error:
        return None, shown, tuple(missing), None
    return None, shown, (), _failure(error)


def _failure(error: str) -> str:
    """CEL's failure without the values it may quote."""
    if "imestamp" in error or "uration" in error:
        return "a date lies outside the years 1 to 9999"
    return "the expression cannot be worked out with these values"


def _plain(value: object, kind: str) -> object:
    if value is None:
        return False if kind == "fact" else None
    match value:
        case bool() | int() | float() | str():
            return value
        case Decimal():
            return float(value)
        case date():  # a datetime too
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            return [_plain(each, "text") for each in value]
        case _:
            return str(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _yes_no(value: object) -> bool:
    if value is None:
        return False
    if not isinstance(value, bool):
        raise TypeError
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list | tuple | set | frozenset):
        raise TypeError
    return [str(each) for each in value]


def _moment(value: object) -> datetime:
    """An aware datetime in UTC; a date is its midnight, a datetime without a zone is in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise TypeError


def _day(value: object) -> datetime:
    """Midnight UTC of a date; of a datetime, of the date it names in its own zone."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, date):
        raise TypeError
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


_CONVERT: Mapping[str, Callable[[object], object]] = {
    "number": _number,
    "text": _text,
    "bool": _yes_no,
    "fact": _yes_no,
    "list": _texts,
    "date": _day,
    "datetime": _moment,
}


def describe(condition: Condition, verdict: Verdict) -> str:
    """One line that shows a condition with its values.

    >>> from engine.plan.model import Source
    >>> low = Condition("health.score < 50", Source("p.yaml", 1), (("health.score", "number"),))
    >>> describe(low, evaluate(low, {"health.score": 42}))
    'health.score < 50  (health.score = 42)'
    >>> describe(low, evaluate(low, {}))
    'health.score < 50  (health.score has no value)'
    """
    said = [_said(name, value) for name, value in verdict.values.items()]
    if verdict.error:
        said.append(verdict.error)
    text = " ".join(condition.text.split())
    return f"{text}  ({', '.join(said)})" if said else text


def _said(name: str, value: object) -> str:
    match value:
        case None:
            return f"{name} has no value"
        case bool():
            return f"{name} = {str(value).lower()}"
        case float() if value.is_integer():
            return f"{name} = {value:.0f}"
        case str():
            return f'{name} = "{value}"'
        case _:
            return f"{name} = {value}"
