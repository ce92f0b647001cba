"""What an account's scores would have been under some models, over its recorded past. Pure.

At each instant only what was known by then counts; the clock is stepped from one instant at which
something can change to the next. Writes nothing: what was recorded stays as it is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.health.assessing import Assessment, Standing, assess
from engine.health.measuring import Measured
from engine.health.model import Children, Forced, Model
from engine.health.models import CHANGED, CREATED, Models, fields_of, kinds_of
from engine.health.readings import BEGINNING, Child

MOST_STEPS = 100_000


@dataclass(frozen=True, slots=True, order=True)
class PastFact:
    """A recorded fact, with when it became known."""

    known_at: datetime
    occurred_at: datetime
    kind: str = field(compare=False)
    data: Mapping[str, Any] = field(compare=False)
    contact: str | None = field(compare=False, default=None)


@dataclass(frozen=True, slots=True)
class Scored:
    """A score from an instant on, until the next one."""

    at: datetime
    score: float
    band: str
    model: str


@dataclass(frozen=True, slots=True)
class Past:
    """What is recorded of an account: its fields as they are today, facts by when they became
    known, what people forced (from, until), and its children with their own scores."""

    fields: Mapping[str, Any]
    facts: Sequence[PastFact] = ()
    forced: Sequence[tuple[datetime, datetime | None, Forced]] = ()
    children: Mapping[str, tuple[Mapping[str, Any], Sequence[Scored]]] = field(default_factory=dict)


class PastReadings:
    """`Readings` as of an instant that only moves forward."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self._ahead = sorted(past.facts)
        self._next = 0
        self._known: dict[str, list[tuple[datetime, int, PastFact]]] = {}
        self._said: dict[str, datetime] = {}
        self.now = BEGINNING
        turns = [at for begins, ends, _ in past.forced for at in (begins, ends)]
        turns += [one.at for _, scores in past.children.values() for one in scores]
        self._turns = sorted(at for at in turns if at is not None)
        told = {name for one in past.facts for name in _fields_in(one)}
        self.fields = {name: one for name, one in past.fields.items() if name not in told}

    @property
    def next_news(self) -> datetime | None:
        """When something becomes known next."""
        return self._ahead[self._next].known_at if self._next < len(self._ahead) else None

    def advance(self, now: datetime) -> frozenset[str]:
        """Let time pass; what became known by then is known. Returns the kinds of the facts, and
        the fields they changed as `account.<name>`."""
        self.now = now
        touched = set()
        while self._next < len(self._ahead) and self._ahead[self._next].known_at <= now:
            fact = self._ahead[self._next]
            insort(self._known.setdefault(fact.kind, []), (fact.occurred_at, self._next, fact))
            touched.add(fact.kind)
            for name, value in _fields_in(fact).items():
                touched.add(f"account.{name}")
                if fact.occurred_at >= self._said.get(name, fact.occurred_at):
                    self.fields[name], self._said[name] = value, fact.occurred_at
            self._next += 1
        return frozenset(touched)

    def field(self, name: str) -> Any:
        return self.fields.get(name)

    def field_since(self, name: str) -> datetime | None:
        return self._said.get(name)

    def latest(self, kind: str) -> PastFact | None:
        known = self._known.get(kind)
        return known[-1][2] if known else None

    def since(self, kind: str, at: datetime) -> Sequence[PastFact]:
        known = self._known.get(kind, [])
        return [fact for _, _, fact in known[bisect_left(known, (at,)) :]]

    def children(self) -> Sequence[Child]:
        each = self._past.children.items()
        return [Child(id, score_at(scores, self.now), fields) for id, (fields, scores) in each]

    def forced(self) -> Forced | None:
        """Return what a person forced at the instant."""
        for begins, ends, forced in self._past.forced:
            if begins <= self.now and (ends is None or self.now < ends):
                return forced
        return None

    def next_turn(self) -> datetime | None:
        """When a child moves next, or somebody forces a band or lets it go."""
        after = bisect_right(self._turns, self.now)
        return self._turns[after] if after < len(self._turns) else None


def _fields_in(fact: PastFact) -> Mapping[str, Any]:
    found = fact.data.get("fields") if fact.kind in (CHANGED, CREATED) else None
    return found if isinstance(found, Mapping) else {}


def score_at(scores: Sequence[Scored], at: datetime) -> float | None:
    """Return the score at an instant, None before the first."""
    before = [one.score for one in scores if one.at <= at]
    return before[-1] if before else None


def replay(models: Models, past: Past, start: datetime, end: datetime) -> list[Scored]:
    """Return the scores from `start` to `end`, each as it became known; the first at `start` if
    there was one by then."""
    readings = PastReadings(past)
    scores: list[Scored] = []
    standing = Standing()
    kept = Kept(models)
    now: datetime | None = start
    for _ in range(MOST_STEPS):
        if now is None or now > end:
            break
        touched = readings.advance(now)
        model = models.of(readings.fields)
        changes_at = None
        if model is not None:
            still = kept.still(model, touched, now)
            forced = readings.forced()
            found = assess(model, models.bands, readings, now, standing, forced, still)
            kept.keep(found)
            changes_at = found.changes_at
            if found.own is not None:
                standing = Standing(found.own.band, found.own.since)
            if found.score is not None and found.band is not None:
                _note(scores, Scored(now, found.score, found.band, model.id))
        ahead = (readings.next_news, readings.next_turn(), changes_at)
        now = min((at for at in ahead if at is not None), default=None)
    return scores


class Kept:
    """Measures of one account as they were worked out last: most hold still from one instant to
    the next, for a fact touches few of them."""

    def __init__(self, models: Models) -> None:
        self._reads = {model.name: _readers(model) for model in models.models}
        self._model: Model | None = None
        self._measured: dict[str, Measured] = {}

    def still(self, model: Model, touched: frozenset[str], now: datetime) -> Mapping[str, Measured]:
        """Return what still holds after some facts and fields were touched; what reads children is
        never among it."""
        if model is not self._model:
            self._model, self._measured = model, {}
        reads = self._reads[model.name]
        return {
            name: one
            for name, one in self._measured.items()
            if (one.changes_at is None or one.changes_at > now)
            and (not touched or touched.isdisjoint(reads[name]))
        }

    def keep(self, found: Assessment) -> None:
        """Keep what was worked out."""
        each = (one for group in found.groups for one in group.measures)
        self._measured = {
            one.measure.name: one for one in each if not isinstance(one.measure.how, Children)
        }


def _readers(model: Model) -> Mapping[str, frozenset[str]]:
    return {
        one.name: kinds_of(one) | {f"account.{name}" for name in fields_of(one)}
        for one in model.measures
    }


def _note(scores: list[Scored], one: Scored) -> None:
    last = scores[-1] if scores else None
    if last is None or (last.score, last.band, last.model) != (one.score, one.band, one.model):
        scores.append(one)
