"""The outbox: deliveries owed to runs, handed to a dispatcher until a run has them.

Each run gets its deliveries strictly in the order they were owed. What is taken stays locked until
the taker's transaction ends; a taker that dies has taken nothing. Instants here are real time.

    with database.begin() as connection:
        for number, delivery in outbox.take(connection, 100):
            ...                            # hand it over; after a failure, skip the run's others
        outbox.delivered(connection, numbers)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Integer,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.engine import make_url

from engine.effects.deliveries import Delivery
from engine.effects.entities import EnrollmentId
from engine.store.compiling import compiled
from engine.store.database import CHANNEL
from engine.store.deliveries import delivery_from_json
from engine.store.errors import Translated
from engine.store.tables import outbox

LONGEST_DELAY_S = 300
REFUSED_FOR_GOOD = 5
"""How often a delivery is refused before a person has to look: half a minute."""
_earlier = outbox.alias("earlier")
_heads = (
    select(outbox.c.enrollment)
    .where(
        outbox.c.not_before <= func.clock_timestamp(),
        ~exists().where(
            _earlier.c.enrollment == outbox.c.enrollment,
            _earlier.c.number < outbox.c.number,
        ),
    )
    .order_by(outbox.c.number)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("heads")
)
_TAKE = compiled(
    select(outbox.c.number, outbox.c.delivery)
    .join(_heads, _heads.c.enrollment == outbox.c.enrollment)
    .order_by(outbox.c.number)
    .with_for_update(of=outbox)
)
_DELIVERED = compiled(
    delete(outbox).where(outbox.c.number == func.any(bindparam("numbers", type_=ARRAY(BigInteger))))
)


def take(connection: Connection, limit: int) -> Sequence[tuple[int, Delivery]]:
    """Take what may be delivered now, at most `limit` runs' deliveries, oldest first.

    A run whose first delivery is postponed, or taken by another dispatcher, is left alone.
    """
    found = _execute(connection, _TAKE, limit=limit)
    return [(number, delivery_from_json(document)) for number, document in found.fetchall()]


def delivered(connection: Connection, numbers: Collection[int]) -> None:
    """Forget deliveries that their runs have."""
    if numbers:
        _execute(connection, _DELIVERED, numbers=list(numbers))


def _execute(connection: Connection, statement: str, **values: Any) -> psycopg.Cursor[Any]:
    """Carry out what is done for every run; through SQLAlchemy it costs twice as much."""
    driver: Any = connection.connection.driver_connection
    cursor: psycopg.Cursor[Any] = driver.execute(statement, values)
    return cursor


def postpone(connection: Connection, number: int, error: str) -> None:
    """Try a delivery again later: after 1 s, 2 s, 4 s … at most five minutes."""
    delay_s = func.least(func.power(2, func.least(outbox.c.attempts, 30)), literal(LONGEST_DELAY_S))
    delay = func.make_interval(0, 0, 0, 0, 0, 0, delay_s)
    connection.execute(
        update(outbox)
        .where(outbox.c.number == number)
        .values(
            attempts=outbox.c.attempts + 1,
            not_before=func.clock_timestamp() + delay,
            error=error[:500],
        )
    )


def backlog(connection: Connection) -> tuple[int, int]:
    """Return how many deliveries are owed, and how many of them have failed before."""
    failed = func.coalesce(func.sum(cast(outbox.c.attempts > 0, Integer)), 0)
    row = connection.execute(select(func.count(), failed).select_from(outbox)).one()
    return row[0], row[1]


def refused(connection: Connection, limit: int) -> Sequence[tuple[EnrollmentId, datetime, str]]:
    """Return the runs whose first delivery Temporal has refused again and again, since when it is
    owed, and why; the oldest first. What is only late is not among them."""
    first = ~exists().where(
        _earlier.c.enrollment == outbox.c.enrollment, _earlier.c.number < outbox.c.number
    )
    rows = connection.execute(
        select(outbox.c.enrollment, outbox.c.owed_at, outbox.c.error)
        .where(outbox.c.attempts >= REFUSED_FOR_GOOD, first)
        .order_by(outbox.c.number)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def listen(url: str, timeout_s: float) -> AsyncIterator[bool]:
    """Yield True when something was put into the outbox, False after `timeout_s` without news.

    Yields once at the start, so that what was owed before is found. Raises TransientError when the
    connection is lost: listen again.
    """
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with Translated():
        async with await psycopg.AsyncConnection.connect(
            address, autocommit=True, connect_timeout=5, application_name="tenure-dispatcher"
        ) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            yield True
            while True:
                news = False
                async for _ in connection.notifies(timeout=timeout_s, stop_after=1):
                    news = True
                yield news
