"""What a command needs from a running stack: the database, the workspace, the runner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from click.core import ParameterSource
from sqlalchemy import Connection

from engine.cli.options import data_dir_option
from engine.effects.context import Context
from engine.errors import InputError
from engine.services.runner import Runner
from engine.settings import Settings
from engine.store.database import Database
from engine.store.queries.people import list_users
from engine.wiring import Contexts, complete_settings, make_runner, open_database
from engine.wording import nearest, quoted


@dataclass
class Session:
    """The open parts of one command."""

    settings: Settings
    database: Database

    @cached_property
    def contexts(self) -> Contexts:
        """The applied workspace."""
        return Contexts(self.database, self.settings)

    @property
    def context(self) -> Context:
        """The applied workspace as it is now; InputError before the first apply."""
        return self.contexts.current()

    @cached_property
    def runner(self) -> Runner:
        """Whatever runs enrollments."""
        return make_runner(self.settings)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection for queries."""
        with self.database.begin() as connection:
            yield connection

    def refuse_unless_user(self, id: str) -> None:
        """Raise InputError for who is none of the workspace's users; before there are any, anybody
        may act."""
        with self.reading() as connection:
            users = [user.id for user in list_users(connection)]
        if users and id not in users:
            meant = nearest(id, users)
            raise InputError(
                f"{quoted(id)} is not a user of this workspace",
                remedy=(f"Did you mean {meant}? " if meant else "")
                + "`tenure users list` shows the ids.",
            )

    @property
    def zone(self) -> str:
        """The workspace's zone, which instants are written in."""
        return self.context.workspace.zone

    def local(self, at: datetime | None) -> str:
        """Write an instant in the workspace's zone."""
        return "-" if at is None else f"{at.astimezone(ZoneInfo(self.zone)):%a %Y-%m-%d %H:%M}"


@contextmanager
def open_session(data_dir: Path) -> Iterator[Session]:
    """Open what a command needs from the stack on a data directory, or from the environment."""
    settings = complete_settings(data_dir=data_dir)
    database = open_database(settings, connections=2)
    try:
        yield Session(settings, database)
    finally:
        database.close()


def with_session(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--data-dir`, and a session on it as its first argument."""

    def opened(data_dir: Path, **given: Any) -> Any:
        with open_session(data_dir) as session:
            if getattr(opened, "acts_as_user", False) and _is_said("by"):
                session.refuse_unless_user(given["by"])
            return command(session, **given)

    return data_dir_option(update_wrapper(opened, command))


def _is_said(parameter: str) -> bool:
    """Tell whether a parameter was given, and is not what it is by itself."""
    source = click.get_current_context().get_parameter_source(parameter)
    return source not in (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP)
