"""The two kinds of shapes, what a caller gives and what it is shown, and the words they hold.

Answers are read off the records' values by name, so that a field that moves there fails here.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000)]


class Given(BaseModel):
    """What a caller sends: no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True, frozen=True)


class NotStarted(Shown):
    """A playbook whose trigger a fact set off without a run beginning."""

    playbook: str
    why: str


class Acting(Given):
    """Who does it."""

    by: Word | None = Field(None, description="The user who acts; the token by default.")
