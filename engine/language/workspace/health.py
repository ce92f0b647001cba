"""health.yaml to the JSON of health models (`engine/health/codec.py` reads it).

Owns what a model says about fields, facts and bands. It must not know how health is worked out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.expressions import Names, ValueType
from engine.language.places import Path
from engine.language.workspace.health_forms import (
    HealthForm,
    MeasureForm,
    ModelForm,
    RuleForm,
    SteadyForm,
)
from engine.language.workspace.health_measures import Measures, joined, titled
from engine.language.workspace.health_scales import length_s
from engine.language.workspace.model import Band, Schema
from engine.language.workspace.reading import Sheet
from engine.wording import nearest


def build_health(
    sheet: Sheet[HealthForm], schema: Schema, bands: tuple[Band, ...]
) -> dict[str, Any]:
    """Return the JSON; empty when there is no health.yaml. What is wrong is noted in the sheet."""
    form = sheet.form
    if form is None or sheet.document is None:
        return {}
    making = _Making(sheet, schema, bands)
    models = [making.model(name, one) for name, one in form.models.items()]
    named = list(form.models)
    for number, name in enumerate(named[:-1]):
        if form.models[name].when is None:
            message = f"{name} has no `when`, so no account comes to {named[number + 1]}."
            remedy = f"Give {name} a `when`, or put it last."
            sheet.add("TN440", message, ("models", named[number + 1]), remedy, key=True)
            break
    return {"bands": making.steady(form), "models": models}


class _Making:
    """What all models of one file share while it is read."""

    def __init__(self, sheet: Sheet[HealthForm], schema: Schema, bands: tuple[Band, ...]) -> None:
        self.sheet = sheet
        self.bands = bands
        self.measures = Measures(sheet, schema)

    # --- bands --------------------------------------------------------------------------------

    def steady(self, form: HealthForm) -> dict[str, Any]:
        """Read what keeps bands from flapping."""
        steady = form.bands or SteadyForm()
        by = steady.hysteresis
        for band in self.bands[1:]:
            if by and not (band.at_least - by > 0 and band.at_least + by <= 100):
                message = f"No score is {by:g} points beyond where {band.name} begins both ways."
                remedy = "Make it smaller: 2 or 3 points are usual."
                self.sheet.add("TN441", message, ("bands", "hysteresis"), remedy)
                break
        kept: dict[str, Any] = {"hysteresis": by}
        for name in ("before_better", "before_worse"):
            written = getattr(steady.stay, name, None)
            place: Path = ("bands", "stay", name)  # of the short form, its only value
            kept[f"{name}_s"] = length_s(self.sheet, written, place) or 0
        return kept

    # --- models -------------------------------------------------------------------------------

    def model(self, name: str, form: ModelForm) -> dict[str, Any]:
        """Read one model."""
        place: Path = ("models", name)
        seen: dict[str, MeasureForm] = {}
        groups = []
        for group, one in form.groups.items():
            at = (*place, "groups", group, "measures")
            for measure in one.measures:
                if measure in seen:
                    message = f"There are two measures {measure} in {name}."
                    remedy = f"Call it {group}_{measure}."
                    self.sheet.add("TN439", message, (*at, measure), remedy, key=True)
            seen |= one.measures
            measures = [
                self.measures.measure(measure, given, (*at, measure))
                for measure, given in one.measures.items()
            ]
            groups.append(
                {
                    "name": group,
                    "title": one.title or titled(group),
                    "weight": one.weight,
                    "measures": measures,
                }
            )
        made: dict[str, Any] = {"name": name, "title": form.title or titled(name)}
        if form.when is not None:
            made["when"] = self.measures.condition(
                form.when, (*place, "when"), self.measures.account
            )
        names = self._rule_names(form, seen)
        made["groups"] = groups
        made["rules"] = [
            self.rule(rule, (*place, "overrides", number), names)
            for number, rule in enumerate(form.overrides)
        ]
        _mark_daily(groups, made["rules"])
        return made

    def _rule_names(self, form: ModelForm, measures: Mapping[str, MeasureForm]) -> Names:
        types: dict[str, ValueType] = {f"groups.{name}": "number" for name in form.groups}
        choices: dict[str, tuple[str, ...]] = {}
        for name, one in measures.items():
            worded = one.sentiment or (one.points if one.kind == "category" else None)
            types[f"measures.{name}"] = "text" if worded else "number"
            if one.sentiment:
                choices[f"measures.{name}"] = tuple(one.sentiment)
        return joined(self.measures.account, Names(types, choices))

    def rule(self, form: RuleForm, place: Path, names: Names) -> dict[str, Any]:
        """Read one override."""
        known = [band.name for band in self.bands]
        if form.band not in known:
            near = nearest(form.band, known)
            remedy = f"Did you mean {near}?" if near else f"There are {', '.join(known)}."
            message = f'There is no band "{form.band}".'
            self.sheet.add("TN437", message, (*place, "band"), remedy)
        return {
            "when": self.measures.condition(form.when, (*place, "when"), names),
            "band": form.band,
            "because": form.because or "",
        }


def _mark_daily(groups: list[dict[str, Any]], rules: list[dict[str, Any]]) -> None:
    """Say of a time_since that each day counts, when a rule reads the days."""
    read = {name for rule in rules for name, _ in rule["when"].get("refs", ())}
    for group in groups:
        for one in group["measures"]:
            if one["how"]["kind"] == "time_since" and f"measures.{one['name']}" in read:
                one["how"]["daily"] = True
