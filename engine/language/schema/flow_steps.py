"""Steps that steer: if, wait, parallel, repeat, split, for_each, end.

Owns their keys, with the words the language reference and editors show. Knows nothing of plans.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from engine.language.schema.words import (
    ConditionText,
    Form,
    Id,
    Name,
    Names,
    SomeSteps,
    SpanText,
    Steps,
    WhenText,
    refusal,
)

_OWN_ID = "A name for the step; without it, its kind and number (`wait-1`)."


class ElifForm(Form):
    """A further condition, looked at when those above do not hold."""

    condition: ConditionText = Field(alias="if", description="The condition.")
    then: Steps = Field(description="What happens when it holds.")


class IfStep(Form):
    """Go one way or another. The first condition that holds decides."""

    condition: ConditionText = Field(
        alias="if", description="The condition.", examples=['triage.risk_reason == "champion"']
    )
    then: Steps = Field(description="What happens when it holds.")
    elifs: list[ElifForm] = Field([], alias="elif", description="Further conditions, in order.")
    otherwise: Steps | None = Field(
        None, alias="else", description="What happens when none of them holds."
    )
    id: Id | None = Field(None, description=_OWN_ID)


class WaitBody(Form):
    """Wait for a condition."""

    until: ConditionText = Field(description="What is waited for.")
    at_most: WhenText | None = Field(None, description="How long at most.")
    otherwise: Steps | None = Field(None, description="What happens when time is up.")

    @model_validator(mode="after")
    def _keys_fit(self) -> WaitBody:
        if self.otherwise is not None and self.at_most is None:
            message = "`otherwise` says what happens when time is up, but there is no `at_most`."
            raise refusal("TN161", message, "Add `at_most: 5 business days`.", "otherwise")
        return self


def _wait_kind(given: Any) -> str:
    return "<mapping>" if isinstance(given, dict) else "<text>"


class WaitStep(Form):
    """Wait for a time, a date, a fact or a condition.

    Later steps read `<id>.met` and `<id>.timed_out` when the wait has an id.
    """

    wait: Annotated[
        Annotated[WhenText, Tag("<text>")] | Annotated[WaitBody, Tag("<mapping>")],
        Discriminator(_wait_kind),
    ] = Field(
        description="How long, or until which date; or a mapping with `until` and `at_most`.",
        examples=["5 business days", "60d before account.renewal_date", {"until": "meeting.held"}],
    )
    until: ConditionText | None = Field(
        None, description="Ends the wait early as soon as it holds.", examples=["email.replied"]
    )
    otherwise: Steps | None = Field(
        None, description="What happens when time is up before `until` holds."
    )
    if_past: Literal["now", "skip"] = Field(
        "now",
        description="For an offset from a date, when that has gone by already: go on `now`, or "
        "`skip` the step that follows the wait.",
    )
    id: Id | None = Field(None, description=_OWN_ID)

    @model_validator(mode="after")
    def _keys_fit(self) -> WaitStep:
        if isinstance(self.wait, WaitBody):
            for key in ("until", "otherwise"):
                if getattr(self, key) is not None:
                    message = f"`{key}` belongs into the mapping after `wait`."
                    raise refusal("TN161", message, f"Move `{key}` there.", key)
        elif self.otherwise is not None and self.until is None:
            message = "`otherwise` needs an `until` that was not met in time."
            remedy = "Put the steps behind the wait, or add `until`."
            raise refusal("TN161", message, remedy, "otherwise")
        return self


class ParallelStep(Form):
    """Do several things at once. Later steps wait for all of them, or for the first."""

    parallel: dict[Id, Steps] = Field(
        min_length=1, description="The branches by name, each a list of steps."
    )
    join: Literal["all", "first"] = Field(
        "all",
        description="`all`: go on when every branch is over. `first`: when one is; the others are "
        "cancelled, their tasks withdrawn.",
    )
    id: Id | None = Field(None, description=_OWN_ID)


class CadenceChoice(Form):
    """A length of time that depends on a condition."""

    condition: ConditionText | None = Field(None, alias="if", description="The condition.")
    then: SpanText | None = Field(None, description="How often when it holds.")
    otherwise: SpanText | None = Field(None, alias="else", description="How often when not.")

    @model_validator(mode="after")
    def _keys_fit(self) -> CadenceChoice:
        if (self.condition is None) != (self.then is None):
            raise refusal("TN161", "`if` and `then` go together.", "Write {if: …, then: 1w}.")
        if self.condition is None and self.otherwise is None:
            raise refusal("TN161", "This says nothing.", "Write {if: …, then: 1w, else: 1 month}.")
        return self


def _cadence(given: Any) -> Any:
    if isinstance(given, dict):
        return [given]
    return [{"else": given}] if isinstance(given, str | int | float) else given


Cadence = Annotated[
    list[CadenceChoice],
    BeforeValidator(
        _cadence, json_schema_input_type=SpanText | CadenceChoice | list[CadenceChoice]
    ),
    Field(min_length=1),
]


class RepeatBody(Form):
    """What is repeated, how often, and until when."""

    steps: SomeSteps = Field(description="What is done each time.")
    every: Cadence | None = Field(
        None,
        description="How often, counted from the start of one time to the start of the next; may "
        "depend on conditions, which are looked at each time.",
        examples=["1w", {"if": "health.score < 50", "then": "1w", "else": "1 month"}],
    )
    at_most: int | None = Field(None, ge=1, le=1000, description="How many times at most.")
    until: ConditionText | None = Field(None, description="No more as soon as this holds.")


class RepeatStep(Form):
    """Do something again and again. Later steps read `<id>.times` when it has an id."""

    repeat: RepeatBody = Field(description="What is repeated, how often, and until when.")
    id: Id | None = Field(None, description=_OWN_ID)


class ArmForm(Form):
    """One arm of a split."""

    weight: float = Field(1, ge=0, description="Its share, relative to the other arms.")
    steps: Steps = Field([], description="What happens in it.")
    holdout: bool = Field(
        False, description="`true`: the group the others are measured against, left alone."
    )


class SplitStep(Form):
    """Send accounts different ways by lot; the same account always takes the same way.

    Later steps read `tone.arm`.
    """

    split: Id = Field(description="The split's id, yours to choose.", examples=["tone"])
    arms: dict[Id, ArmForm] = Field(min_length=2, description="The ways, by name.")


class EachForm(Form):
    """Which contacts or child accounts."""

    contacts: Names | None = Field(
        None,
        description="Contacts of these roles, or `all`.",
        examples=["champion", ["champion", "admin"], "all"],
        json_schema_extra={"x-names": "contact roles"},
    )
    children: Literal["all"] | None = Field(None, description="`all`: each child account.")
    where: ConditionText | None = Field(
        None, description="Only those for which this holds.", examples=['item.language == "de"']
    )

    @model_validator(mode="after")
    def _names_a_group(self) -> EachForm:
        if (self.contacts is None) == (self.children is None):
            message = "for_each goes over `contacts` or over `children`, one of the two."
            raise refusal("TN161", message, "Write {contacts: champion}, or {children: all}.")
        return self


class ForEachStep(Form):
    """Do something for each contact, or each child account, all at once.

    Inside, `item` is the contact or the child account: `to: item`, `{{ item.first_name }}`.
    """

    for_each: EachForm = Field(description="Which contacts or child accounts.")
    steps: SomeSteps = Field(description="What is done for each.")
    id: Id | None = Field(None, description=_OWN_ID)


class EndStep(Form):
    """End the run here."""

    end: Name = Field(description="What the run came to.", examples=["saved", "lost"])
    id: Id | None = Field(None, description=_OWN_ID)
