"""Facts that come in bulk move health as they do one by one; parents follow at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.effects.context import Context
from engine.effects.entities import Account, AccountId
from engine.errors import TransientError
from engine.plan.clock import Clock
from engine.services.facts import take_in
from engine.services.health import override_health, release_health
from engine.services.upserting import upsert_account
from engine.store.database import Database
from engine.store.directory import put_accounts
from tests.health.health_files import HEALTH, context_of
from tests.health.house import DAY, NOW

pytestmark = pytest.mark.postgres
FAMILY = (
    HEALTH
    + """\
  above:
    when: account.segment == "enterprise"
    groups:
      family:
        measures:
          branches: {children: mean}
"""
)
CONTEXT = context_of(
    FAMILY.replace("    groups:", '    when: account.segment == "smb"\n    groups:', 1)
)


def _written(number: int) -> Mapping[str, Any]:
    kinds: Sequence[tuple[str, Mapping[str, Any]]] = (
        ("usage.reported", {"active": 30 + number}),
        ("ticket.opened", {"priority": "urgent"}),
        ("meeting.held", {}),
        ("account.changed", {"fields": {"seats": 100 + number}}),
        ("sentiment.noted", {"sentiment": ["good", "poor", "fair"][number % 3]}),
        ("health.changed", {"score": 50}),
    )
    kind, data = kinds[number % len(kinds)]
    at = (NOW - DAY * (number % 9)).isoformat()
    account = f"a{number % 4}"
    return {"id": f"f-{number}", "fact": kind, "account": account, "data": data, "at": at}


def _taken(url: str, *threads: Sequence[Sequence[Mapping[str, Any]]]) -> list[Account]:
    database = Database(url, Clock(), real_now=lambda: NOW)
    accounts = {
        AccountId(f"a{n}"): {"id": f"a{n}", "seats": 100, "segment": "smb", "parent": "top"}
        for n in range(4)
    }
    accounts[AccountId("top")] = {"id": "top", "segment": "enterprise"}
    accounts[AccountId("apex")] = {"id": "apex", "segment": "enterprise"}
    accounts[AccountId("top")]["parent"] = "apex"
    with database.begin() as connection:
        put_accounts(connection, accounts)
    with ThreadPoolExecutor(len(threads)) as pool:
        list(pool.map(lambda groups: [take_in(database, _context, one) for one in groups], threads))
    with database.transaction() as records:
        found = [records.account(one) for one in sorted(accounts)]
        assert records.due_for_assessment(10) == []
    database.close()
    return found


def _context() -> Context:
    return CONTEXT


def _said(account: Account) -> Any:
    return account.score, account.band, {**(account.assessment or {}), "own": None, "next": None}


def test_bulk_comes_to_the_same_as_one_by_one(
    migrated_database: str, another_database: str
) -> None:
    written = [_written(number) for number in range(60)]
    in_bulk = _taken(migrated_database, [written])
    one_by_one = _taken(another_database, [[one] for one in written])
    assert [_said(one) for one in in_bulk] == [_said(one) for one in one_by_one]


def test_parents_follow_their_children_at_once(migrated_database: str) -> None:
    found = {one.id: one for one in _taken(migrated_database, [[*map(_written, range(60))]])}
    mean = sum(found[AccountId(f"a{n}")].score or 0 for n in range(4)) / 4
    assert found[AccountId("top")].score == pytest.approx(mean, abs=0.06)
    assert found[AccountId("apex")].score == found[AccountId("top")].score


def test_children_that_move_at_once_wait_for_nobody(
    migrated_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    retries: list[float] = []
    monkeypatch.setattr("engine.services.transacting.time.sleep", retries.append)

    def reporter(worker: int) -> list[Mapping[str, Any]]:
        return [
            {
                "id": f"{worker}-{number}",
                "fact": "usage.reported",
                "account": f"a{(worker + number) % 4}",
                "data": {"active": (7 * worker + 13 * number) % 100},
            }
            for number in range(24)
        ]

    threads = [[reporter(worker)[at : at + 3] for at in range(0, 24, 3)] for worker in range(4)]
    found = {one.id: one for one in _taken(migrated_database, *threads)}
    mean = sum(found[AccountId(f"a{n}")].score or 0 for n in range(4)) / 4
    assert found[AccountId("top")].score == pytest.approx(mean, abs=0.06)
    assert retries == []


def test_parents_follow_whatever_moves_a_child(migrated_database: str) -> None:
    _taken(migrated_database, [[*map(_written, range(60))]])
    database = Database(migrated_database, Clock(), real_now=lambda: NOW + DAY)
    top, seen = AccountId("top"), []
    upsert_account(database, CONTEXT, "a0", {"seats": 9000}, by="crm")
    seen.append(_score(database, top))
    override_health(database, CONTEXT, "a0", "green", reason="told us", by="ann")
    seen.append(_score(database, top))
    release_health(database, CONTEXT, "a0", by="ann")
    seen.append(_score(database, top))
    mean = sum(_score(database, AccountId(f"a{n}")) for n in range(4)) / 4
    assert seen[2] == pytest.approx(mean, abs=0.06)
    assert seen[0] != seen[1]
    assert seen[0] == seen[2]
    database.close()


def test_facts_stay_in_when_a_parent_cannot_be_assessed(
    migrated_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise TransientError("the database has gone")

    monkeypatch.setattr("engine.services.rolling_up.reassess", away)
    monkeypatch.setattr("engine.services.transacting.time.sleep", lambda _: None)
    database = Database(migrated_database, Clock(), real_now=lambda: NOW)
    with database.begin() as connection:
        child = {"id": "a0", "seats": 100, "segment": "smb", "parent": "top"}
        top = {"id": "top", "segment": "enterprise"}
        put_accounts(connection, {AccountId("top"): top, AccountId("a0"): child})
    (answer,) = take_in(database, _context, [_written(0)])
    assert answer.status == "accepted"
    with database.transaction() as records:
        assert records.due_for_assessment(10) == ["top"]
    database.close()


def _score(database: Database, account: AccountId) -> float:
    with database.transaction() as records:
        return records.account(account).score or 0
