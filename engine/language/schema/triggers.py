"""What starts a playbook: triggers and the rest of the `enroll` section.

Owns their keys, with the words the language reference and editors show. Knows nothing of plans.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from engine.language.schema.words import (
    ConditionText,
    FactName,
    Form,
    Name,
    SpanText,
    Text,
    refusal,
)


class EntersTrigger(Form):
    """The health score comes into a band from another."""

    band: Name = Field(
        alias="health.enters",
        description="The band.",
        examples=["red"],
        json_schema_extra={"x-names": "bands"},
    )


class LeavesTrigger(Form):
    """The health score leaves a band for another."""

    band: Name = Field(
        alias="health.leaves",
        description="The band.",
        examples=["green"],
        json_schema_extra={"x-names": "bands"},
    )


class Change(Form):
    """How much, in what time."""

    by: float = Field(gt=0, le=100, description="Points of the score.")
    within: SpanText = Field(description="In what time.", examples=["14d"])


class DropsTrigger(Form):
    """The health score falls."""

    change: Change = Field(alias="health.drops", examples=[{"by": 15, "within": "14d"}])


class RisesTrigger(Form):
    """The health score rises."""

    change: Change = Field(alias="health.rises", examples=[{"by": 20, "within": "30d"}])


class Line(Form):
    """A line the score can cross."""

    below: float | None = Field(None, ge=0, le=100, description="It falls below this.")
    above: float | None = Field(None, ge=0, le=100, description="It rises above this.")

    @model_validator(mode="after")
    def _goes_one_way(self) -> Line:
        if (self.below is None) == (self.above is None):
            message = "A line is crossed one way: `below` or `above`."
            raise refusal("TN161", message, "Write {below: 50}.")
        return self


class CrossesTrigger(Form):
    """The health score crosses a line."""

    line: Line = Field(alias="health.crosses", examples=[{"below": 50}])


class FactTrigger(Form):
    """Something happens to the account."""

    fact: FactName = Field(
        description="What happens.",
        examples=["champion.left"],
        json_schema_extra={"x-names": "facts"},
    )
    where: ConditionText | None = Field(
        None,
        description="Only when this holds; `fact.<field>` are the fact's own values.",
        examples=["fact.score <= 6"],
    )


class LateBody(Form):
    """How late it may still start a run."""

    run: SpanText = Field(
        description="So late it still starts one; later it is left out.", examples=["7d"]
    )


def _late_kind(given: Any) -> str:
    return "<mapping>" if isinstance(given, dict) else "<word>"


IfLate = Annotated[
    Annotated[Literal["run", "skip"], Tag("<word>")] | Annotated[LateBody, Tag("<mapping>")],
    Discriminator(_late_kind),
]
_LATE = (
    "What happens when the moment was missed, as nothing was running or the date moved: `run` "
    "however late, `skip`, or `{run: 7d}` at most so late, which is also what happens without it."
)


class DateTrigger(Form):
    """A date of the account comes near."""

    date: Text = Field(
        description="So long before or after a date of the account, or of the contact.",
        examples=["90d before account.renewal_date"],
    )
    if_late: IfLate | None = Field(None, description=_LATE, examples=[{"run": "7d"}])


class ScheduleTrigger(Form):
    """A fixed time comes round, for every account that `when` holds for."""

    schedule: Text = Field(
        description="Minute, hour, day of the month, month, day of the week.",
        examples=["0 9 * * mon"],
    )
    zone: Text | None = Field(
        None, description="The time zone; without it the workspace's.", examples=["Europe/Berlin"]
    )
    if_late: IfLate | None = Field(
        None, description=f"{_LATE} Of several missed, only the latest counts.", examples=["skip"]
    )


class MatchesTrigger(Form):
    """A condition comes true that was not true before."""

    matches: ConditionText = Field(description="The condition.")


class StopsMatchingTrigger(Form):
    """A condition that was true is true no more."""

    stops_matching: ConditionText = Field(description="The condition.")


class SurveyTrigger(Form):
    """A survey is answered."""

    survey: Literal["nps", "csat", "ces"] = Field(description="The kind of survey.")
    where: ConditionText | None = Field(
        None,
        description="Only when this holds; `fact.score` and `fact.comment` are the answer.",
        examples=["fact.score <= 6"],
    )


class HandTrigger(Form):
    """Somebody starts it. (Anybody may start any playbook; this only says that it is meant.)"""

    by_hand: Literal[True] = Field(description="Always `true`.")


TRIGGERS: dict[str, type[Form]] = {
    "health.enters": EntersTrigger,
    "health.leaves": LeavesTrigger,
    "health.drops": DropsTrigger,
    "health.rises": RisesTrigger,
    "health.crosses": CrossesTrigger,
    "fact": FactTrigger,
    "date": DateTrigger,
    "schedule": ScheduleTrigger,
    "matches": MatchesTrigger,
    "stops_matching": StopsMatchingTrigger,
    "survey": SurveyTrigger,
    "by_hand": HandTrigger,
}


class Brake(Form):
    """A limit on how many runs begin."""

    at_most: int = Field(ge=1, description="How many.")
    per: Literal["hour", "day", "week", "month"] = Field(description="In what time.")


def _one_as_list(given: Any) -> Any:
    return [given] if isinstance(given, dict) else given


TriggerList = Annotated[
    list[Any],
    BeforeValidator(_one_as_list),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"x-defined": "Trigger"},
                {"type": "array", "items": {"x-defined": "Trigger"}, "minItems": 1},
            ]
        }
    ),
]


class EnrollForm(Form):
    """What starts a run, for whom, and how often."""

    on: TriggerList | None = Field(
        None, description="Any of these starts a run. Without it, only people and playbooks do."
    )
    when: ConditionText | None = Field(
        None,
        description="And only when this holds.",
        examples=['account.lifecycle == "adopting" && account.arr >= 10000'],
    )
    again_after: SpanText | None = Field(
        None,
        description="How long after a run ended the next may begin; without it, at once.",
    )
    brake: Brake | None = Field(
        None,
        description="Above this, new runs are held until somebody releases them.",
        examples=[{"at_most": 25, "per": "day"}],
    )
    while_active: Literal["ignore", "restart", "queue"] = Field(
        "ignore", description="What a trigger does while a run is under way."
    )
    first: Text | None = Field(
        None, alias="from", description="The first day it starts runs.", examples=["2026-12-01"]
    )
    last: Text | None = Field(
        None, alias="until", description="The last day it starts runs.", examples=["2027-01-31"]
    )
