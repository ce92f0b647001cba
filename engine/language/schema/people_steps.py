"""Steps that ask something of people: task, approve, escalate.

Owns their keys, with the words the language reference and editors show. Knows nothing of plans.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from engine.language.schema.words import (
    ConditionText,
    Form,
    Id,
    Ids,
    Name,
    Ref,
    RoleName,
    RoleNames,
    SkipOrSteps,
    SkipRejectOrSteps,
    SpanText,
    Steps,
    Text,
    WhenText,
    refusal,
)


class AskForm(Form):
    """One question a task asks when it is completed."""

    type: Literal["text", "number", "bool", "date"] | None = Field(
        None, description="The kind of answer; with `one_of` it is a text."
    )
    one_of: list[Text] = Field([], description="The only answers allowed.")
    required: bool = Field(True, description="Whether the task can be completed without it.")

    @model_validator(mode="after")
    def _has_a_type(self) -> AskForm:
        if self.type is None and not self.one_of:
            message = "The question says neither its type nor the answers allowed."
            raise refusal("TN161", message, "Write text, number, bool, date, or {one_of: [a, b]}.")
        if self.one_of and self.type not in (None, "text"):
            message = f"one_of lists texts, so the type cannot be {self.type}."
            raise refusal("TN161", message, "Leave `type` out.", "type")
        return self


def _short_ask(given: Any) -> Any:
    if isinstance(given, list):
        message = "A question is a mapping or a type, not a list."
        answers = ", ".join(map(str, given[:6]))
        raise refusal("TN152", message, f"Write {{one_of: [{answers}]}}.")
    return {"type": given} if isinstance(given, str) else given


Ask = Annotated[
    AskForm,
    BeforeValidator(
        _short_ask, json_schema_input_type=AskForm | Literal["text", "number", "bool", "date"]
    ),
]


class RungForm(Form):
    """One rung of the ladder a task climbs once it is overdue."""

    after: SpanText = Field(description="How long after the due moment.")
    remind: RoleName | None = Field(None, description="Who is reminded of the task.")
    escalate: RoleName | None = Field(None, description="Who is told that it is overdue.")

    @model_validator(mode="after")
    def _does_one_thing(self) -> RungForm:
        if (self.remind is None) == (self.escalate is None):
            message = "A rung does one thing: remind somebody, or escalate to somebody."
            raise refusal("TN161", message, "Write {after: 1 business day, escalate: csm_manager}.")
        return self


class TaskStep(Form):
    """Put a task into somebody's inbox and, unless it is optional, wait until it is done.

    Later steps read what came of it: `triage.done`, `triage.late`, and each answer
    (`triage.risk_reason`).
    """

    task: Id = Field(description="The task's id, yours to choose.", examples=["triage"])
    title: Text | None = Field(
        None,
        description="What the inbox shows; may hold {{ variables }}. Without it, the id in words.",
        examples=["Triage {{ account.name }}: health {{ health.score }}"],
    )
    description: Text | None = Field(None, description="More words, shown when the task is opened.")
    assign: Ref = Field(
        description="Who does it: a role, a person, one of a team, or a contact of the customer."
    )
    fallback: Ref | None = Field(None, description="Who does it when `assign` has nobody.")
    due: WhenText | None = Field(
        None, description="When it is due: so long after it is handed out, or around a date."
    )
    checklist: list[Text] = Field([], description="Things to tick off on the way.")
    ask: dict[Name, Ask] = Field(
        {},
        description="What the person must answer to complete it.",
        examples=[{"risk_reason": {"one_of": ["budget", "value"]}, "go_live": "date"}],
    )
    required: bool = Field(
        True,
        description="`false`: go on at once; the task stays open beside the run, and in the inbox "
        "when the run ends. The run waits for its overdue ladder and its `done_when` all the same.",
    )
    depends_on: Ids = Field([], description="Tasks that must be over before this one begins.")
    done_when: ConditionText | None = Field(
        None, description="Completes the task by itself as soon as this holds."
    )
    overdue: list[RungForm] = Field(
        [], description="Who is reminded, and who is told, when the due moment has passed."
    )
    within: WhenText | None = Field(
        None, description="After this the task is withdrawn and the run goes on."
    )
    otherwise: SkipOrSteps | None = Field(
        None, description="What happens then: `skip` (just go on), or these steps."
    )
    priority: Literal["low", "normal", "high"] = Field(
        "normal", description="How it is sorted in the inbox."
    )

    @model_validator(mode="after")
    def _keys_fit(self) -> TaskStep:
        if self.otherwise is not None and self.within is None:
            message = "`otherwise` says what happens when time is up, but there is no `within`."
            raise refusal("TN161", message, "Add `within: 5 business days`.", "otherwise")
        if self.overdue and self.due is None:
            message = "`overdue` counts from the due moment, but there is no `due`."
            raise refusal("TN161", message, "Add `due: 2 business days`.", "overdue")
        if self.within is not None and not self.required:
            message = "`within` ends a wait, and a task that is not required is not waited for."
            raise refusal("TN161", message, "Remove `within`, or `required: false`.", "within")
        return self


class ApproveStep(Form):
    """A gate: wait until somebody says yes or no.

    Approved, the run goes on. Rejected, the steps under `rejected` run and then the run goes on;
    without `rejected` it ends with the outcome `rejected`. Later steps read `go_live.decision`
    (`approved`, `rejected` or `timeout`).
    """

    approve: Id = Field(description="The gate's id, yours to choose.", examples=["go-live"])
    by: Ref = Field(description="Who decides.")
    fallback: Ref | None = Field(None, description="Who decides when `by` has nobody.")
    title: Text | None = Field(None, description="What the inbox shows.")
    description: Text | None = Field(None, description="More words, shown when it is opened.")
    due: WhenText | None = Field(None, description="When the decision is due.")
    overdue: list[RungForm] = Field([], description="Who is reminded or told when it is overdue.")
    within: WhenText | None = Field(None, description="How long the gate waits at most.")
    otherwise: SkipRejectOrSteps | None = Field(
        None,
        description="What no answer in time means: `reject` (the default), `skip` (go on as if "
        "approved), or these steps.",
    )
    rejected: Steps | None = Field(None, description="What happens when the answer is no.")

    @model_validator(mode="after")
    def _keys_fit(self) -> ApproveStep:
        if self.otherwise is not None and self.within is None:
            message = "`otherwise` says what happens when time is up, but there is no `within`."
            raise refusal("TN161", message, "Add `within: 2 business days`.", "otherwise")
        if self.overdue and self.due is None:
            message = "`overdue` counts from the due moment, but there is no `due`."
            raise refusal("TN161", message, "Add `due: 1 business day`.", "overdue")
        return self


class EscalateStep(Form):
    """Raise an alarm and take it up the chain until somebody acknowledges it.

    Later steps read `save_decision.acknowledged` and `save_decision.level` (how far up it went,
    counted from 0).
    """

    escalate: Id = Field(description="The alarm's id, yours to choose.", examples=["save-decision"])
    title: Text | None = Field(None, description="The headline; may hold {{ variables }}.")
    message: Text | None = Field(None, description="More words; the story so far is added to them.")
    to: RoleNames = Field(
        description="The chain, lowest first.", examples=[["csm_manager", "vp_cs", "cro"]]
    )
    every: SpanText = Field(description="How long each of them has before the next is told.")
    until: ConditionText | Literal["acknowledged"] | None = Field(
        None,
        description="`acknowledged`, or a condition that also ends it. Acknowledging always does.",
        examples=["acknowledged", "health.score >= 50"],
    )
    give_up: SpanText | None = Field(
        None, description="How long after the last of the chain the alarm ends unanswered."
    )
    otherwise: Steps | None = Field(None, description="What happens when it ended unanswered.")

    @model_validator(mode="after")
    def _keys_fit(self) -> EscalateStep:
        if self.otherwise is not None and self.give_up is None:
            message = (
                "`otherwise` says what happens when nobody answers, but there is no `give_up`."
            )
            raise refusal("TN161", message, "Add `give_up: 2 business days`.", "otherwise")
        return self
