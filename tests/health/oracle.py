"""A slow and obvious way to work health out: every fact looked at each time, no index, no clock.

Reads the same file as the authors do, as plain YAML; shares nothing with `engine/health`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

UNITS = {"h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True)
class Event:
    """A fact, as the readings of health see it."""

    kind: str
    occurred_at: datetime
    data: Mapping[str, Any]
    contact: str | None = None


def span(text: str) -> timedelta:
    return timedelta(seconds=int(text[:-1]) * UNITS[text[-1]])


def one_decimal(value: float | Fraction) -> float:
    return float((Fraction(value).limit_denominator(10**9) * 10 + Fraction(1, 2)) // 1) / 10


def score(model: Mapping[str, Any], events: Sequence[Event], now: datetime) -> float | None:
    """Return what the groups come to, with the weight of what is missing gone to the others."""
    groups = []
    for group in model["groups"].values():
        there = []
        for measure in group["measures"].values():
            points = points_of(measure, [one for one in events if one.occurred_at <= now], now)
            if points is not None:
                there.append((measure.get("weight", 1), points))
        if there:
            groups.append((group.get("weight", 1), mean(there)))
    return mean(groups) if groups else None


def mean(there: Sequence[tuple[float, float]]) -> float:
    whole = sum(Fraction(weight) for weight, _ in there)
    exact = sum(Fraction(weight) * Fraction(str(points)) for weight, points in there) / whole
    return one_decimal(exact)


def points_of(measure: Mapping[str, Any], events: Sequence[Event], now: datetime) -> float | None:
    if "number" in measure:
        kind, field = measure["number"].rsplit(".", 1)
        with_it = [one for one in events if one.kind == kind and field in one.data]
        if not with_it or too_old(measure, with_it[-1].occurred_at, now):
            return None
        return on(measure, with_it[-1].data[field])
    if "sentiment" in measure:
        noted = [one for one in events if one.kind == "sentiment.noted"]
        if not noted or too_old(measure, noted[-1].occurred_at, now):
            return None
        return float(measure["sentiment"][noted[-1].data["sentiment"]])
    if "time_since" in measure:
        happened = [one for one in events if one.kind == measure["time_since"]]
        if not happened:
            return None
        passed = now - happened[-1].occurred_at
        for threshold in sorted(measure["thresholds"], key=lambda one: span(one["within"])):
            if passed < span(threshold["within"]):
                return float(threshold["points"])
        return 0.0
    if "survey" in measure:
        inside = [
            one
            for one in events
            if one.kind == "survey.answered" and now - one.occurred_at < span(measure["over"])
        ]
        latest = {one.contact: one.data["score"] for one in inside}.values()
        if not latest:
            return None
        net = sum((one >= 9) - (one <= 6) for one in latest) * Fraction(100, len(latest))
        return one_decimal((Fraction(str(one_decimal(net))) + 100) / 2)
    return of_window(measure, events, now)


def of_window(measure: Mapping[str, Any], events: Sequence[Event], now: datetime) -> float | None:
    what = next(name for name in ("count", "sum", "change") if name in measure)
    mine = [one for one in events if one.kind == measure[what]]
    over = span(measure["over"])
    if "drop_after" in measure and (not mine or too_old(measure, mine[-1].occurred_at, now)):
        return None

    def taken(begins: timedelta, ends: timedelta) -> float:
        some = [one for one in mine if ends <= now - one.occurred_at < begins]
        return sum(one.data[measure["of"]] for one in some) if "of" in measure else len(some)

    recent = taken(over, timedelta(0))
    if what != "change":
        return on(measure, recent)
    before = taken(2 * over, over)
    if not before:
        return None
    return on(measure, one_decimal(Fraction(recent - before) / Fraction(before) * 100))


def too_old(measure: Mapping[str, Any], at: datetime, now: datetime) -> bool:
    return "drop_after" in measure and now - at >= span(measure["drop_after"])


def on(measure: Mapping[str, Any], value: float) -> float:
    curve = measure["curve"]
    if value <= curve[0][0]:
        return float(curve[0][1])
    for (x0, y0), (x1, y1) in pairwise(curve):
        if x0 <= value <= x1:
            share = (Fraction(str(value)) - x0) / (x1 - x0)
            return one_decimal(y0 + (y1 - y0) * share)
    return float(curve[-1][1])
