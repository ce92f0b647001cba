"""What authors may write in health.yaml, as pydantic forms.

Owns keys, kinds of value and what one measure alone can get wrong. What it says about fields, facts
and bands is looked at in `health.py`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from engine.language.workspace.forms import FactName, Form, Identifier, Line, refusal

KINDS = (
    *("number", "category", "sentiment", "time_since"),
    *("count", "sum", "change", "survey", "children"),
)

Length = Annotated[
    str,
    BeforeValidator(
        lambda given: (
            str(given) if isinstance(given, int | float) and not isinstance(given, bool) else given
        ),
        json_schema_input_type=str,
    ),
]
"""A length of time as text; the reader of such says what is wrong with a bare number."""
Condition = Annotated[
    str,
    BeforeValidator(
        lambda given: str(given).lower() if isinstance(given, bool) else given,
        json_schema_input_type=str | bool,
    ),
]
Formula = Condition
"""An expression that gives a value."""
Curve = list[list[Any]]
"""Pairs of a value and its points."""
Points = dict[str, float]


class StayForm(Form):
    """How long an account stays in a band at least."""

    before_better: Length | None = None
    before_worse: Length | None = None


def _both(given: Any) -> Any:
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        return {"before_better": str(given), "before_worse": str(given)}
    return given


Stay = Annotated[StayForm, BeforeValidator(_both, json_schema_input_type=StayForm | str)]


class SteadyForm(Form):
    """What keeps accounts from flapping between two bands; for scores from outside too."""

    hysteresis: float = Field(0, ge=0, le=50)
    stay: Stay | None = None


class ThresholdForm(Form):
    """The points of values from a bound on: one of at_least, at_most and within."""

    points: float
    at_least: float | None = None
    at_most: float | None = None
    within: Length | None = None


class MeasureForm(Form):
    """One measure: exactly one of the first nine keys, and what belongs to it."""

    number: Formula | None = None
    category: Formula | None = None
    sentiment: Points | None = None
    time_since: FactName | None = None
    count: FactName | None = None
    sum: FactName | None = None
    change: FactName | None = None
    survey: Literal["nps", "csat", "ces"] | None = None
    children: Literal["mean", "weighted", "worst"] | None = None
    title: Line | None = None
    weight: float = Field(1, gt=0, le=1000)
    stale_after: Length | None = None
    drop_after: Length | None = None
    curve: Curve | None = Field(None, min_length=2)
    thresholds: list[ThresholdForm] | None = Field(None, min_length=1)
    otherwise: float | None = None
    points: Points | None = Field(None, min_length=1)
    over: Length | None = None
    of: Identifier | None = None
    where: Condition | None = None
    never: float | None = None
    by: Identifier | None = None

    @model_validator(mode="after")
    def _is_one_kind(self) -> MeasureForm:
        given = [name for name in KINDS if getattr(self, name) is not None]
        if len(given) == 1:
            return self
        said = f"says {' and '.join(given)}" if given else "does not say what it measures"
        remedy = f"Give it exactly one of {', '.join(KINDS[:-1])} and {KINDS[-1]}."
        raise refusal("TN430", f"The measure {said}.", remedy)

    @property
    def kind(self) -> str:
        """The key that says what it measures."""
        return next(name for name in KINDS if getattr(self, name) is not None)


class MeasureGroupForm(Form):
    """Measures that belong together; what is missing of them, the others of the group make up."""

    measures: dict[Identifier, MeasureForm] = Field(min_length=1)
    weight: float = Field(1, gt=0, le=1000)
    title: Line | None = None


class RuleForm(Form):
    """A band forced while a condition holds, whatever the sum says."""

    when: Condition
    band: Identifier
    because: Line | None = None


class ModelForm(Form):
    """How the score of some accounts is computed."""

    groups: dict[Identifier, MeasureGroupForm] = Field(min_length=1)
    title: Line | None = None
    when: Condition | None = None
    overrides: list[RuleForm] = Field([])


class HealthForm(Form):
    """health.yaml"""

    models: dict[Identifier, ModelForm] = Field({})
    bands: SteadyForm | None = None
