"""When the calendar changes how a condition comes out: on days on which a date is crossed. Pure.

`account.renewal_date - today > 150d` comes out otherwise on one day, or two; on all others nobody
need look. Owns which comparisons are understood; a condition that uses `today` in any other way is
looked at every day. Knows no records and no clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from engine.language.expressions.tokens import Token, closing, joined, tokenize
from engine.plan.model import Condition

TODAY = "today"
_A_DAY = timedelta(days=1)
_LAST_YEAR = 9998
_COMPARED = frozenset(["==", "!=", "<", "<=", ">", ">="])
_BETWEEN = frozenset(["&&", "||", "!", "?", ":", "(", ")"])
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)(s|min|h|d|w)")
_UNITS: Mapping[str, int] = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True)
class Crossing:
    """An instant that today is compared with: so far from a date of the account (`field`), or from
    a fixed one (`day`). `to_the_second` where the field is an instant, not a day."""

    field: str | None
    day: str | None
    away: timedelta
    to_the_second: bool = False

    def at(self, fields: Mapping[str, Any]) -> datetime | None:
        """Return the instant; None when there is no date, or none that can be reached."""
        written = self.day if self.field is None else fields.get(self.field)
        try:
            return _instant(written, to_the_second=self.to_the_second) + self.away
        except (ValueError, TypeError, OverflowError):
            return None


def _instant(written: Any, *, to_the_second: bool) -> datetime:
    """Return what conditions take a date for: see `engine/language/expressions/evaluation.py`."""
    at = datetime.fromisoformat(written) if isinstance(written, str) else written
    if not isinstance(at, date):
        raise TypeError
    if to_the_second and isinstance(at, datetime):
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return datetime.combine(date(at.year, at.month, at.day), time(), UTC)


def next_day(crossings: Iterable[Crossing], fields: Mapping[str, Any], today: date) -> date | None:
    """Return the next day after `today` on which a comparison may come out otherwise than on the
    day before.

    >>> ahead = Crossing("renews", None, timedelta(days=-30))
    >>> [str(next_day([ahead], {"renews": "2026-03-31"}, date(2026, 3, day))) for day in (1, 2)]
    ['2026-03-02', 'None']
    """
    found = [day for one in crossings for day in _days(one.at(fields)) if day > today]
    return min(found, default=None)


def _days(at: datetime | None) -> tuple[date, ...]:
    """Return the first day that is not before an instant, and the first after it."""
    if at is None or at.year > _LAST_YEAR:
        return ()
    day = at.date()
    return (day, day + _A_DAY) if at.time() == time() else (day + _A_DAY,)


@lru_cache(maxsize=1024)
def crossings_of(condition: Condition) -> tuple[Crossing, ...] | None:
    """Return what a condition compares today with; None when it uses it in a way that is not
    understood.

    >>> from engine.plan.model import Source
    >>> def found(text):
    ...     refs = (("account.due", "date"), ("today", "date"))
    ...     return crossings_of(Condition(text, Source("p.yaml", 1), refs))
    >>> found("account.due - today > 30d")
    (Crossing(field='due', day=None, away=datetime.timedelta(days=-30), to_the_second=False),)
    >>> [one.day for one in found("account.due == today || today < date('2026-03-01')")]
    [None, '2026-03-01']
    >>> found("(account.due - today) > 30d") is None
    True
    """
    kinds = dict(condition.refs)
    pieces = _pieces(joined(tokenize(condition.text), tuple(kinds)))
    found = [_crossing(piece, kinds) for piece in pieces if any(map(_is_today, piece))]
    return None if None in found else tuple(one for one in found if one is not None)


def _pieces(tokens: Sequence[Token]) -> list[list[Token]]:
    """Cut a condition into comparisons. What a function gives is one token: the string of a
    `date("…")`, a bad one of any other."""
    pieces: list[list[Token]] = [[]]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = _end_of_call(tokens, at)
        if end > at:
            pieces[-1].append(_called(tokens[at : end + 1]))
            at = end
        elif token.kind == "op" and token.text in _BETWEEN:
            pieces.append([])
        else:
            pieces[-1].append(token)
        at += 1
    return pieces


def _end_of_call(tokens: Sequence[Token], at: int) -> int:
    """Return where the call ends that begins here; -1 when none does."""
    called = at + 1 < len(tokens) and tokens[at + 1].text == "("
    if not called or tokens[at].kind != "name" or tokens[at].text == "in":
        return -1
    return closing(list(tokens), at + 1)


def _called(tokens: Sequence[Token]) -> Token:
    name, inside = tokens[0], tokens[2:-1]
    if name.text == "date" and [one.kind for one in inside] == ["string"]:
        return inside[0]
    hidden = next(filter(_is_today, inside), None)
    return hidden or Token("bad", name.text, name.start)


def _is_today(token: Token) -> bool:
    return token.kind == "name" and token.text == TODAY


def _crossing(piece: Sequence[Token], kinds: Mapping[str, str]) -> Crossing | None:
    """Solve a comparison for today: it stands on the one side, a date on the other, or their
    difference is compared with lengths of time."""
    places = [at for at, one in enumerate(piece) if one.kind == "op" and one.text in _COMPARED]
    if len(places) != 1:
        return None
    days: list[int] = []
    dates: list[tuple[int, Token]] = []
    lengths = timedelta()
    for sign, term in (*_terms(piece[: places[0]], 1), *_terms(piece[places[0] + 1 :], -1)):
        if term is None:
            return None
        if _is_today(term):
            days.append(sign)
        elif _is_date(term, kinds):
            dates.append((sign, term))
        elif term.kind == "number" and (length := _LENGTH.fullmatch(term.text)):
            lengths += sign * timedelta(seconds=float(length[1]) * _UNITS[length[2]])
        else:
            return None
    if len(days) != 1 or [sign for sign, _ in dates] != [-days[0]]:
        return None
    return _crossed(dates[0][1], -days[0] * lengths, kinds)


def _crossed(written: Token, away: timedelta, kinds: Mapping[str, str]) -> Crossing | None:
    if written.kind == "string":
        fixed = Crossing(None, written.text[1:-1], away)
        return fixed if fixed.at({}) else None
    exact = kinds[written.text] == "datetime"
    return Crossing(written.text.removeprefix("account."), None, away, exact)


def _terms(side: Sequence[Token], sign: int) -> Iterator[tuple[int, Token | None]]:
    """Yield what is added up on one side, each with its sign; None for what is no such sum."""
    if len(side) % 2 == 0:
        yield sign, None
        return
    yield sign, side[0]
    for joins, term in zip(side[1::2], side[2::2], strict=True):
        known = joins.kind == "op" and joins.text in ("+", "-")
        yield (-sign if joins.text == "-" else sign), term if known else None


def _is_date(token: Token, kinds: Mapping[str, str]) -> bool:
    if token.kind == "string":
        return True
    own = token.kind == "name" and token.text.startswith("account.")
    return own and kinds.get(token.text) in ("date", "datetime")
