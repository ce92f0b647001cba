"""Steps that send something: email, survey, notify, call.

Owns their keys, with the words the language reference and editors show. Knows nothing of plans.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.language.schema.words import (
    Form,
    Id,
    Name,
    Ref,
    Refs,
    RoleNames,
    SpanText,
    Text,
    WhenText,
    refusal,
)


class EmailApproval(Form):
    """Somebody sees the email before it goes out, and may change or stop it."""

    by: Ref = Field(description="Who approves it.")
    within: WhenText | None = Field(None, description="How long they have.")
    otherwise: Literal["skip", "send"] | None = Field(
        None,
        description="No answer in time: `skip` the email (the default), or `send` it as it is.",
    )

    @model_validator(mode="after")
    def _keys_fit(self) -> EmailApproval:
        if self.otherwise is not None and self.within is None:
            message = "`otherwise` says what happens when time is up, but there is no `within`."
            raise refusal("TN161", message, "Add `within: 2 business days`.", "otherwise")
        return self


class EmailStep(Form):
    """Send an email from a template, at an hour that suits the reader.

    Later steps read `we_noticed.sent` and `we_noticed.status`, and what a reader did with it:
    `we_noticed.opened`, `we_noticed.clicked` and `we_noticed.replied`; with `approve` also
    `we_noticed.decision`.
    """

    email: Id = Field(
        description="The email's id, yours to choose. It is also the template's name: "
        "`templates/<playbook>/<id>.md`, else `templates/<id>.md`, else the only one so called in "
        "any folder.",
        examples=["we-noticed"],
    )
    template: Text | None = Field(
        None,
        description="Another template: its path below `templates`, without `.md`.",
        examples=["churn/sponsor-outreach"],
        json_schema_extra={"x-names": "templates"},
    )
    to: Refs = Field(
        description="Who gets it: `contacts.<role>`, `contact`, `item` inside for_each, or a role "
        "of ours.",
        examples=["contacts.champion", ["contacts.champion", "contacts.admin"]],
    )
    cc: Refs | None = Field(None, description="Who gets a copy.")
    sender: Ref | None = Field(
        None,
        alias="from",
        description="Who it comes from: a role, or `sender` (the address of the workspace, the "
        "default).",
        examples=["csm"],
    )
    reply_to: Ref | None = Field(None, description="Who answers go to, when not to the sender.")
    values: dict[Name, Text] = Field(
        {},
        alias="with",
        description="The inputs the template asks for; each may hold {{ variables }}.",
        examples=[{"kickoff_url": "https://example.com/kickoff"}],
    )
    approve: EmailApproval | None = Field(None, description="Let somebody approve it first.")


class SurveyStep(Form):
    """Ask a question that one click in the email answers.

    The run waits for the answer, at most `within`. Later steps read `nps.answered`, `nps.score` and
    `nps.comment`.
    """

    survey: Id = Field(description="The survey's id, yours to choose.", examples=["first-nps"])
    kind: Literal["nps", "csat", "ces"] | None = Field(
        None,
        description="`nps`: how likely to recommend, 0-10. `csat`: how satisfied, 1-5. `ces`: how "
        "easy, 1-7. May be left out when the id says it.",
    )
    question: Text | None = Field(
        None, description="The question, when the usual one for its kind does not fit."
    )
    to: Refs = Field(description="Who is asked.", examples=["contacts.champion"])
    sender: Ref | None = Field(None, alias="from", description="Who it comes from.")
    template: Text | None = Field(
        None,
        description="A template that carries the question.",
        json_schema_extra={"x-names": "templates"},
    )
    within: SpanText = Field("7d", description="How long the run waits for the answer.")


class NotifyStep(Form):
    """Tell our own people something: in a chat channel, or in their inbox."""

    notify: Id = Field(description="The message's id, yours to choose.", examples=["tell-team"])
    message: Text = Field(description="What it says; may hold {{ variables }}.")
    channel: Text | None = Field(
        None,
        description="A chat channel of tenure.yaml.",
        json_schema_extra={"x-names": "channels"},
    )
    to: RoleNames | None = Field(None, description="Roles that see it in their inbox.")

    @model_validator(mode="after")
    def _reaches_somebody(self) -> NotifyStep:
        if (self.channel is None) == (self.to is None):
            message = "A message goes to a `channel` or to somebody (`to`), one of the two."
            raise refusal("TN161", message, "Write `channel: cs-alerts`, or `to: csm_manager`.")
        return self


class CallStep(Form):
    """Call another system: a signed webhook. Later steps read `create_ticket.status`."""

    call: Id = Field(description="The call's id, yours to choose.", examples=["create-ticket"])
    hook: Text = Field(
        description="A hook of tenure.yaml.",
        examples=["ticketing"],
        json_schema_extra={"x-names": "hooks"},
    )
    body: dict[str, Text] = Field(
        {},
        description="What is sent, by name; each may hold {{ variables }}.",
        examples=[{"account": "{{ account.id }}"}],
    )
