"""The schema of a database: brings it to the one this version knows, and says which it has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, func, select
from sqlalchemy.pool import NullPool

from engine.errors import PermanentError
from engine.store.errors import Translated

SCRIPTS = "engine.store:migrations"


def upgrade(url: str) -> None:
    """Bring a database to the newest schema. Two at once are no harm: one waits for the other."""
    with _connected(url) as connection:
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("tenure.schema"))))
        try:
            command.upgrade(_config(connection), "head")
        except CommandError as error:
            raise PermanentError(
                f"the database has a schema this version does not know: {current_of(connection)}",
                remedy="It was made by a newer Tenure; install that version, or use another"
                " database.",
            ) from error


def current(url: str) -> str | None:
    """Return the revision of a database's schema; None when it has none of ours."""
    with _connected(url) as connection:
        return current_of(connection)


def current_of(connection: Connection) -> str | None:
    """Return the revision of the schema on a connection."""
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    with Translated():
        engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})
        with engine.begin() as connection:
            yield connection
