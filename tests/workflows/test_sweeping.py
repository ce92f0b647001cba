"""Sweeps on real parts: what is due fires once, whoever looks, how often and however late."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client

from engine.effects.context import Context
from engine.effects.entities import AccountId
from engine.effects.sweeping import Swept
from engine.errors import TransientError
from engine.language.load import check_playbook
from engine.language.source import load
from engine.plan.clock import Clock
from engine.plan.model import Plan
from engine.services.applying import apply
from engine.services.sweeping import KINDS, SELDOM_S, sweep
from engine.settings import load_settings
from engine.store.database import Database
from engine.store.directory import put_accounts
from engine.store.schema import upgrade
from tests.waiting import until
from tests.workflows.shell_office import Office
from workflows.client import TemporalRunner
from workflows.schedules import ensure_schedules, list_schedules, schedule_id

DUE = "{date: account.renewal_date}"
STEPS = "steps:\n  - {task: plan, assign: {user: ann}}\n"
EVERYBODY = 20


@dataclass
class Calendar:
    """An office with a playbook that starts by the clock."""

    office: Office
    ahead: timedelta = timedelta()

    def passes(self, **time: float) -> None:
        """Let time pass for sweeps of this process."""
        self.ahead += timedelta(**time)

    def now(self) -> datetime:
        """The time of sweeps of this process: noon of a Monday, and what has passed since."""
        return datetime(2026, 3, 2, 12, tzinfo=UTC) + self.ahead

    def playbook(self, on: str, *, top: str = "") -> Plan:
        """Apply the playbook `dated`."""
        text = f"playbook: dated\n{top}enroll:\n  on: {on}\n{STEPS}"
        document, problems = load("dated.yaml", text)
        assert document is not None
        checked = check_playbook(document, self.office.workspace)
        assert not (*problems, *checked.problems)
        assert checked.plan is not None
        apply(self.office.database, self.office.workspace, {"dated": checked.plan}, by="test")
        return checked.plan

    def renews(self, days: float, accounts: int = EVERYBODY) -> None:
        """Let accounts renew so many days from now."""
        at = (self.office.database.now + timedelta(days=days)).isoformat()
        names = [f"acme-{number}" for number in range(accounts)]
        with self.office.database.begin() as connection:
            fields = {AccountId(name): {"name": name, "renewal_date": at} for name in names}
            put_accounts(connection, fields)

    def sweep(self, kind: str = "dates", **more: object) -> Swept:
        """Sweep once, as the worker would."""
        context = Context.of(self.office.workspace)
        return sweep(self.office.database, context, kind, **more)  # type: ignore[arg-type]

    def runs(self) -> int:
        """How many runs are under way."""
        names = [AccountId(f"acme-{number}") for number in range(EVERYBODY)]
        with self.office.database.transaction() as records:
            return sum(len(records.enrollments(name)) for name in names)


@pytest.fixture
def calendar(office: Office) -> Calendar:
    """The office without workers, and what starts by the clock there; time stands still."""
    office.database.close()
    calendar = Calendar(office)
    office.database = Database(office.database.url, Clock(), real_now=calendar.now)
    return calendar


@pytest.fixture
def hurried(databases: Any, temporal_server: str, tmp_path: Path) -> Iterator[Calendar]:
    """An office with workers, where an hour is a second."""
    url = databases.create()
    upgrade(url)
    queue = f"hurried-{uuid4().hex[:8]}"
    office = Office.open(url, temporal_server, tmp_path, queue=queue, factor=3600)
    office.more = {"TENURE_SWEEP_EVERY_S": "1"}
    yield Calendar(office)
    office.close()
    databases.drop(url)


def test_a_sweep_fires_what_is_due_and_the_next_nothing(calendar: Calendar) -> None:
    calendar.playbook(DUE)
    calendar.renews(-1, accounts=3)
    assert [calendar.sweep().started for _ in range(2)] == [3, 0]
    assert calendar.runs() == 3


def test_two_sweeps_at_once_fire_once(calendar: Calendar) -> None:
    calendar.playbook(DUE)
    calendar.renews(-1)
    with ThreadPoolExecutor(4) as threads:
        swept = [threads.submit(calendar.sweep) for _ in range(4)]
    assert sum(one.result().started for one in swept) == EVERYBODY
    assert calendar.runs() == EVERYBODY


def test_a_sweep_that_is_broken_off_is_gone_on_with(calendar: Calendar) -> None:
    calendar.playbook(DUE)
    calendar.renews(-1)
    beats = iter(range(5))

    def beat() -> None:
        if next(beats, None) is None:
            raise TransientError("the worker ends")

    with pytest.raises(TransientError):
        calendar.sweep(beat=beat)
    assert 0 < calendar.runs() < EVERYBODY
    calendar.sweep()
    assert calendar.runs() == EVERYBODY


def test_a_date_further_back_than_the_window_is_left_out(calendar: Calendar) -> None:
    calendar.playbook(DUE.replace("}", ", if_late: {run: 2d}}"))
    calendar.renews(-40)
    assert calendar.sweep().started == 0


def test_what_a_draft_decided_fires_when_it_goes_live(calendar: Calendar) -> None:
    calendar.playbook(DUE, top="mode: draft\n")
    calendar.renews(-1, accounts=3)
    drafted = [calendar.sweep() for _ in range(2)]
    assert [(one.started, one.refused) for one in drafted] == [(0, 3), (0, 0)]
    calendar.playbook(DUE)
    assert [calendar.sweep().started for _ in range(2)] == [3, 0]


def test_a_schedule_begins_with_its_first_moment_after_apply(calendar: Calendar) -> None:
    calendar.playbook("{schedule: 0 0 * * *}")
    assert calendar.sweep("schedules").started == 0
    calendar.passes(days=2)
    assert [calendar.sweep("schedules").started for _ in range(2)] == [EVERYBODY, 0]


def test_of_the_moments_a_schedule_missed_the_latest_counts(calendar: Calendar) -> None:
    calendar.playbook("{schedule: 0 0 * * *, if_late: {run: 6h}}")
    calendar.passes(days=3)  # noon: twelve hours after the latest
    assert calendar.sweep("schedules").started == 0
    calendar.passes(hours=13)
    assert calendar.sweep("schedules").started == EVERYBODY
    calendar.passes(days=10, hours=11)  # noon again
    swept = calendar.sweep("schedules")
    assert (swept.started, swept.refused) == (0, 0)


def test_a_schedule_that_is_broken_off_goes_on_with_the_rest(calendar: Calendar) -> None:
    calendar.playbook("{schedule: 0 0 * * *}")
    calendar.passes(days=1)
    beats = iter(range(7))

    def beat() -> None:
        if next(beats, None) is None:
            raise TransientError("the worker ends")

    with pytest.raises(TransientError):
        calendar.sweep("schedules", beat=beat)
    swept = calendar.sweep("schedules")
    assert (calendar.runs(), swept.refused) == (EVERYBODY, 0)
    assert 0 < swept.started < EVERYBODY


def test_conditions_over_time_are_swept(calendar: Calendar) -> None:
    calendar.renews(8, accounts=2)
    calendar.playbook("{matches: account.renewal_date - today <= 1d}")
    assert calendar.sweep("conditions").started == 0
    calendar.passes(days=7)
    assert [calendar.sweep("conditions").started for _ in range(2)] == [2, 0]


def test_a_date_that_passes_while_no_worker_lives_fires_once(hurried: Calendar) -> None:
    office = hurried.office
    office.start_worker().kill()
    hurried.playbook(DUE)
    hurried.renews(1 / 24, accounts=4)
    due = office.database.now + timedelta(hours=1)
    until(lambda: office.database.now > due, "the date")
    assert hurried.runs() == 0
    office.start_worker()
    until(lambda: hurried.runs() == 4, "what was missed")
    assert hurried.sweep().started == 0
    runner = TemporalRunner(load_settings(temporal_address=office.address, task_queue=office.queue))
    until(lambda: all(one.last_ended == "completed" for one in runner.sweeps()), "all kinds")
    assert [one.kind for one in runner.sweeps()] == list(KINDS)
    runner.close()


async def test_schedules_are_made_once_and_stay_paused(client: Client) -> None:
    settings = load_settings(task_queue="made-once", sweep_every_s=3600)
    await ensure_schedules(client, settings, Clock())
    paused = client.get_schedule_handle(schedule_id(settings, "dates"))
    await paused.pause(note="by the operator")
    await ensure_schedules(client, load_settings(task_queue="made-once"), Clock())
    found = [
        (await client.get_schedule_handle(schedule_id(settings, kind)).describe()).schedule
        for kind in KINDS
    ]
    assert [one.state.paused for one in found] == [kind == "dates" for kind in KINDS]
    shown = await list_schedules(client, settings)
    assert [(one.kind, one.paused, one.every_s) for one in shown] == [
        (kind, kind == "dates", SELDOM_S.get(kind, 60)) for kind in KINDS
    ]
    assert await list_schedules(client, load_settings(task_queue="never-made")) == []
