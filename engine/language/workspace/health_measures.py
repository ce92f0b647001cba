"""The measures of health.yaml to JSON: what each kind takes, needs, and reads.

Owns what a measure says about fields and facts. It must not know models nor bands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.expressions import Names, ValueType, check_condition, check_value
from engine.language.places import Path
from engine.language.workspace.health_forms import HealthForm, MeasureForm
from engine.language.workspace.health_scales import SECONDS_PER_DAY, length_s, scale
from engine.language.workspace.model import Field, Schema
from engine.language.workspace.reading import Sheet
from engine.plan.codec import encode
from engine.plan.model import Condition
from engine.wording import nearest

_TAKES: Mapping[str, frozenset[str]] = {
    "number": frozenset({"curve", "thresholds", "otherwise"}),
    "category": frozenset({"points", "otherwise"}),
    "sentiment": frozenset(),
    "time_since": frozenset({"curve", "thresholds", "otherwise", "where", "never"}),
    "count": frozenset({"curve", "thresholds", "otherwise", "where", "over"}),
    "sum": frozenset({"curve", "thresholds", "otherwise", "where", "over", "of"}),
    "change": frozenset({"curve", "thresholds", "otherwise", "where", "over", "of"}),
    "survey": frozenset({"curve", "thresholds", "otherwise", "over"}),
    "children": frozenset({"curve", "thresholds", "otherwise", "by"}),
}
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "category": ("points",),
    "count": ("over",),
    "sum": ("over", "of"),
    "change": ("over",),
    "survey": ("over",),
}
_OWN = frozenset(
    {"curve", "thresholds", "otherwise", "points", "over", "of", "where", "never", "by"}
)
_NO_AGE = frozenset({"time_since", "children"})
SENTIMENT = "sentiment.noted"


class Measures:
    """What all measures of one file share while it is read."""

    def __init__(self, sheet: Sheet[HealthForm], schema: Schema) -> None:
        self.sheet = sheet
        self.schema = schema
        self.account = names_of("account", schema.account)
        self.values = joined(
            self.account,
            *(names_of(kind, fields) for kind, fields in schema.facts.items()),
        )

    def measure(self, name: str, form: MeasureForm, place: Path) -> dict[str, Any]:
        """Read one measure."""
        self._check_keys(form, place)
        stale = length_s(self.sheet, form.stale_after, (*place, "stale_after"))
        drop = length_s(self.sheet, form.drop_after, (*place, "drop_after"))
        if stale and drop and stale >= drop:
            message = "It would be dropped before it is stale."
            remedy = "Let drop_after be longer than stale_after."
            self.sheet.add("TN434", message, (*place, "drop_after"), remedy)
        return {
            "name": name,
            "title": form.title or titled(name),
            "weight": form.weight,
            "stale_after": stale,
            "drop_after": drop,
            "how": self._how(form, place),
        }

    def _check_keys(self, form: MeasureForm, place: Path) -> None:
        kind = form.kind
        given = {name for name in form.model_fields_set if getattr(form, name) is not None}
        extra = (given & _OWN) - _TAKES[kind]
        if kind in _NO_AGE:
            extra |= given & {"stale_after", "drop_after"}
        for name in sorted(extra):
            taken = ", ".join(sorted(_TAKES[kind])) or "no more keys of its own"
            message = f"{name} does nothing for a measure of kind {kind}."
            self.sheet.add("TN431", message, (*place, name), f"It takes {taken}.", key=True)
        for name in _NEEDS.get(kind, ()):
            if name not in given:
                self.sheet.add("TN431", f"{kind} needs {name}.", place, f"Add {name}: …", key=True)
        if kind == "children" and (form.children == "weighted") != (form.by is not None):
            message = "`weighted` and `by` go together."
            remedy = "Write {children: weighted, by: arr}, or {children: mean}."
            self.sheet.add("TN431", message, place, remedy, key=True)

    def _how(self, form: MeasureForm, place: Path) -> dict[str, Any]:
        match form.kind:
            case "number" | "category":
                return self._value(form, place)
            case "sentiment":
                return self._sentiment(form, place)
            case "time_since":
                return self._time_since(form, place)
            case "count" | "sum" | "change":
                return self._window(form, place)
            case "survey":
                over = length_s(self.sheet, form.over, (*place, "over"))
                made = scale(self.sheet, form, place)
                return {
                    "kind": "survey",
                    "survey": form.survey,
                    "over": over or SECONDS_PER_DAY,
                    "scale": made,
                }
        if form.by is not None:
            self._check_number(form.by, self.schema.account, (*place, "by"), "accounts have")
        return {
            "kind": "children",
            "take": "worst" if form.children == "worst" else "mean",
            "by": form.by,
            "scale": scale(self.sheet, form, place),
        }

    def _value(self, form: MeasureForm, place: Path) -> dict[str, Any]:
        if form.number is not None:
            value = self.condition(form.number, (*place, "number"), self.values, value="number")
            made = scale(self.sheet, form, place)
            return {"kind": "number", "value": value, "scale": made}
        points = form.points or {}
        self._check_points(points, (*place, "points"))
        if form.otherwise is not None:
            self._check_points({"otherwise": form.otherwise}, place)
        self._check_words(str(form.category).strip(), points, (*place, "points"))
        value = self.condition(str(form.category), (*place, "category"), self.values, value="any")
        return {
            "kind": "category",
            "value": value,
            "points": points,
            "otherwise": form.otherwise,
        }

    def _check_words(self, name: str, points: Mapping[str, float], place: Path) -> None:
        """Note points for what a field never is: a slip of the pen would go unseen for ever."""
        known = self.values.choices.get(name)
        for word in points if known else ():
            if known and word not in known:
                near = nearest(word, known)
                hint = f"Did you mean {near}? " if near else ""
                remedy = f"{hint}It is one of: {', '.join(known)}."
                message = f'`{name}` is never "{word}"'
                self.sheet.add("TN205", message, (*place, word), remedy, key=True)

    def _sentiment(self, form: MeasureForm, place: Path) -> dict[str, Any]:
        points = form.sentiment or {}
        self._check_points(points, (*place, "sentiment"))
        name = f"{SENTIMENT}.sentiment"
        where = self.sheet.document.where((*place, "sentiment")) if self.sheet.document else None
        assert where is not None
        value = encode(Condition(name, where, ((name, "text"),)))
        return {"kind": "category", "value": value, "points": points, "otherwise": None}

    def _check_points(self, points: Mapping[str, float], place: Path) -> None:
        for name, given in points.items():
            if not 0 <= given <= 100:
                message = f"{given:g} points are not from 0 to 100."
                self.sheet.add("TN433", message, (*place, name), "Write a number from 0 to 100.")

    def _time_since(self, form: MeasureForm, place: Path) -> dict[str, Any]:
        self._check_fact(form.time_since or "", (*place, "time_since"))
        if form.never is not None:
            self._check_points({"never": form.never}, place)
        return {
            "kind": "time_since",
            "fact": form.time_since,
            "scale": scale(self.sheet, form, place, in_time=True),
            "where": self._where(form, form.time_since or "", place),
            "never": form.never,
        }

    def _window(self, form: MeasureForm, place: Path) -> dict[str, Any]:
        kind = form.kind
        fact = str(getattr(form, kind))
        known = self._check_fact(fact, (*place, kind))
        if form.of is not None and known:
            self._check_number(form.of, self.schema.facts[fact], (*place, "of"), f"{fact} tells")
        return {
            "kind": "window",
            "fact": fact,
            "take": kind,
            "over": length_s(self.sheet, form.over, (*place, "over")) or SECONDS_PER_DAY,
            "scale": scale(self.sheet, form, place),
            "field": form.of,
            "where": self._where(form, fact, place),
        }

    def _where(self, form: MeasureForm, fact: str, place: Path) -> Any:
        if form.where is None:
            return None
        names = names_of("fact", self.schema.facts.get(fact, {}))
        return self.condition(form.where, (*place, "where"), names)

    # --- names --------------------------------------------------------------------------------

    def _check_fact(self, kind: str, place: Path) -> bool:
        known = self.schema.facts
        if kind in known:
            return True
        near = nearest(kind, known)
        remedy = f"Did you mean {near}?" if near else "Declare it under `facts:` in schema.yaml."
        self.sheet.add("TN435", f"There is no kind of fact {kind}.", place, remedy)
        return False

    def _check_number(
        self, name: str, fields: Mapping[str, Field], place: Path, whose: str
    ) -> None:
        if name in fields and fields[name].type == "number":
            return
        numbers = [one.name for one in fields.values() if one.type == "number"]
        near = nearest(name, numbers)
        otherwise = f"Numbers {whose}: {', '.join(numbers) or 'none; declare one in schema.yaml'}."
        message = f"{name} is not a number that {whose}."
        self.sheet.add("TN436", message, place, f"Did you mean {near}?" if near else otherwise)

    def condition(self, text: str, place: Path, names: Names, *, value: str = "") -> Any:
        """Check a condition, or the expression of a `value`; return it as JSON."""
        document = self.sheet.document
        assert document is not None
        where = document.scalar_start(place)
        if value:
            wanted: ValueType | None = "number" if value == "number" else None
            found, problems = check_value(text, names, where, wanted)
        else:
            found, problems = check_condition(text, names, where)
        self.sheet.problems.extend(problems)
        if found is None:
            return encode(Condition("false", where, ()))
        if clock := [name for name, _ in found.refs if name in ("now", "today")]:
            message = f"A health model cannot read `{clock[0]}`."
            remedy = "Say what time does with time_since, stale_after or drop_after."
            self.sheet.add("TN438", message, place, remedy)
        return encode(found)


def names_of(prefix: str, fields: Mapping[str, Field]) -> Names:
    """Return the names of fields under a prefix."""
    types: dict[str, ValueType] = {f"{prefix}.{name}": one.type for name, one in fields.items()}
    choices = {f"{prefix}.{name}": one.one_of for name, one in fields.items() if one.one_of}
    return Names(types, choices)


def joined(*parts: Names) -> Names:
    """Join several sets of names."""
    types: dict[str, ValueType] = {}
    choices: dict[str, tuple[str, ...]] = {}
    for part in parts:
        types.update(part.types)
        choices.update(part.choices)
    return Names(types, choices)


def titled(name: str) -> str:
    """Return what people see of something that has only a name.

    >>> titled("seats_in_use")
    'Seats in use'
    """
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
