"""The report over a real database: each number where its rows are, as they were known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.effects.entities import AccountId, EffectKey, EnrollmentId, FactId
from engine.errors import InputError
from engine.plan.clock import Clock
from engine.plan.codec import plan_hash
from engine.plan.model import Arm, Condition, Effect, NodeId, Plan, Source, Split
from engine.reporting.figures import Period, Report
from engine.services.reporting import Scope, make_report
from engine.store.database import Database
from engine.store.directory import put_accounts, put_contacts, put_users
from engine.store.publishing import put_plan
from tests.records import samples
from tests.records.samples import DAY, T0
from tests.workspaces import loaded

pytestmark = pytest.mark.postgres
EXAMPLE = Path(__file__).parents[2] / "examples" / "workspace"
HERE = Source("asks.yaml", 1, 1)
ASKS = Plan(
    "asks",
    "Asks",
    HERE,
    {
        NodeId("try"): Split(
            id=NodeId("try"),
            source=HERE,
            next=None,
            arms=(Arm("all", 9, NodeId("nps")), Arm("none", 1, None, holdout=True)),
        ),
        NodeId("nps"): Effect(
            id=NodeId("nps"), source=HERE, next=None, verb="send_survey", spec={"survey": "nps"}
        ),
    },
    NodeId("try"),
    goal=Condition('health.band == "green"', HERE),
)
YEAR = Period(T0, T0 + 365 * DAY)
AFTER = T0 + 400 * DAY
ALL = Scope()


class Told:
    """A database whose clock is set by hand."""

    def __init__(self, url: str) -> None:
        self.now = T0 - 30 * DAY
        self.database = Database(url, Clock(), real_now=lambda: self.now)

    def account(self, id: str, created: bool = True, **fields: Any) -> None:
        """An account as it is now; recorded as created at the clock's time, or not at all."""
        with self.database.begin() as connection:
            put_accounts(connection, {AccountId(id): {"id": id, "name": id.title(), **fields}})
        if created:
            self.fact("account.created", id, {"fields": fields})

    def fact(
        self, kind: str, account: str, data: dict[str, Any], id: str = "", **more: Any
    ) -> None:
        """A fact of the clock's time."""
        known = FactId(id or f"{kind}/{account}/{self.now}")
        one = samples.fact(known, kind=kind, account=AccountId(account), data=data)
        with self.database.transaction() as records:
            records.put_fact(replace(one, occurred_at=self.now))

    def changed(self, account: str, **fields: Any) -> None:
        """A change, of the clock's time, of what the account now is."""
        self.fact("account.changed", account, {"fields": fields})
        with self.database.transaction() as records:
            records.change_account(AccountId(account), fields)

    def score(self, account: str, score: float, band: str, at: datetime | None = None) -> None:
        """A score, known from the clock's time on."""
        with self.database.transaction() as records:
            records.put_score(AccountId(account), score, band, None, at or self.now)

    def report(self, scope: Scope = ALL) -> Report:
        """The year's report, made after it."""
        with self.database.begin() as connection:
            return make_report(connection, loaded(EXAMPLE), YEAR, AFTER, scope)


@pytest.fixture
def told(migrated_database: str) -> Iterator[Told]:
    one = Told(migrated_database)
    yield one
    one.database.close()


def value(report: Report, key: str) -> float | None:
    found = report.figure(key)
    assert found is not None, key
    return found.value


def test_revenue_is_counted_as_it_was_then(told: Told) -> None:
    told.account("grown", arr=100, lifecycle="adopting", segment="big")
    told.account("gone", arr=100, lifecycle="adopting", segment="small")
    told.account("never-a-customer", arr=0)
    told.account("there-before", created=False, arr=50)
    told.account("unsaid", created=False, arr=70)
    told.now = T0 + 10 * DAY
    told.account("new", arr=900, lifecycle="adopting")
    told.changed("grown", arr=130)
    told.changed("gone", lifecycle="churned")
    told.changed("unsaid", arr=70)
    told.now = YEAR.end + DAY
    told.changed("grown", arr=5)
    report = told.report()
    assert value(report, "nrr") == (130 + 0 + 50) / 250
    assert value(report, "gross_retention") == 150 / 250
    assert value(report, "logo_churn") == 1 / 3
    assert value(report, "revenue_churn") == 100 / 250
    nrr = report.figure("nrr")
    assert nrr is not None
    assert nrr.unknown == 1
    assert [row["account"] for row in nrr.rows if row["change"] == "unknown"] == ["unsaid"]
    assert value(told.report(Scope(segment="big")), "nrr") == 1.3


def test_health_is_what_was_known_at_each_end(told: Told) -> None:
    told.account("falls", arr=1)
    told.account("stays", arr=1)
    told.account("unscored", arr=1)
    told.score("falls", 90, "green")
    told.score("stays", 50, "yellow")
    told.now = T0 + DAY
    told.score("falls", 10, "red")
    told.now = YEAR.end + DAY
    told.score("stays", 95, "green", at=T0 + 2 * DAY)  # it was not known in the period
    report = told.report()
    assert [value(report, f"health.{band}") for band in ("red", "yellow", "green", "unknown")] == [
        1 / 3,
        1 / 3,
        0,
        1 / 3,
    ]
    moved = [one.key for one in report.figures if "_to_" in one.key and one.unit == "count"]
    assert moved == ["health.green_to_red"]


@pytest.fixture
def asks(told: Told) -> Told:
    """Four runs of a playbook that asks nine in ten: two treated reached the goal, two held out
    did not; one treated was asked and answered."""
    told.account("acme", arr=1)
    with told.database.begin() as connection:
        put_users(connection, samples.USERS)
        put_contacts(connection, samples.CONTACTS)
        put_plan(connection, ASKS, T0)
    with told.database.transaction() as records:
        for number, (outcome, held_out) in enumerate(
            [("achieved", False), ("achieved", False), ("completed", True), ("completed", True)]
        ):
            run = samples.enrollment(
                f"e-{number}",
                playbook="asks",
                plan=plan_hash(ASKS),
                status="finished",
                outcome=outcome,
                started_at=T0 + number * DAY,
                ended_at=T0 + (number + 3) * DAY,
            )
            records.put_enrollment(run)
            split = samples.line(
                f"split-{number}",
                enrollment=run.id,
                node=NodeId("try"),
                what="split",
                data={"arm": "x", "holdout": held_out},
            )
            records.put_line(split)
        for name, status in (("e-0", "accepted"), ("e-1", "refused"), ("e-2", "accepted")):
            sent = samples.effect(
                EffectKey(f"{name}/nps/c-anna"),
                enrollment=name,
                node=NodeId("nps"),
                path=(),
                verb="send_survey",
                status=status,
                recipient="c-anna",
                at=T0 + DAY,
            )
            records.put_effect(sent)
    told.now = T0 + 2 * DAY
    answer = {"score": 9, "survey": "nps"}
    told.fact("survey.answered", "acme", answer, id="e-0/nps/c-anna:answered")
    return told


def test_a_survey_that_was_refused_was_not_sent(asks: Told) -> None:
    report = asks.report()
    assert value(report, "nps") == 100
    assert value(report, "nps_response") == 1 / 2
    response = report.figure("nps_response")
    assert response is not None
    assert [row["answered"] for row in response.rows] == [True, False]


def test_lift_compares_with_those_held_out(asks: Told) -> None:
    report = asks.report()
    assert value(report, "playbook.asks.enrolled") == 4
    assert value(report, "playbook.asks.achieved") == 0.5
    assert value(report, "playbook.asks.time_to_goal") == 3
    assert value(report, "playbook.asks.lift") == 100


def test_playbook_without_a_goal_achieves_neither_something_nor_nothing(asks: Told) -> None:
    aimless = replace(ASKS, goal=None)
    with asks.database.begin() as connection:
        put_plan(connection, aimless, T0)
    with asks.database.transaction() as records:
        for number in range(4):
            records.change_enrollment(EnrollmentId(f"e-{number}"), plan=plan_hash(aimless))
    report = asks.report()
    assert value(report, "playbook.asks.enrolled") == 4
    assert value(report, "playbook.asks.achieved") is None


def test_withdrawn_tasks_and_approvals_are_not_late(asks: Told) -> None:
    with asks.database.transaction() as records:
        for id, fields in {
            "on-time": {"status": "done", "closed_at": T0},
            "late": {"status": "done", "closed_at": T0 + 2 * DAY},
            "open": {"status": "open", "closed_at": None},
            "withdrawn": {"status": "withdrawn"},
            "after": {"due_at": YEAR.end + DAY},
        }.items():
            records.put_task(samples.task(id, **{"enrollment": "e-0", "kind": "task", **fields}))
        records.put_task(samples.task("gate", enrollment="e-0", kind="approval"))
    report = asks.report()
    on_time = report.figure("playbook.asks.on_time")
    assert on_time is not None
    assert on_time.value == 1 / 3
    assert [row["task"] for row in on_time.rows] == ["on-time", "late", "open"]


def test_a_period_without_anything_has_no_numbers(told: Told) -> None:
    report = told.report()
    assert {one.value for one in report.figures} == {None}


def test_a_period_under_way_ends_now(told: Told) -> None:
    told.account("acme", arr=100)
    with told.database.begin() as connection:
        early = make_report(connection, loaded(EXAMPLE), YEAR, T0 + timedelta(days=1))
    assert early.period.end == T0 + DAY


def test_a_scope_without_accounts_is_refused(told: Told) -> None:
    told.account("acme", arr=100, segment="big")
    with pytest.raises(InputError, match="no account is in what was asked for"):
        told.report(Scope(segment="bigg"))
