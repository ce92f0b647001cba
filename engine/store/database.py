"""The database: connections, transactions, the workspace's clock. No statement about a table here.

Retrying is up to the caller: a transaction that raises TransientError left nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar, overload

import psycopg
from sqlalchemy import Connection, create_engine, text

from engine.plan.clock import Clock
from engine.plan.model import Plan, PlanHash
from engine.store.errors import Translated
from engine.store.records import PostgresRecords
from engine.store.talking import carry_out_alone

R = TypeVar("R", bound=PostgresRecords)
CHANNEL = "tenure_outbox"
"""Where the dispatcher listens for news of the outbox."""

_SESSION = {
    "timezone": "UTC",
    "default_transaction_isolation": r"read\ committed",
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "5min",
}
_CONNECT = {
    "connect_timeout": 5,
    "application_name": "tenure",
    "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
    "tcp_user_timeout": 20_000,
    "keepalives_idle": 30,
}


def real_now() -> datetime:
    """Return what time it really is."""
    return datetime.now(UTC)


class Database:
    """A pool of connections to one database, and the clock of the workspace kept in it.

    Safe to share between threads. `close` it before the process forks or ends.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        connections: int = 10,
        real_now: Callable[[], datetime] = real_now,
    ) -> None:
        """`connections` is how many may be open at once; `real_now` is replaced in tests only."""
        self.url = url
        self.clock = clock
        self._real_now = real_now
        self._plans: dict[PlanHash, Plan] = {}
        with Translated():
            self._engine = create_engine(
                url,
                pool_size=connections,
                max_overflow=0,
                pool_timeout=30,
                connect_args=_CONNECT,
                isolation_level="READ COMMITTED",
            )

    @property
    def now(self) -> datetime:
        """The workspace's time."""
        return self.clock.to_workspace(self._real_now())

    @property
    def real_time(self) -> datetime:
        """What time it really is, however fast the workspace's runs."""
        return self._real_now()

    @overload
    def transaction(self) -> AbstractContextManager[PostgresRecords]: ...

    @overload
    def transaction(self, kind: type[R]) -> AbstractContextManager[R]: ...

    @contextmanager
    def transaction(self, kind: type[PostgresRecords] = PostgresRecords) -> Iterator[Any]:
        """Open the records for one transaction: committed at the end, dropped on an error."""
        with self._borrowed() as driver:
            records = kind(driver, self.now, self._plans)
            yield records
            records.commit()
            if records.owes:
                _tell(driver)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a SQLAlchemy connection for one transaction: queries, the outbox, imports."""
        with Translated(), self._engine.begin() as connection:
            yield connection

    @overload
    def begin_with_records(
        self,
    ) -> AbstractContextManager[tuple[Connection, PostgresRecords]]: ...

    @overload
    def begin_with_records(self, kind: type[R]) -> AbstractContextManager[tuple[Connection, R]]: ...

    @contextmanager
    def begin_with_records(
        self, kind: type[PostgresRecords] = PostgresRecords
    ) -> Iterator[tuple[Connection, Any]]:
        """Open one transaction both ways: bulk writes, and what must be kept or dropped with them.

        Write in bulk first: the records keep writes back.
        """
        with self.begin() as connection:
            driver: Any = connection.connection.driver_connection
            records = kind(driver, self.now, self._plans)
            yield connection, records
            records.flush()
            if records.owes:
                connection.execute(text(f"NOTIFY {CHANNEL}"))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _borrowed(self) -> Iterator[psycopg.Connection[Any]]:
        with Translated():
            pooled = self._engine.raw_connection()
        driver: psycopg.Connection[Any] = pooled.driver_connection  # type: ignore[assignment]
        try:
            yield driver
        except BaseException:
            if driver.closed or driver.broken:
                pooled.invalidate()
                self._engine.dispose()  # the others are as dead, most likely
            raise
        finally:
            pooled.close()  # rolls back what was not committed


def _tell(connection: psycopg.Connection[Any]) -> None:
    """Tell the dispatcher, after the commit: inside, a NOTIFY would serialise all commits.

    Should this fail, the dispatcher finds the rows when it next looks by itself.
    """
    with suppress(psycopg.Error):
        carry_out_alone(connection, f"NOTIFY {CHANNEL}")
