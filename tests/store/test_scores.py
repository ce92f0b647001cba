"""The score of an instant: by what is known now, and by what was known then."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.effects.entities import AccountId
from engine.plan.clock import Clock
from engine.store.batching import BatchedRecords
from engine.store.database import Database
from engine.store.directory import put_accounts
from engine.store.queries.accounts import show_account
from engine.store.queries.figures import scores_at
from engine.store.queries.health import score_history, score_known_at
from tests.records.samples import DAY, T0

pytestmark = pytest.mark.postgres
ACME = AccountId("acme")


def put(url: str, now: datetime, score: float, *, of: datetime) -> None:
    database = Database(url, Clock(), real_now=lambda: now)
    with database.transaction() as records:
        records.put_score(ACME, score, "red" if score < 40 else "green", None, of)
    database.close()


def test_late_score_is_known_now_and_was_not_known_then(migrated_database: str) -> None:
    database = Database(migrated_database, Clock(), real_now=lambda: T0 + 10 * DAY)
    with database.begin() as connection:
        put_accounts(connection, {ACME: {"id": ACME}, AccountId("new"): {"id": "new"}})
    put(migrated_database, T0, 80, of=T0)
    put(migrated_database, T0 + 9 * DAY, 20, of=T0 + 2 * DAY)
    then, later = T0 + 3 * DAY, T0 + 9 * DAY
    with database.transaction() as records:
        assert [records.score_at(ACME, at) for at in (T0 - DAY, then, later)] == [None, 20, 20]
    with database.begin() as connection:
        seen = [score_known_at(connection, ACME, at) for at in (T0 - DAY, then, later)]
        assert [one and one.score for one in seen] == [None, 80, 20]
        assert scores_at(connection, T0 - DAY) == {}
        assert scores_at(connection, then) == {ACME: (80, "green")}
        assert scores_at(connection, later) == {ACME: (20, "red")}
    database.close()


def test_corrected_score_leaves_what_was_known_before(migrated_database: str) -> None:
    """Twice for one instant: the second is the score, the first is what people saw until then."""
    database = Database(migrated_database, Clock(), real_now=lambda: T0 + 10 * DAY)
    with database.begin() as connection:
        put_accounts(connection, {ACME: {"id": ACME}})
    put(migrated_database, T0, 80, of=T0)
    put(migrated_database, T0 + 9 * DAY, 20, of=T0)
    with database.transaction() as records:
        assert records.score_at(ACME, T0 + 3 * DAY) == 20
        assert records.scores_since(ACME, T0 - DAY) == [20]
    with database.begin() as connection:
        assert scores_at(connection, T0 + 3 * DAY) == {ACME: (80, "green")}
        assert scores_at(connection, T0 + 9 * DAY) == {ACME: (20, "red")}
        assert [one.score for one in score_history(connection, ACME)] == [20, 80]
        assert show_account(connection, ACME).scores == ((T0, 20, "red"),)
    with database.transaction(BatchedRecords) as batched:
        batched.look_ahead([ACME], [])
        assert batched.score_at(ACME, T0 + 3 * DAY) == 20
        assert batched.scores_since(ACME, T0 - DAY) == [20]
    database.close()
