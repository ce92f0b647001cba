"""The kinds of value an author writes in a playbook, as pydantic types.

Owns what one value alone can get wrong, such as an id with capitals; times and conditions are left
to the compiler. Knows nothing of steps.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError


class Form(BaseModel):
    """One mapping an author writes: no key it does not know, no value read as another kind."""

    # Built when first used: a playbook uses few of the kinds of step there are.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def refusal(code: str, message: str, remedy: str, at: str = "") -> PydanticCustomError:
    """Return an error that carries its own code and remedy through pydantic.

    `at` is the key the problem is shown at; without it, where the value itself begins.
    """
    context = {"message": message, "remedy": remedy, "code": code, "at": at}
    return PydanticCustomError("tenure", "{message}", context)


_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_FACT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
LONGEST_ID = 60


def suggest_id(text: str) -> str:
    """Turn what the author wrote into the id they probably want.

    >>> suggest_id("Fix_Plan 2!"), suggest_id("30-day check")
    ('fix-plan-2', 'step-30-day-check')
    """
    words = re.findall(r"[a-z0-9]+", text.lower())
    made = "-".join(words)[:LONGEST_ID].strip("-")
    return made if made[:1].isalpha() else f"step-{made}".rstrip("-")


def _check_id(text: str) -> str:
    if not _ID.fullmatch(text) or len(text) > LONGEST_ID:
        message = f'"{text[:80]}" cannot be an id: small letters, digits and single hyphens only.'
        raise refusal("TN154", message, f"Write {suggest_id(text)}.")
    return text


def _check_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        suggestion = suggest_id(text).replace("-", "_")
        message = f'"{text[:80]}" cannot be a name: small letters, digits and _ only.'
        raise refusal("TN154", message, f"Write {suggestion}.")
    return text


def _check_fact(text: str) -> str:
    if not _FACT.fullmatch(text):
        message = f'"{text[:80]}" is not the name of a fact.'
        remedy = "Write what it is about, a dot, and what happened: champion.left."
        raise refusal("TN154", message, remedy)
    return text


def _number_as_text(given: Any) -> Any:
    """Let the reader of lengths of time say what is wrong with a bare number."""
    return str(given) if isinstance(given, int | float) and not isinstance(given, bool) else given


def _switch_as_text(given: Any) -> Any:
    return str(given).lower() if isinstance(given, bool) else given


def _as_list(given: Any) -> Any:
    return given if isinstance(given, list) or given is None else [given]


Text = Annotated[str, Field(min_length=1)]
Id = Annotated[
    str,
    AfterValidator(_check_id),
    WithJsonSchema({"type": "string", "pattern": f"^{_ID.pattern}$", "maxLength": LONGEST_ID}),
]
Name = Annotated[
    str,
    AfterValidator(_check_name),
    WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"}),
]
FactName = Annotated[
    str,
    AfterValidator(_check_fact),
    WithJsonSchema({"type": "string", "pattern": f"^{_FACT.pattern}$"}),
]
SpanText = Annotated[
    str,
    BeforeValidator(_number_as_text, json_schema_input_type=str),
    Field(examples=["3d", "4 business hours", "2 business days", "1 month"]),
]
WhenText = Annotated[
    str,
    BeforeValidator(_number_as_text, json_schema_input_type=str),
    Field(examples=["2 business days", "60d before account.renewal_date", "2026-12-01"]),
]
ConditionText = Annotated[
    str,
    BeforeValidator(_switch_as_text, json_schema_input_type=str | bool),
    Field(examples=["health.score < 50", 'account.lifecycle == "adopting"']),
]
RoleName = Annotated[
    str,
    Field(
        min_length=1, examples=["csm", "csm_manager"], json_schema_extra={"x-names": "our roles"}
    ),
]
Steps = Annotated[list[Any], WithJsonSchema({"type": "array", "items": {"x-defined": "Step"}})]
SomeSteps = Annotated[
    list[Any],
    Field(min_length=1),
    WithJsonSchema({"type": "array", "items": {"x-defined": "Step"}, "minItems": 1}),
]
Scalar = Annotated[
    Any, WithJsonSchema({"type": ["string", "number", "boolean"]}), Field(examples=["adopting"])
]


class TeamRef(Form):
    """One person of a team: the next in turn, or the one with the fewest open tasks."""

    team: Text = Field(
        description="The team, as in people.yaml.",
        examples=["solutions"],
        json_schema_extra={"x-names": "teams"},
    )
    pick: Literal["round_robin", "least_loaded"] = Field(
        "round_robin",
        description="`round_robin`: each in turn. `least_loaded`: whoever has least open.",
    )


class UserRef(Form):
    """One person, by user id."""

    user: Text = Field(description="The user's id.", examples=["u-17"])


def _ref_kind(given: Any) -> str:
    if isinstance(given, dict):
        return "<user>" if "user" in given and "team" not in given else "<team>"
    return "<text>"


Ref = Annotated[
    Annotated[str, Field(min_length=1, json_schema_extra={"x-names": "people"}), Tag("<text>")]
    | Annotated[TeamRef, Tag("<team>")]
    | Annotated[UserRef, Tag("<user>")],
    Discriminator(_ref_kind),
    Field(examples=["csm", "contacts.champion", {"team": "solutions", "pick": "least_loaded"}]),
]
Refs = Annotated[
    list[Ref],
    BeforeValidator(_as_list, json_schema_input_type=Ref | list[Ref]),
    Field(min_length=1),
]
Ids = Annotated[list[Id], BeforeValidator(_as_list, json_schema_input_type=Id | list[Id])]
Names = Annotated[list[Name], BeforeValidator(_as_list, json_schema_input_type=Name | list[Name])]
RoleNames = Annotated[
    list[RoleName],
    BeforeValidator(_as_list, json_schema_input_type=RoleName | list[RoleName]),
    Field(min_length=1),
]


def _word_or_steps(given: Any) -> str:
    return "<steps>" if isinstance(given, list) else "<word>"


SkipOrSteps = Annotated[
    Annotated[Literal["skip"], Tag("<word>")] | Annotated[Steps, Tag("<steps>")],
    Discriminator(_word_or_steps),
]
SkipRejectOrSteps = Annotated[
    Annotated[Literal["skip", "reject"], Tag("<word>")] | Annotated[Steps, Tag("<steps>")],
    Discriminator(_word_or_steps),
]
