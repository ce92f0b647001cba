"""A playbook file as a whole, and the register of step kinds.

Owns the top-level keys and which steps a step can hold. Knows nothing of plans.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from engine.language.schema.flow_steps import (
    EndStep,
    ForEachStep,
    IfStep,
    ParallelStep,
    RepeatStep,
    SplitStep,
    WaitStep,
)
from engine.language.schema.message_steps import CallStep, EmailStep, NotifyStep, SurveyStep
from engine.language.schema.people_steps import ApproveStep, EscalateStep, TaskStep
from engine.language.schema.record_steps import SetStep, StartStep, StopStep, TransferStep
from engine.language.schema.triggers import EnrollForm
from engine.language.schema.words import (
    ConditionText,
    Form,
    Id,
    Name,
    Ref,
    Scalar,
    SomeSteps,
    SpanText,
    Text,
)

STEPS: dict[str, type[Form]] = {
    "task": TaskStep,
    "approve": ApproveStep,
    "escalate": EscalateStep,
    "email": EmailStep,
    "survey": SurveyStep,
    "notify": NotifyStep,
    "call": CallStep,
    "if": IfStep,
    "wait": WaitStep,
    "parallel": ParallelStep,
    "repeat": RepeatStep,
    "split": SplitStep,
    "for_each": ForEachStep,
    "set": SetStep,
    "start": StartStep,
    "stop": StopStep,
    "transfer": TransferStep,
    "end": EndStep,
}

NAMED_BY_KIND = frozenset(
    {"task", "approve", "escalate", "email", "survey", "notify", "call", "split"}
)
"""Kinds whose key's value is the step's id; the others have an `id` key."""

BODIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "task": (("otherwise",),),
    "approve": (("rejected",), ("otherwise",)),
    "escalate": (("otherwise",),),
    "if": (("then",), ("elif", "*", "then"), ("else",)),
    "wait": (("otherwise",), ("wait", "otherwise")),
    "parallel": (("parallel", "*"),),
    "repeat": (("repeat", "steps"),),
    "split": (("arms", "*", "steps"),),
    "for_each": (("steps",),),
}
"""Where a step of each kind holds other steps; `*` is any key or index."""


class InputForm(Form):
    """A value given when a run begins: one playbook, several variants."""

    type: Literal["text", "number", "bool", "date"] = Field("text", description="Its kind.")
    default: Scalar = Field(None, description="Its value when none is given.")
    one_of: list[Text] = Field([], description="The only texts allowed.")


def _short_input(given: Any) -> Any:
    return {"type": given} if isinstance(given, str) else given


class ExitForm(Form):
    """A condition that ends the run."""

    when: ConditionText = Field(description="The condition.")
    outcome: Name = Field("exited", description="What the run came to.", examples=["lost"])


class MilestoneForm(Form):
    """Something that should have happened by a certain time. Measured, never waited for."""

    when: ConditionText = Field(description="What counts as reached.")
    within: SpanText | None = Field(None, description="Counted from the start of the run.")


class PlaybookForm(Form):
    """A playbook: what starts it, what it is for, and its steps."""

    playbook: Id = Field(description="Its name, used everywhere.", examples=["churn-rescue"])
    title: Text | None = Field(None, description="What people see; without it, the name in words.")
    description: Text | None = Field(None, description="What it is for.")
    subject: Literal["account", "contact"] = Field(
        "account", description="Whether a run is about an account, or about one contact of it."
    )
    inputs: dict[
        Name,
        Annotated[
            InputForm,
            BeforeValidator(
                _short_input,
                json_schema_input_type=InputForm | Literal["text", "number", "bool", "date"],
            ),
        ],
    ] = Field(
        {},
        description="Values given when a run begins; steps read `inputs.<name>`.",
        examples=[{"tier": {"one_of": ["gold", "silver"], "default": "silver"}}],
    )
    mode: Literal["live", "draft"] = Field(
        "live",
        description="`draft`: its triggers are decided and written down, and nothing begins.",
    )
    owner: Ref | None = Field(
        None,
        description="Who of ours is told of it, such as when its brake holds runs: a role or a "
        "person. Without it, the role `cs_ops` if there is one, else the workspace's own address.",
        examples=["csm_manager"],
    )
    enroll: EnrollForm | None = Field(None, description="What starts a run.")
    goal: ConditionText | None = Field(
        None,
        description="As soon as this holds the run ends with the outcome `achieved`.",
        examples=['health.band == "green"'],
    )
    exit: list[ExitForm] = Field([], description="Conditions that end the run at any moment.")
    milestones: dict[Id, MilestoneForm] = Field(
        {}, description="Conditions with a target time: measured and reported, never waited for."
    )
    roles: Literal["live", "frozen"] = Field(
        "live",
        description="`live`: who a role is, is looked up when a step runs. `frozen`: when the run "
        "begins.",
    )
    on_resume: Literal["shift", "catch_up", "skip"] = Field(
        "shift",
        description="After a pause, waits are moved by its length (`shift`), or those that passed "
        "are made up for one by one (`catch_up`), or left out with what they held back (`skip`).",
    )
    steps: SomeSteps = Field(description="What happens, in order.")
