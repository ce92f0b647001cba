"""One account's health at one instant: measures to groups to the score, the band, and what forces
it. Pure.

All roundings are to one decimal and before the next sum, so that a person who adds up what is
printed comes to the same score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.health.bands import InBand, decide, score_within
from engine.health.measuring import Measured, measure
from engine.health.model import Bands, Forced, Group, Model
from engine.health.readings import Readings
from engine.health.scales import rounded
from engine.language.expressions import evaluate

NOTHING: Mapping[str, Measured] = {}


@dataclass(frozen=True, slots=True)
class Standing:
    """The band an account is in by its score alone, and since when: what hysteresis looks at."""

    band: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grouped:
    """A group worked out; `points` is None when all its measures are missing."""

    group: Group
    points: float | None
    measures: tuple[Measured, ...]

    @property
    def weight(self) -> float:
        """What its measures weigh that are not missing."""
        return sum(one.measure.weight for one in self.measures if one.points is not None)


@dataclass(frozen=True, slots=True)
class Assessment:
    """An account's health. `computed` is the sum (None when every measure is missing), `own` the
    band it leads to; `score` and `band` are what counts after what forces it. `changes_at` is the
    earliest instant at which the clock alone can change any of it."""

    model: Model
    at: datetime
    computed: float | None
    own: InBand | None
    score: float | None
    band: str | None
    groups: tuple[Grouped, ...]
    forced: Forced | None
    changes_at: datetime | None


def assess(
    model: Model,
    bands: Bands,
    readings: Readings,
    now: datetime,
    standing: Standing,
    override: Forced | None = None,
    still: Mapping[str, Measured] = NOTHING,
) -> Assessment:
    """Work an account's health out. `override` is a person's, and goes before the model's rules.
    `still` are measures worked out before that are known to hold still: they are taken as they
    are."""
    groups = tuple([_grouped(one, readings, now, still) for one in model.groups])
    computed = _whole(groups)
    own = None
    if computed is not None:
        own = decide(bands, computed, standing.band, standing.since, now)
    forced = override or _by_rule(model, groups, readings)
    score, band = effective(bands, computed, own, forced)
    ahead = [one.changes_at for group in groups for one in group.measures]
    ahead += [own.moves_at if own else None, override.until if override else None]
    return Assessment(
        model=model,
        at=now,
        computed=computed,
        own=own,
        score=score,
        band=band,
        groups=groups,
        forced=forced,
        changes_at=min((one for one in ahead if one is not None), default=None),
    )


def effective(
    bands: Bands, computed: float | None, own: InBand | None, forced: Forced | None
) -> tuple[float | None, str | None]:
    """Return the score and band that count: a forced band takes the score to its nearer end."""
    if forced is not None:
        return score_within(bands, forced.band, computed), forced.band
    return computed, own.band if own else None


def _grouped(
    group: Group, readings: Readings, now: datetime, still: Mapping[str, Measured]
) -> Grouped:
    measures = tuple([still.get(one.name) or measure(one, readings, now) for one in group.measures])
    there = [(one.measure.weight, one.points) for one in measures if one.points is not None]
    return Grouped(group, _mean(there), measures)


def _whole(groups: tuple[Grouped, ...]) -> float | None:
    return _mean([(one.group.weight, one.points) for one in groups if one.points is not None])


def _mean(there: list[tuple[float, float]]) -> float | None:
    whole = total = 0.0
    for weight, given in there:
        whole += weight
        total += weight * given
    return rounded(total / whole) if whole else None


def _by_rule(model: Model, groups: tuple[Grouped, ...], readings: Readings) -> Forced | None:
    if not model.rules:
        return None
    values = _values(groups)
    for rule in model.rules:
        names = (name for name, _ in rule.when.refs if name.startswith("account."))
        fields = {name: readings.field(name.partition(".")[2]) for name in names}
        if evaluate(rule.when, {**values, **fields}).holds:
            return Forced(rule.band, None, rule.because or " ".join(rule.when.text.split()))
    return None


def _values(groups: tuple[Grouped, ...]) -> Mapping[str, Any]:
    """Return what rules read: a measure's value unless it is missing, a group's points."""
    values: dict[str, Any] = {f"groups.{one.group.name}": one.points for one in groups}
    for group in groups:
        for one in group.measures:
            present = one.points is not None
            values[f"measures.{one.measure.name}"] = one.value if present else None
    return values
