"""Putting the parts together for one process: settings to database, context, ways out, runner.

The only place that knows which adapter serves which port. The runner is named by its import path,
so that nothing in `engine` imports `workflows`.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url

from engine.delivery.settings import from_settings
from engine.delivery.signing import SHORTEST_SECRET
from engine.effects.context import Context
from engine.effects.sending import Ways
from engine.errors import InputError
from engine.language.workspace.codec import workspace_from_json
from engine.plan.clock import Clock
from engine.settings import Settings, load_settings
from engine.stack.datadir import read_stack
from engine.store import publishing
from engine.store.database import Database

if TYPE_CHECKING:
    from engine.services.runner import Runner

logger = logging.getLogger(__name__)
RUNNER = "workflows.client:TemporalRunner"
LOOK_AGAIN_S = 1.0


def complete_settings(**given: Any) -> Settings:
    """Read the environment and fill in what a running stack on the data directory says."""
    settings = load_settings(**given)
    if settings.database_url and settings.temporal_address:
        return settings
    stack = read_stack(settings.data_dir)
    if stack is None:
        return settings
    found = {
        "database_url": stack.database_url,
        "temporal_address": stack.temporal_address,
        **{name: value for name, value in stack.settings.items() if name not in given},
    }
    kept = {name: value for name, value in given.items() if value is not None}
    return load_settings(**{**found, **kept})


def open_database(settings: Settings, *, connections: int = 10) -> Database:
    """Connect to the database the settings name, or that of the stack running here."""
    if settings.database_url is None:
        raise InputError(
            "there is no database to talk to",
            remedy="Start the stack with `tenure up`, name its folder with --data-dir, "
            "or set TENURE_DATABASE_URL.",
        )
    url = settings.database_url.get_secret_value()
    return Database(url, Clock.parse(settings.clock), connections=connections)


def check_ways(settings: Settings) -> None:
    """Raise InputError where emails could not leave as the settings say, before one is due."""
    from_settings(settings.email_url.get_secret_value())


def ways_out(settings: Settings, context: Context) -> Ways:
    """Return how things leave the house: URLs come from the variables tenure.yaml names. Logs those
    that this process has not: what would leave by them is refused."""
    workspace = context.workspace
    return Ways(
        email=from_settings(settings.email_url.get_secret_value()),
        channels=_urls(workspace.channels),
        hooks=_urls(workspace.hooks),
        hook_secret=os.environ.get("TENURE_HOOK_SECRET"),
    )


def _urls(named: Mapping[str, str]) -> dict[str, str]:
    for name, variable in named.items():
        if variable not in os.environ:
            logger.warning("%s has no URL here: the variable %s is not set", name, variable)
    return {
        name: os.environ[variable] for name, variable in named.items() if variable in os.environ
    }


def inbound_secrets(context: Context) -> dict[str, tuple[str, ...]]:
    """Return the secrets of signed calls that may come in, by the hook's name: those its variable
    holds, with blanks between. One that is missing or short lets nobody in."""
    written = {one.name: os.environ.get(one.secret, "") for one in context.workspace.inbound}
    return {
        name: tuple(one for one in text.split() if len(one) >= SHORTEST_SECRET)
        for name, text in written.items()
    }


@dataclass
class Contexts:
    """The current workspace, made ready; looked at again at most once a second."""

    database: Database
    settings: Settings
    _hash: str | None = None
    _context: Context | None = None
    _looked: float = field(default=-LOOK_AGAIN_S)

    def current(self) -> Context:
        """Return the context of the applied workspace; InputError before the first apply."""
        if time.monotonic() - self._looked >= LOOK_AGAIN_S:
            self._look()
        if self._context is None:
            raise InputError(
                "no workspace has been applied yet",
                remedy="Run `tenure apply` in the workspace's folder.",
            )
        return self._context

    def _look(self) -> None:
        with self.database.begin() as connection:
            found = publishing.current_workspace_hash(connection)
            if found is not None and found != self._hash:
                document = publishing.workspace(connection, found)
                link_key, *old = _link_keys(self.settings)
                self._context = Context.of(
                    workspace_from_json(document),
                    public_url=self.settings.links_to,
                    link_key=link_key,
                    old_link_keys=tuple(old),
                )
                self._hash = found
        self._looked = time.monotonic()


def link_secrets(settings: Settings) -> tuple[bytes, ...]:
    """Return what links are signed from, the newest first: the encryption keys, else the database's
    password (not its whole URL: the port may be another one tomorrow). Empty: anybody could."""
    if settings.keys or settings.database_url is None:
        return tuple(one.key for one in settings.keys)
    password = make_url(settings.database_url.get_secret_value()).password
    return (str(password).encode(),) if password else ()


def _link_keys(settings: Settings) -> list[bytes]:
    secrets = link_secrets(settings) or (b"",)
    return [hashlib.sha256(b"tenure links\0" + secret).digest() for secret in secrets]


def make_runner(settings: Settings) -> Runner:
    """Return the runner that answers for runs under way (Temporal)."""
    module, _, name = RUNNER.partition(":")
    runner: Runner = getattr(import_module(module), name)(settings)
    return runner
