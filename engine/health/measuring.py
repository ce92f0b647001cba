"""What one measure says at one instant: its value, its points, how old it is, when that changes.

Pure; what it reads comes through `Readings`. An interval's end is outside it: at `drop_after` to
the second a measure is dropped, at `over` to the second a fact has left its window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from engine.health.model import (
    Category,
    Children,
    Measure,
    Number,
    Scale,
    Survey,
    TimeSince,
    Window,
)
from engine.health.readings import BEGINNING, Happening, Readings
from engine.health.scales import points, rounded
from engine.language.expressions import evaluate, evaluate_value
from engine.plan.model import Condition
from engine.reporting.surveys import net_promoter_score, satisfied_share

DAY = timedelta(days=1)
MOST = 1e15
"""Numbers beyond it are none: no measure of a customer comes to that."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure worked out. `points` is None when it is missing; `why` says why then, and else what
    is to be said about it. `at` is how new what it reads is; `changes_at` when the clock alone
    changes it next. `parts` are the sums it was made of, now and before; `kept` is how it was
    written when it was worked out, where that is known."""

    measure: Measure
    value: Any
    points: float | None
    at: datetime | None = None
    stale: bool = False
    why: str = ""
    changes_at: datetime | None = None
    parts: tuple[float, float] | None = None
    kept: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True)
class _Read:
    value: Any
    points: float | None
    at: datetime | None = None
    why: str = ""
    changes_at: datetime | None = None
    parts: tuple[float, float] | None = None


def measure(one: Measure, readings: Readings, now: datetime) -> Measured:
    """Work a measure out on what is known now."""
    match one.how:
        case Number() as how:
            read = _number(how, readings)
        case Category() as how:
            read = _category(how, readings)
        case TimeSince() as how:
            read = _time_since(how, readings, now)
        case Window() as how:
            read = _window(how, readings, now)
        case Survey() as how:
            read = _survey(how, readings, now)
        case Children() as how:
            read = _children(how, readings)
    return _aged(one, read, now)


def _aged(one: Measure, read: _Read, now: datetime) -> Measured:
    """Flag what is stale and drop what is older than it may be."""
    at, drop, stale = read.at, one.drop_after, one.stale_after
    if at is None:
        if drop is not None and isinstance(one.how, Window) and read.points is not None:
            return Measured(one, None, None, why=f"no {one.how.fact} has ever come")
        changes, parts = read.changes_at, read.parts
        return Measured(one, read.value, read.points, None, False, read.why, changes, parts)
    if drop is not None and now >= at + drop:
        why = f"older than {_span(drop)}: dropped"
        return Measured(one, read.value, None, at, True, why, None)
    is_stale = stale is not None and now >= at + stale
    ahead = [at + span for span in (stale, drop) if span is not None and at + span > now]
    why = read.why or (f"older than {_span(stale)}: stale" if is_stale and stale else "")
    changes = min([*ahead, *([read.changes_at] if read.changes_at else [])], default=None)
    return Measured(one, read.value, read.points, at, is_stale, why, changes, read.parts)


def _span(length: timedelta) -> str:
    days = length / DAY
    return f"{days:g} days" if days >= 2 else f"{length.total_seconds() / 3600:g} hours"


# --- values -----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _sources(refs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, bool, str, str], ...]:
    """Return each name with whether it is a field of the account, and what it is of what."""
    return tuple((name, name.count(".") == 1, *_parts(name)) for name, _ in refs)


def _parts(name: str) -> tuple[str, str]:
    head, _, last = name.rpartition(".")
    return head, last


def _value(value: Condition, readings: Readings) -> tuple[Any, datetime | None]:
    """Return what a value expression gives and how new the oldest fact it reads is; without facts,
    the oldest field."""
    values: dict[str, Any] = {}
    told: list[datetime] = []
    sources = _sources(value.refs)
    for name, is_field, head, last in sources:
        if is_field:
            values[name] = readings.field(last)
        elif (found := _latest_with(readings, head, last)) is not None:
            values[name] = found.data[last]
            told.append(found.occurred_at)
    if all(is_field for _, is_field, _, _ in sources):
        said = [readings.field_since(last) for _, _, _, last in sources]
        told = [one for one in said if one is not None]
    at = min(told, default=None)
    if len(value.refs) == 1 and value.text.strip() == value.refs[0][0]:
        return values.get(value.refs[0][0]), at
    return evaluate_value(value.text, value.refs, values).value, at


def _latest_with(readings: Readings, kind: str, field: str) -> Happening | None:
    last = readings.latest(kind)
    if last is None or last.data.get(field) is not None:
        return last
    earlier = readings.since(kind, BEGINNING)
    return next((one for one in reversed(earlier) if one.data.get(field) is not None), None)


def _is_number(value: Any) -> bool:
    """Tell whether a value is a number that can be reckoned with: x / 0 comes to none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MOST


def _number(how: Number, readings: Readings) -> _Read:
    value, at = _value(how.value, readings)
    if not _is_number(value):
        why = "no value yet" if value is None else "it does not come to a number"
        return _Read(None, None, None, why)
    return _Read(value, points(how.scale, value), at)


def _category(how: Category, readings: Readings) -> _Read:
    value, at = _value(how.value, readings)
    if value is None:
        return _Read(None, None, None, "no value yet")
    word = str(value).lower() if isinstance(value, bool) else str(value)
    given = how.points.get(word, how.otherwise)
    return _Read(word, given, at, "" if given is not None else "no points for this value")


# --- facts ------------------------------------------------------------------------------------


def holds(where: Condition | None, one: Happening) -> bool:
    """Tell whether a fact is of those a measure looks at."""
    if where is None:
        return True
    return evaluate(where, {f"fact.{name}": value for name, value in one.data.items()}).holds


def time_since(one: Measure, how: TimeSince, at: datetime | None, now: datetime) -> Measured:
    """Work a measure out that is about the time since `at`; None when it never happened."""
    return _aged(one, _passed(how, at, now), now)


def _time_since(how: TimeSince, readings: Readings, now: datetime) -> _Read:
    last = readings.latest(how.fact)
    if last is not None and not holds(how.where, last):
        known = readings.since(how.fact, BEGINNING)
        last = next((one for one in reversed(known) if holds(how.where, one)), None)
    return _passed(how, last.occurred_at if last else None, now)


def _passed(how: TimeSince, at: datetime | None, now: datetime) -> _Read:
    if at is None:
        return _Read(None, how.never, None, "it never happened")
    passed = now - at
    days = passed // DAY
    if how.scale.kind == "curve":
        ends = how.scale.steps[-1][0]
        moves = days < ends or how.daily
        changes = at + (days + 1) * DAY if moves else None
        return _Read(days, points(how.scale, days), at, "", changes)
    ahead = [at + DAY * end for end, _ in how.scale.steps]
    ahead += [at + (days + 1) * DAY] if how.daily else []
    changes = min((one for one in ahead if one > now), default=None)
    within = (given for end, given in how.scale.steps if passed < DAY * end)
    return _Read(days, next(within, how.scale.otherwise), at, "", changes)


def summed_up(
    one: Measure,
    how: Window,
    parts: tuple[float, float],
    at: datetime,
    changes: datetime | None,
) -> Measured:
    """Return a window as a measure that does not get old: what its facts add up to now and before,
    when the latest was, and when the first leaves."""
    read = _of_parts(how, parts, at, changes)
    return Measured(one, read.value, read.points, at, False, read.why, changes, parts)


def _window(how: Window, readings: Readings, now: datetime) -> _Read:
    length = length_of(how)
    start, middle = now - length, now - how.over
    known = readings.since(how.fact, start)
    inside = [one for one in known if one.occurred_at > start and holds(how.where, one)]
    last = known[-1] if known else readings.latest(how.fact)
    at = last.occurred_at if last is not None else None
    leaves = (one.occurred_at + span for one in inside for span in (how.over, length))
    changes = min((one for one in leaves if one > now), default=None)
    total: float = 0
    before: float = 0
    for one in inside:
        if one.occurred_at > middle:
            total += amount(how, one)
        else:
            before += amount(how, one)
    return _of_parts(how, (total, before), at, changes)


def length_of(how: Window) -> timedelta:
    """Return how far back a window's facts lie."""
    return how.over * 2 if how.take == "change" else how.over


def _of_parts(
    how: Window, parts: tuple[float, float], at: datetime | None, changes: datetime | None
) -> _Read:
    value, before = (_bounded(one) if how.field is not None else one for one in parts)
    if how.take == "change":
        if before == 0:
            return _Read(None, None, at, "nothing before to compare with", changes, parts)
        value = rounded(_bounded((value - before) / abs(before) * 100))
    return _Read(value, points(how.scale, value), at, "", changes, parts)


def amount(how: Window, one: Happening) -> float:
    """Return what a fact adds to a window."""
    if how.field is None:
        return 1
    value = one.data.get(how.field)
    return value if value is not None and _is_number(value) else 0


def _bounded(value: float) -> float:
    return float(min(max(value, -MOST), MOST))


# --- surveys ----------------------------------------------------------------------------------


def _survey(how: Survey, readings: Readings, now: datetime) -> _Read:
    start = now - how.over
    known = [
        one
        for one in readings.since("survey.answered", start)
        if one.occurred_at > start
        and one.data.get("survey") in (None, how.survey)
        and _is_number(one.data.get("score"))
    ]
    if not known:
        return _Read(None, None, None, f"nobody answered in {_span(how.over)}")
    value = survey_value(how.survey, latest_of_each(known))
    scale = how.scale or (_OF_NPS if how.survey == "nps" else None)
    changes = known[0].occurred_at + how.over
    return _Read(value, points(scale, value), known[-1].occurred_at, "", changes)


_OF_NPS = Scale("curve", ((-100, 0), (100, 100)))


def latest_of_each(answers: Sequence[Happening]) -> list[float]:
    """Return each contact's latest answer; answers of nobody in particular all count."""
    of: Mapping[Any, Happening] = {one.contact or number: one for number, one in enumerate(answers)}
    return [float(one.data["score"]) for one in of.values()]


def survey_value(survey: str, scores: Sequence[float]) -> float:
    """Return what a survey comes to, in percent: the NPS, the CSAT, of CES the share of 5 to 7
    (`tenure report` shows the mean of CES, which is no percentage).

    >>> survey_value("nps", [10, 9, 7, 3]), survey_value("csat", [5, 3]), survey_value("ces", [6])
    (25.0, 50.0, 100.0)
    """
    match survey:
        case "nps":
            return rounded(net_promoter_score(scores))
        case "csat":
            return rounded(100 * satisfied_share(scores))
    return rounded(100 * sum(one >= 5 for one in scores) / len(scores))


def _children(how: Children, readings: Readings) -> _Read:
    known = [(one.score, one) for one in readings.children() if one.score is not None]
    if not known:
        return _Read(None, None, None, "no child account has a score")
    if how.take == "worst":
        value = min(score for score, _ in known)
        return _Read(value, points(how.scale, value))
    weights = [_weight(one.fields.get(how.by)) if how.by else 1.0 for _, one in known]
    if not sum(weights):
        return _Read(None, None, None, f"no child account has {how.by}")
    pairs = zip(known, weights, strict=True)
    value = rounded(sum(score * weight for (score, _), weight in pairs) / sum(weights))
    return _Read(value, points(how.scale, value))


def _weight(value: Any) -> float:
    return max(float(value), 0.0) if _is_number(value) else 0.0
