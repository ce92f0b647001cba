"""The outbox: in order for each run, to one dispatcher at a time, until delivered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from engine.effects.deliveries import Delivery, Start, Stop, Wake
from engine.effects.entities import EnrollmentId
from engine.errors import PermanentError
from engine.plan.events import CommandId
from engine.store import outbox
from engine.store.database import Database
from engine.store.deliveries import delivery_from_json
from tests.records.samples import T0

START = {name: Start(EnrollmentId(name)) for name in ("e-1", "e-2", "e-3")}
WAKE = Wake(EnrollmentId("e-1"), CommandId("w-1"), "f-1", T0, moved=True, data={"status": "done"})
STOP = Stop(EnrollmentId("e-1"), "churned", T0)


def owe(store: Database, *deliveries: Delivery) -> None:
    with store.transaction() as records:
        for delivery in deliveries:
            records.owe(delivery)


def taken(connection: Connection, limit: int = 10) -> list[Delivery]:
    return [delivery for _, delivery in outbox.take(connection, limit)]


def test_deliveries_come_back_in_order_until_delivered(store: Database) -> None:
    owe(store, START["e-1"], START["e-2"], WAKE, STOP)
    with store.begin() as connection:
        found = outbox.take(connection, 10)
        assert [each for _, each in found] == [START["e-1"], START["e-2"], WAKE, STOP]
        outbox.delivered(connection, [number for number, _ in found[:2]])
    with store.begin() as connection:
        assert taken(connection) == [WAKE, STOP]


def test_limit_counts_runs(store: Database) -> None:
    owe(store, START["e-1"], START["e-2"], WAKE)
    with store.begin() as connection:
        assert taken(connection, 1) == [START["e-1"], WAKE]


def test_second_dispatcher_gets_other_runs_only(store: Database) -> None:
    owe(store, START["e-1"], WAKE, START["e-2"])
    with store.begin() as one, store.begin() as other:
        assert taken(one, 1) == [START["e-1"], WAKE]
        owe(store, STOP, START["e-3"])
        assert taken(other) == [START["e-2"], START["e-3"]]


def test_dispatcher_that_dies_has_taken_nothing(store: Database) -> None:
    owe(store, START["e-1"])
    with pytest.raises(ZeroDivisionError), store.begin() as connection:
        _deliver_and_die(connection)
    with store.begin() as connection:
        assert taken(connection) == [START["e-1"]]


def _deliver_and_die(connection: Connection) -> None:
    outbox.delivered(connection, _numbers(outbox.take(connection, 10)))
    raise ZeroDivisionError


def test_postponed_delivery_holds_back_its_run_alone(store: Database) -> None:
    owe(store, START["e-1"], WAKE, START["e-2"])
    with store.begin() as connection:
        outbox.postpone(connection, outbox.take(connection, 10)[0][0], "Temporal is away")
        assert outbox.backlog(connection) == (3, 1)
    with store.begin() as connection:
        assert taken(connection) == [START["e-2"]]
        connection.execute(text("UPDATE outbox SET not_before = now()"))
        assert taken(connection) == [START["e-1"], WAKE, START["e-2"]]


def test_postponing_backs_off_to_five_minutes(store: Database) -> None:
    owe(store, START["e-1"])
    clock, until = text("SELECT clock_timestamp()"), text("SELECT not_before FROM outbox")
    with store.begin() as connection:
        number = outbox.take(connection, 1)[0][0]
        for seconds in (1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300):
            before = connection.execute(clock).scalar_one()
            outbox.postpone(connection, number, "x" * 9999)
            due = connection.execute(until).scalar_one() - timedelta(seconds=seconds)
            assert before <= due <= connection.execute(clock).scalar_one()


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(PermanentError, match="unknown kind 'Fly'"):
        delivery_from_json({"type": "Fly"})


async def test_listening_hears_of_a_commit_that_owes(
    store: Database, migrated_database: str
) -> None:
    news = outbox.listen(store.url, timeout_s=20)
    assert await anext(news)
    hearing = asyncio.ensure_future(anext(news))
    await asyncio.to_thread(owe, store, START["e-1"])
    assert await hearing
    await news.aclose()  # type: ignore[attr-defined]


async def test_listening_without_news_ends_by_the_clock(
    store: Database, migrated_database: str
) -> None:
    with store.transaction() as records:
        records.next_turn("a")
    news = outbox.listen(store.url, timeout_s=0.01)
    assert [await anext(news), await anext(news)] == [True, False]
    await news.aclose()  # type: ignore[attr-defined]


def _numbers(found: Sequence[tuple[int, Delivery]]) -> list[int]:
    return [number for number, _ in found]
