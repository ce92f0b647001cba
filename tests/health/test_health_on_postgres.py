"""Health on the store: explained, overridden, listed, recomputed, assessed anew after an apply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.effects.context import Context
from engine.effects.entities import AccountId, Fact, FactId
from engine.effects.ingesting import ingest
from engine.effects.reassessing import reassess
from engine.errors import InputError, NotFound
from engine.health.explaining import explain as lines_of
from engine.plan.clock import Clock
from engine.services.applying import apply, computes_otherwise
from engine.services.health import explain, override_health, release_health
from engine.services.recomputing import models_of, recompute
from engine.store.database import Database
from engine.store.directory import put_accounts
from engine.store.queries import health as queries
from tests.health.health_files import HEALTH, context_of, workspace_of
from tests.health.house import ACME, DAY, NOW

pytestmark = pytest.mark.postgres
STANDARD = context_of()


@dataclass
class Office:
    """The store, on a clock that tests set."""

    database: Database
    now: datetime = NOW
    count: int = 0

    def fact(self, kind: str, account: str = "acme", **data: Any) -> None:
        self.count += 1
        id = FactId(f"f-{self.count}")
        with self.database.transaction() as records:
            ingest(records, STANDARD, Fact(id, kind, AccountId(account), self.now, data))

    def sweep(self, context: Context = STANDARD) -> list[AccountId]:
        with self.database.transaction() as records:
            due = list(records.due_for_assessment(100))
        for account in due:
            with self.database.transaction() as records:
                reassess(records, context, account)
        return due


@pytest.fixture
def office(migrated_database: str) -> Iterator[Office]:
    made: list[Office] = []
    database = Database(migrated_database, Clock(), real_now=lambda: made[0].now)
    made.append(Office(database))
    with database.begin() as connection:
        fields = {"id": "acme", "name": "Acme", "seats": 100}
        put_accounts(connection, {ACME: fields, AccountId("beta"): {"id": "beta", "name": "Beta"}})
    yield made[0]
    database.close()


def test_explained_now_and_as_it_was_known(office: Office) -> None:
    office.fact("usage.reported", active=70)
    office.now += DAY
    office.fact("meeting.held")
    now = explain(office.database, STANDARD, "acme")
    before = explain(office.database, STANDARD, "acme", NOW + DAY / 2)
    assert [(one.score, one.band) for one in (before, now)] == [(62.5, "yellow"), (87.5, "green")]
    assert before.model == STANDARD.health.models[0].id
    assert "Score: (3 x 50 + 1 x 100) / 4 = 62.5" in lines_of(before.kept or {})
    with pytest.raises(NotFound, match="no score of acme was known"):
        explain(office.database, STANDARD, "acme", NOW - DAY)
    with pytest.raises(InputError, match="not past yet"):
        explain(office.database, STANDARD, "acme", office.now + DAY)


def test_late_fact_leaves_what_was_known_then(office: Office) -> None:
    office.fact("usage.reported", active=70)
    office.now += 10 * DAY
    office.fact("usage.reported", active=90)
    office.now, then = office.now + DAY, office.now
    fact = Fact(FactId("late"), "meeting.held", ACME, NOW + DAY)
    with office.database.transaction() as records:
        ingest(records, STANDARD, fact)
    assert explain(office.database, STANDARD, "acme", then).score == 75.0
    assert explain(office.database, STANDARD, "acme").score == 100.0


def test_override_is_kept_listed_and_released(office: Office) -> None:
    office.fact("usage.reported", active=70)
    override_health(office.database, STANDARD, "acme", "red", reason="unpaid", by="u-1")
    with office.database.begin() as connection:
        listed = queries.list_health(connection, forced=True)
        assert [(one.id, one.score, one.band) for one in listed] == [("acme", 39.9, "red")]
    release_health(office.database, STANDARD, "acme", by="u-2")
    with office.database.begin() as connection:
        assert queries.list_health(connection, forced=True) == []
        ended = queries.overrides_of(connection, ACME)[0]
    assert (ended.band, ended.reason, ended.by, ended.ended_by) == ("red", "unpaid", "u-1", "u-2")
    assert explain(office.database, STANDARD, "acme").band == "yellow"
    with pytest.raises(NotFound, match="nothing overrides"):
        release_health(office.database, STANDARD, "acme", by="u-2")


def test_override_is_refused_with_what_would_do(office: Office) -> None:
    with pytest.raises(InputError, match=r"there is no band 'gren'; 'green'\?"):
        override_health(office.database, STANDARD, "acme", "gren", reason="x", by="u-1")
    with pytest.raises(InputError, match="is past"):
        override_health(
            office.database, STANDARD, "acme", "red", reason="x", by="u-1", until=NOW - DAY
        )


def test_list_begins_with_the_lowest_and_goes_on(office: Office) -> None:
    office.fact("usage.reported", active=90)
    office.fact("ticket.opened", "beta", priority="low")
    office.fact("sentiment.noted", "beta", sentiment="poor")
    with office.database.begin() as connection:
        first = queries.list_health(connection, limit=1)
        rest = queries.list_health(connection, after=first[0].id)
    assert [one.id for one in (*first, *rest)] == ["beta", "acme"]


def test_stale_measures_are_found(office: Office) -> None:
    office.fact("usage.reported", active=90)
    office.now += 7 * DAY
    assert office.sweep() == ["acme"]
    with office.database.begin() as connection:
        assert [one.id for one in queries.list_health(connection, stale=True)] == ["acme"]


def test_changed_model_has_all_accounts_assessed_anew(office: Office) -> None:
    apply(office.database, workspace_of(), {}, by="u-ops")
    assert office.sweep() == ["acme", "beta"]
    apply(office.database, workspace_of("# a remark\n" + HEALTH), {}, by="u-ops")
    assert office.sweep() == []
    office.fact("usage.reported", active=70)
    heavier = workspace_of(HEALTH.replace("weight: 3", "weight: 5"))
    assert computes_otherwise(office.database, heavier)
    assert not computes_otherwise(office.database, workspace_of())
    apply(office.database, heavier, {}, by="u-ops")
    assert office.sweep(Context.of(heavier)) == ["acme", "beta"]
    found = explain(office.database, Context.of(heavier), "acme")
    assert found.score == 58.3  # (5 x 50 + 100) / 6


def test_past_scores_are_recomputed_without_touching_what_was_recorded(office: Office) -> None:
    for days, active in ((0, 70), (5, 20), (10, 90)):
        office.now = NOW + days * DAY
        office.fact("usage.reported", active=active)
    office.now = NOW + 12 * DAY
    with office.database.begin() as connection:
        before = queries.score_history(connection, ACME)
    other = models_of(workspace_of(HEALTH.replace("weight: 3", "weight: 5")))
    found = recompute(office.database, other, NOW, office.now)
    acme = found.accounts[0]
    assert (acme.recorded, acme.recorded_band, acme.recorded_moves) == (75.0, "green", 2)
    assert (acme.recomputed, acme.recomputed_band, acme.change) == (72.3, "green", -2.7)
    assert found.moves == {("green", "green"): 1, (None, "red"): 1}
    with office.database.begin() as connection:
        assert queries.score_history(connection, ACME) == before


def test_recomputed_under_the_same_model_is_what_was_recorded(office: Office) -> None:
    for days, active in ((0, 70), (5, 20), (10, 90)):
        office.now = NOW + days * DAY
        office.fact("usage.reported", active=active)
    for _ in range(40):
        office.now += DAY
        office.sweep()
    found = recompute(office.database, STANDARD.health, NOW, office.now, only=["acme"])
    acme = found.accounts[0]
    assert (acme.recomputed, acme.recomputed_band) == (acme.recorded, acme.recorded_band)
    assert acme.recomputed_moves == acme.recorded_moves


def test_two_children_at_once_lock_no_parent(office: Office) -> None:
    family = context_of(
        "models:\n  all:\n    when: account.segment == 'enterprise'\n    groups:\n      f:\n"
        "        measures:\n          c: {children: mean}\n"
    )
    with office.database.begin() as connection:
        each = {AccountId(f"c{n}"): {"id": f"c{n}", "parent": "beta"} for n in (1, 2)}
        put_accounts(connection, each)
    with office.database.transaction() as one, office.database.transaction() as other:
        for records, child, score in ((one, "c1", 40), (other, "c2", 60)):
            fact = Fact(FactId(child), "health.changed", AccountId(child), NOW, {"score": score})
            ingest(records, family, fact)
            records.account(AccountId(child))
    with office.database.transaction() as records:
        records.change_account(AccountId("beta"), {"segment": "enterprise"})
    assert office.sweep(family) == ["beta"]
    assert explain(office.database, family, "beta").score == 50.0
    assert office.now - NOW == timedelta(0)
