"""What the handlers of the API stand on: the database, the workspace in force, the runner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from engine.effects.context import Context
from engine.effects.entities import UserId
from engine.errors import InputError, NotFound, TransientError
from engine.services.runner import Runner
from engine.store.database import Database
from engine.store.tokens import Token


@dataclass(frozen=True, slots=True)
class House:
    """The open parts of the process. `contexts` and `runner` are asked at each request."""

    database: Database
    contexts: Callable[[], Context]
    runner: Callable[[], Runner]

    def context(self) -> Context:
        """Return the workspace in force; TransientError before the first apply."""
        try:
            return self.contexts()
        except InputError as error:
            raise TransientError(error.message, remedy=error.remedy) from None


def house_of(request: Request) -> House:
    """Return the house of the application."""
    house: House = request.app.state.house
    return house


def caller_of(request: Request) -> Token:
    """Return the token the gate let in."""
    token: Token = request.scope["tenure.token"]
    return token


InHouse = Annotated[House, Depends(house_of)]
Caller = Annotated[Token, Depends(caller_of)]
Limit = Annotated[int, Query(ge=1, le=500)]
"""How long a page of a list may be."""


def acting(house: House, token: Token, by: str | None) -> str:
    """Return who acts: the user the call names, else the token. Raises NotFound for a user nobody
    knows."""
    if by is None:
        return f"api:{token.name}"
    with house.database.transaction() as records:
        if records.user(UserId(by)) is None:
            raise NotFound("there is no user of the id in `by`", remedy="See `tenure users list`.")
    return by
