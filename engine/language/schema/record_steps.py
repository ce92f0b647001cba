"""Steps that change records: set, start, stop, transfer.

Owns their keys, with the words the language reference and editors show. Knows nothing of plans.
"""

from __future__ import annotations

from pydantic import Field

from engine.language.schema.words import Form, Id, Name, Ref, Scalar, Text

_OWN_ID = "A name for the step; without it, its kind and number (`set-1`)."


class SetStep(Form):
    """Change fields of the account.

    A value is taken as it is; one that begins with `=` is worked out, as in a spreadsheet.
    """

    set: dict[str, Scalar] = Field(
        min_length=1,
        description="Fields with their new values.",
        examples=[{"account.lifecycle": "adopting", "account.target": "= account.arr * 1.2"}],
    )
    id: Id | None = Field(None, description=_OWN_ID)


class StartStep(Form):
    """Start another playbook for the same account, and go on at once."""

    start: Id = Field(description="The playbook.", examples=["knowledge-enablement"])
    values: dict[Name, Scalar] = Field(
        {},
        alias="with",
        description="Its inputs, as plain values.",
        examples=[{"tier": "gold"}],
    )
    id: Id | None = Field(None, description=_OWN_ID)


class StopStep(Form):
    """End another playbook's run for the same account."""

    stop: Id = Field(description="The playbook.", examples=["onboarding"])
    reason: Text | None = Field(None, description="Why, for its timeline.")
    id: Id | None = Field(None, description=_OWN_ID)


class TransferForm(Form):
    """From whom to whom."""

    sender: Ref = Field(alias="from", description="Whose open tasks and runs.")
    to: Ref = Field(description="Who takes them over.")
    children: bool = Field(False, description="`true`: those of the child accounts too.")


class TransferStep(Form):
    """Hand the account's open tasks and runs from one owner to another."""

    transfer: TransferForm = Field(
        description="From whom to whom.", examples=[{"from": "csm", "to": {"user": "u-17"}}]
    )
    id: Id | None = Field(None, description=_OWN_ID)
