"""Curves, thresholds and lengths of time of health.yaml, checked.

Owns what a scale may be. It must not know what is measured.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from engine.calendars import parse_span
from engine.errors import InputError
from engine.language.places import Path
from engine.language.workspace.health_forms import HealthForm, MeasureForm
from engine.language.workspace.reading import Sheet

SECONDS_PER_DAY = 86_400.0
_UNSCALED = frozenset({"number", "survey", "children"})


def length_s(sheet: Sheet[HealthForm], text: str | None, place: Path) -> float | None:
    """Return an exact length of time in seconds; a problem of the sheet when it is none."""
    if text is None:
        return None
    try:
        span = parse_span(text)
    except InputError as error:
        sheet.add("TN434", f"{error.message}.", place, f"{error.remedy}.")
        return None
    if span.seconds is None:
        message = f'"{text}" is not always equally long.'
        sheet.add("TN434", message, place, "Use hours, days or weeks.")
        return None
    return span.seconds


def scale(
    sheet: Sheet[HealthForm], form: MeasureForm, place: Path, *, in_time: bool = False
) -> dict[str, Any] | None:
    """Return a measure's scale as JSON; `in_time`: its values are lengths of time, kept in days."""
    if form.curve is not None and form.thresholds is not None:
        message = "A measure has a curve or thresholds, not both."
        sheet.add("TN432", message, (*place, "thresholds"), "Leave one of them out.", key=True)
        return None
    _check_otherwise(sheet, form, place)
    if form.curve is not None:
        return _curve(sheet, form.curve, (*place, "curve"), in_time=in_time)
    if form.thresholds is not None:
        return _thresholds(sheet, form, (*place, "thresholds"), in_time=in_time)
    if form.kind not in _UNSCALED:
        message = f"{form.kind} needs a curve or thresholds: how its value becomes points."
        example = "[[7d, 100], [60d, 0]]" if in_time else "[[0, 0], [10, 100]]"
        sheet.add("TN432", message, place, f"Add one: curve: {example}", key=True)
    return {"kind": "curve", "steps": [[0, 0]]} if in_time else None


def _check_otherwise(sheet: Sheet[HealthForm], form: MeasureForm, place: Path) -> None:
    if form.otherwise is None:
        return
    if form.thresholds is None:
        message = "`otherwise` is for values that no threshold is for."
        sheet.add("TN431", message, (*place, "otherwise"), "Leave it out.", key=True)
    _check_points(sheet, form.otherwise, (*place, "otherwise"))


def _curve(
    sheet: Sheet[HealthForm], curve: list[list[Any]], place: Path, *, in_time: bool
) -> dict[str, Any]:
    steps = []
    for number, pair in enumerate(curve):
        if len(pair) != 2:
            message = "A point of a curve is a pair: a value and its points."
            sheet.add("TN432", message, (*place, number), "Write [50, 60].")
            continue
        value = _number(sheet, pair[0], (*place, number, 0), in_time=in_time)
        points = _number(sheet, pair[1], (*place, number, 1))
        if value is None or points is None:
            continue
        _check_points(sheet, points, (*place, number, 1))
        steps.append((value, points))
    for number, ((before, _), (after, _)) in enumerate(pairwise(steps)):
        if after <= before:
            message = "The values of a curve rise from point to point."
            remedy = "Write the lowest value first, each value once."
            sheet.add("TN432", message, (*place, number + 1), remedy)
            break
    return {"kind": "curve", "steps": steps or [(0.0, 0.0)]}


def _number(
    sheet: Sheet[HealthForm], value: Any, place: Path, *, in_time: bool = False
) -> float | None:
    if in_time:
        seconds = length_s(sheet, str(value), place)
        return None if seconds is None else seconds / SECONDS_PER_DAY
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    sheet.add("TN403", "This should be a number.", place, "Write a number, without quotes.")
    return None


def _thresholds(
    sheet: Sheet[HealthForm], form: MeasureForm, place: Path, *, in_time: bool
) -> dict[str, Any]:
    steps: dict[float, float] = {}
    kinds: set[str] = set()
    for number, one in enumerate(form.thresholds or []):
        here = (*place, number)
        given = [name for name in ("at_least", "at_most", "within") if name in one.model_fields_set]
        wanted = "within" if in_time else "at_least or at_most"
        if len(given) != 1 or (given[0] == "within") != in_time:
            message = f"A threshold here says {wanted}, and its points."
            example = "{within: 7d, points: 100}" if in_time else "{at_least: 80, points: 100}"
            sheet.add("TN432", message, here, f"Write {example}.")
            continue
        kinds.add(given[0])
        bound = _bound(sheet, getattr(one, given[0]), (*here, given[0]), in_time=in_time)
        _check_points(sheet, one.points, (*here, "points"))
        if bound in steps:
            sheet.add("TN432", "This bound stands here twice.", here, "Keep one of them.")
        elif bound is not None:
            steps[bound] = one.points
    if len(kinds) > 1:
        message = "at_least and at_most cannot be mixed in one measure."
        sheet.add("TN432", message, place, "Say all of them one way.", key=True)
    return {
        "kind": "at_least" if "at_least" in kinds else "at_most",
        "steps": sorted(steps.items()) or [(0.0, 0.0)],
        "otherwise": form.otherwise or 0.0,
    }


def _bound(sheet: Sheet[HealthForm], value: Any, place: Path, *, in_time: bool) -> float | None:
    if not in_time:
        return None if value is None else float(value)
    seconds = length_s(sheet, value, place)
    return None if seconds is None else seconds / SECONDS_PER_DAY


def _check_points(sheet: Sheet[HealthForm], points: float, place: Path) -> None:
    if not 0 <= points <= 100:
        message = f"{points:g} points are not from 0 to 100."
        sheet.add("TN433", message, place, "Write a number from 0 to 100.")
