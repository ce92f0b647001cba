"""What of the last assessment still holds when one fact has come since. Pure.

Each fact that a model reads is followed by an assessment in the same transaction, so the last one
knows of all facts but the one at hand. What that fact does not touch is taken over as it was kept;
what it touches is worked out from what was kept and the fact, where that is enough. What is left
out here is read anew. An assessment comes to the same either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.health.measuring import (
    Measured,
    amount,
    holds,
    length_of,
    measure,
    summed_up,
    time_since,
)
from engine.health.model import Category, Children, Measure, Model, Number, TimeSince, Window
from engine.health.models import CREATED, Reads, Source
from engine.health.readings import Happening, Readings


@dataclass(frozen=True, slots=True)
class News:
    """The one fact that the last assessment does not know of, and the fields it names."""

    kind: str
    fact: Happening
    fields: frozenset[str] = frozenset()


def still(
    model: Model,
    reads: Reads,
    kept: Mapping[str, Any] | None,
    news: News,
    readings: Readings,
    now: datetime,
) -> dict[str, Measured]:
    """Return the measures that need not be read anew, by name. `kept` is the JSON of the last
    assessment; none of another model's helps, nor one that the clock has changed since."""
    if kept is None or kept.get("model") != model.id or news.kind == CREATED:
        return {}
    times, parts, ends = kept.get("times"), kept.get("parts"), kept["next"]
    if times is None or parts is None:
        return {}
    if ends is not None and datetime.fromisoformat(ends) <= now:
        return {}
    found: dict[str, Measured] = {}
    sources = iter(reads.sources)
    for group, written in zip(model.groups, kept["groups"], strict=True):
        for one, each in zip(group.measures, written["measures"], strict=True):
            before = _as_kept(one, each, times.get(one.name), parts.get(one.name))
            taken = _taken_over(one, before, next(sources), news, readings, now)
            if taken is not None:
                found[one.name] = taken
    return found


def _as_kept(
    one: Measure, kept: Mapping[str, Any], changes: str | None, parts: list[float] | None
) -> Measured:
    at = kept.get("at")
    return Measured(
        one,
        kept["value"],
        kept["points"],
        None if at is None else datetime.fromisoformat(at),
        kept.get("stale", False),
        kept.get("why", ""),
        None if changes is None else datetime.fromisoformat(changes),
        None if parts is None else (parts[0], parts[1]),
        kept,
    )


def _taken_over(
    one: Measure, before: Measured, source: Source, news: News, readings: Readings, now: datetime
) -> Measured | None:
    """Return a measure as it is now, None when it has to be read for that."""
    how = one.how
    if isinstance(how, Children):
        return None
    touched = news.kind in source.kinds
    if isinstance(how, TimeSince):
        return _since(one, how, before, news if touched else None, now)
    if not source.fields.isdisjoint(news.fields):
        return None
    if not touched:
        return before
    match how:
        case Number(value=value) | Category(value=value):
            told = [name for name, _ in value.refs if name.count(".") > 1]
            return _told(one, told, before, news, readings, now) if len(told) == 1 else None
        case Window():
            return _one_more(one, how, before, news, now)
    return None


def _since(
    one: Measure, how: TimeSince, before: Measured, news: News | None, now: datetime
) -> Measured:
    """The days since go on, with news or without."""
    at = before.at
    if news is not None and holds(how.where, news.fact):
        at = news.fact.occurred_at if at is None else max(at, news.fact.occurred_at)
    return time_since(one, how, at, now)


def _told(
    one: Measure,
    names: list[str],
    before: Measured,
    news: News,
    readings: Readings,
    now: datetime,
) -> Measured | None:
    """The latest fact that tells the value is the one at hand, or the one before."""
    if news.fact.data.get(names[0].rpartition(".")[2]) is None:
        return before
    if before.at is None:
        return None
    if news.fact.occurred_at < before.at:
        return before
    return measure(one, _Told(news, readings), now)


def _one_more(
    one: Measure, how: Window, before: Measured, news: News, now: datetime
) -> Measured | None:
    """One more fact, where nothing has left the window. Sums are added up in the order the facts
    happened in, so that one of before is read in."""
    if one.stale_after is not None or one.drop_after is not None:
        return None  # what was kept does not say then when the next fact leaves
    at = news.fact.occurred_at
    if before.parts is None or (before.at is not None and at < before.at):
        return None
    length, changes, (total, earlier) = length_of(how), before.changes_at, before.parts
    if at > now - length and holds(how.where, news.fact):
        leaves = [changes, at + how.over, at + length]
        changes = min(each for each in leaves if each is not None and each > now)
        if at > now - how.over:
            total += amount(how, news.fact)
        else:
            earlier += amount(how, news.fact)
    return summed_up(one, how, (total, earlier), at, changes)


@dataclass(frozen=True, slots=True)
class _Told:
    """`Readings` where the fact at hand is the latest of its kind."""

    news: News
    readings: Readings

    def field(self, name: str) -> Any:
        return self.readings.field(name)

    def field_since(self, name: str) -> datetime | None:
        return self.readings.field_since(name)

    def latest(self, kind: str) -> Happening | None:
        return self.news.fact if kind == self.news.kind else self.readings.latest(kind)

    def since(self, kind: str, at: datetime) -> Any:
        return self.readings.since(kind, at)

    def children(self) -> Any:
        return self.readings.children()
