"""Sweeps on real parts: what is due fires once, whoever looks, how often and however late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

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
from engine.services.sweeping import KINDS, sweep
from engine.settings import load_settings
from engine.store.directory import put_accounts
from tests.waiting import until
from tests.workflows.shell_office import Office
from workflows.sweeping import ensure_schedules, schedule_id

DUE = "{date: account.renewal_date}"
STEPS = "steps:\n  - {task: plan, assign: {user: ann}}\n"
EVERYBODY = 20


@dataclass
class Calendar:
    """An office with a playbook that starts by the clock."""

    office: Office

    def playbook(self, on: str, more: str = "") -> Plan:
        """Apply the playbook `dated`."""
        text = f"playbook: dated\nenroll:\n  on: {on}\n{more}{STEPS}"
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
    """The office, and what starts by the clock there."""
    return Calendar(office)


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


def test_a_schedule_begins_with_its_first_moment_after_apply(calendar: Calendar) -> None:
    calendar.playbook("{schedule: 0 0 * * *}")
    assert calendar.sweep("schedules").started == 0
    before = calendar.office.database.now.date()
    until(lambda: calendar.office.database.now.date() > before + timedelta(days=2), "two days")
    assert calendar.sweep("schedules").started == EVERYBODY


def test_conditions_over_time_are_swept(calendar: Calendar) -> None:
    calendar.renews(8, accounts=2)
    calendar.playbook("{matches: account.renewal_date - today <= 1d}")
    assert calendar.sweep("conditions").started == 0
    matched = until(lambda: calendar.sweep("conditions").started, "the day before")
    assert (matched, calendar.sweep("conditions").started) == (2, 0)


def test_a_date_that_passes_while_no_worker_lives_fires_once(calendar: Calendar) -> None:
    office = calendar.office
    office.more = {"TENURE_SWEEP_EVERY_S": "1"}
    office.start_worker().kill()
    calendar.playbook(DUE)
    calendar.renews(5, accounts=4)
    due = office.database.now + timedelta(days=6)
    until(lambda: office.database.now > due, "the date")
    assert calendar.runs() == 0
    office.start_worker()
    until(lambda: calendar.runs() == 4, "what was missed")
    assert calendar.sweep().started == 0


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
    assert [one.state.paused for one in found] == [True, False, False, False]
    assert {each.every for one in found for each in one.spec.intervals} == {timedelta(minutes=1)}
