"""What the API takes and gives of accounts, contacts and health."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from engine.web.api.shapes.kinds import Given, NotStarted, Shown, Word

MOST_ROWS = 200


class GivenFields(Given):
    """Fields by name, as schema.yaml declares them; those left out stay, null empties one."""

    fields: dict[str, Any]


class GivenRow(GivenFields):
    """One account or contact of many."""

    id: Word


class GivenAccounts(Given):
    """Accounts to create or change."""

    accounts: list[GivenRow] = Field(max_length=MOST_ROWS)


class GivenContacts(Given):
    """Contacts to create or change."""

    contacts: list[GivenRow] = Field(max_length=MOST_ROWS)


class RowAnswer(Shown):
    """What became of one account or contact; `changed` names the fields."""

    id: str
    status: Literal["created", "changed", "unchanged", "rejected"]
    why: str = ""
    changed: list[str] = Field(default_factory=list)
    started: list[str] = Field(default_factory=list)
    woken: list[str] = Field(default_factory=list)
    not_started: list[NotStarted] = Field(default_factory=list)


class RowAnswers(Shown):
    """One answer for each, in the order sent."""

    answers: list[RowAnswer]


class ShownContact(Shown):
    """A contact with its fields."""

    id: str
    account: str
    role: str | None
    email: str
    fields: Mapping[str, Any]


class ShownAccount(Shown):
    """An account with its fields."""

    id: str
    fields: Mapping[str, Any]
    score: float | None
    band: str | None
    band_since: datetime | None


class AccountInFull(ShownAccount):
    """An account and its contacts."""

    contacts: list[ShownContact]


class AccountList(Shown):
    """A page of accounts by id; `next` continues it."""

    accounts: list[ShownAccount]
    next: str | None


class ShownOverride(Shown):
    """A band a person has forced."""

    band: str
    reason: str
    by: str
    made_at: datetime
    expires_at: datetime | None


class ScoreAt(Shown):
    """A score as it was known."""

    at: datetime
    score: float
    band: str


class Health(Shown):
    """An account's health: the score, how it was worked out, and the latest scores."""

    account: str
    score: float | None
    band: str | None
    band_since: datetime | None
    assessment: Mapping[str, Any] | None = Field(
        description="What each measure came to; null where the score comes from outside."
    )
    override: ShownOverride | None
    history: list[ScoreAt] = Field(description="The latest thirty, newest first.")
