"""Assessments as the JSON that is kept: with the account, and in the history of its scores.

It holds all a person needs to check the sum; `explaining.py` reads it back. No personal data: ids,
numbers and the words of measures only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.health.assessing import Assessment, Grouped, Standing
from engine.health.bands import InBand
from engine.health.measuring import Measured
from engine.health.model import Forced, How, Survey, TimeSince, Window

TIMELY = frozenset({"next", "own", "times", "parts"})
"""What is kept so that an assessment can be gone on with."""


def to_json(found: Assessment) -> dict[str, Any]:
    """Return an assessment as plain data. `next`, `own`, `times` (when the clock changes a measure
    next) and `parts` (the sums of a window) are there to go on from: two that differ only there say
    the same."""
    each = [one for group in found.groups for one in group.measures]
    return {
        "model": found.model.id,
        "title": found.model.title,
        "computed": found.computed,
        "score": found.score,
        "band": found.band,
        "groups": [_group(one) for one in found.groups],
        "times": {
            one.measure.name: one.changes_at.isoformat()
            for one in each
            if one.changes_at is not None and not isinstance(one.measure.how, TimeSince)
        },
        "parts": {one.measure.name: [*one.parts] for one in each if one.parts},
        **_standing(found.own, found.forced, found.changes_at),
    }


def given_json(
    score: float,
    given_at: datetime | None,
    own: InBand,
    forced: Forced | None,
    changes_at: datetime | None,
) -> dict[str, Any]:
    """Return what is kept for a score from outside while something else than the score decides its
    band: it is forced, held back, or was looked at again by the clock."""
    kept: dict[str, Any] = {"computed": score, **_standing(own, forced, changes_at)}
    if given_at is not None:
        kept["given_at"] = given_at.isoformat()
    return kept


def _standing(
    own: InBand | None, forced: Forced | None, changes_at: datetime | None
) -> dict[str, Any]:
    kept: dict[str, Any] = {"next": changes_at.isoformat() if changes_at else None}
    if own is not None:
        kept["own"] = [own.band, own.since.isoformat(), own.why]
    if forced is not None:
        kept["forced"] = {
            "band": forced.band,
            "by": forced.by,
            "because": forced.because,
            **({"at": forced.at.isoformat()} if forced.at else {}),
            **({"until": forced.until.isoformat()} if forced.until else {}),
        }
    return kept


def _group(one: Grouped) -> dict[str, Any]:
    return {
        "name": one.group.name,
        "title": one.group.title,
        "weight": one.group.weight,
        "points": one.points,
        "measures": [_measure(each) for each in one.measures],
    }


def _measure(one: Measured) -> Mapping[str, Any]:
    if one.kept is not None:
        return one.kept
    kept: dict[str, Any] = {
        "name": one.measure.name,
        "title": one.measure.title,
        "weight": one.measure.weight,
        "value": one.value,
        "points": one.points,
    }
    if unit := unit_of(one.measure.how):
        kept["unit"] = unit
    if one.at is not None:
        kept["at"] = one.at.isoformat()
    if one.stale:
        kept["stale"] = True
    if one.why:
        kept["why"] = one.why
    return kept


def unit_of(how: How) -> str:
    """Return what a value is counted in, where it has a unit of its own, as it is written behind.

    >>> from datetime import timedelta
    >>> unit_of(Survey("survey", "csat", timedelta(days=90)))
    '%'
    """
    match how:
        case TimeSince():
            return " days"
        case Window(take="change") | Survey(survey="csat" | "ces"):
            return "%"
    return ""


def same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Tell whether two kept assessments say the same, apart from what is about time alone."""
    if one is None or other is None:
        return one is other
    keys = {*one, *other} - TIMELY
    return all(one.get(key) == other.get(key) for key in keys)


def standing_of(
    kept: Mapping[str, Any] | None, band: str | None, since: datetime | None
) -> Standing:
    """Return the band an account was in by its score alone; `band` and `since` are those that
    counted."""
    own = kept.get("own") if kept else None
    if own:
        return Standing(own[0], datetime.fromisoformat(own[1]))
    return Standing() if kept and kept.get("forced") else Standing(band, since)


def is_forced(kept: Mapping[str, Any] | None) -> bool:
    """Tell whether a person or a rule forces the band.

    >>> is_forced({"forced": {"band": "red", "by": None}}), is_forced(None)
    (True, False)
    """
    return bool(kept and kept.get("forced"))


def is_stale(kept: Mapping[str, Any] | None) -> bool:
    """Tell whether a measure is older than it should be; never of a score from outside.

    >>> is_stale({"groups": [{"measures": [{"stale": True}]}]})
    True
    """
    groups = kept.get("groups", ()) if kept else ()
    return any(one.get("stale", False) for group in groups for one in group["measures"])
