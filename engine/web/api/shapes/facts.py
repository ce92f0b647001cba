"""What the API takes and gives of facts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from engine.services.facts import GivenFact
from engine.web.api.shapes.kinds import Given, NotStarted, Shown

MOST_FACTS = 1_000
WrittenFact = Annotated[Any, WithJsonSchema(GivenFact.model_json_schema())]


class GivenFacts(Given):
    """Many facts, oldest first."""

    facts: list[WrittenFact] = Field(max_length=MOST_FACTS)


class FactAnswer(Shown):
    """What became of one fact. `late`: it came too late to start anything by itself; `reject` is
    the number a rejected one is kept under."""

    id: str
    status: Literal["accepted", "duplicate", "rejected"]
    why: str = ""
    late: bool = False
    reject: int | None = None
    started: list[str] = Field(default_factory=list)
    woken: list[str] = Field(default_factory=list)
    not_started: list[NotStarted] = Field(default_factory=list)


class FactAnswers(Shown):
    """One answer for each fact, in the order sent."""

    accepted: int
    duplicate: int
    rejected: int
    answers: list[FactAnswer]
