"""What is deleted after a while, and that nothing comes of it: nothing fires twice, nothing that is
open goes, and what a playbook came to last stays known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.effects.context import Context
from engine.effects.enrolling_entities import Queued
from engine.effects.entities import ContactId, EffectKey
from engine.language.workspace.load import load_workspace
from engine.services import retention
from engine.services.facts import take_in
from engine.services.rejects import drop, list_rejects
from engine.services.why_not import why_not
from tests.workflows.test_sweeping import DUE, Calendar, calendar
from tests.workspaces import write_files

__all__ = ["calendar"]


def count(calendar: Calendar, table: str, where: str = "true") -> int:
    with calendar.office.database.begin() as connection:
        found = connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {where}")
        return int(found.scalar_one())


def forget(calendar: Calendar) -> int:
    return calendar.sweep("retention").deleted


def test_of_old_decisions_the_latest_of_each_playbook_and_account_stays(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    calendar.playbook("{fact: contract.signed}")
    office = calendar.office

    def sign(account: str) -> None:
        fact = {"fact": "contract.signed", "account": account}
        take_in(office.database, lambda: office.context, [fact])

    for _ in range(5):  # the first begins, the others are refused
        sign("acme-0")
        sign("acme-1")
    calendar.passes(days=399)
    assert forget(calendar) == 0
    sign("acme-1")
    calendar.passes(days=2)
    assert forget(calendar) == 4 + 5
    assert forget(calendar) == 0
    assert count(calendar, "decisions") == 2
    (why,) = why_not(office.database, office.context, "dated", "acme-0")
    assert [one.last is not None for one in why.triggers] == [True]


def test_the_workspace_says_how_long(calendar: Calendar, tmp_path: Any) -> None:
    root = write_files(
        tmp_path / "short",
        {
            "tenure.yaml": "workspace: A\nsender: {name: A, address: a@acme.example}\n"
            'brand: {address: "1 High St"}\nkeep: {decisions: 2w, rejects: 12h}\n'
        },
    )
    workspace = load_workspace(root).workspace
    assert workspace is not None
    keep = Context.of(workspace).workspace.keep
    assert (keep.decisions_h, keep.rejects_h) == (14 * 24, 12)


def test_open_rejects_stay_and_those_done_with_go(calendar: Calendar) -> None:
    database, context = calendar.office.database, calendar.office.context
    wrong = [{"fact": "contract.signed", "account": f"nobody-{number}"} for number in range(3)]
    take_in(database, lambda: context, wrong)
    open_one, *others = [one.number for one in list_rejects(database)]
    list(drop(database, others, by="ann"))
    calendar.passes(days=89)
    assert forget(calendar) == 0
    calendar.passes(days=2)
    assert forget(calendar) == 2
    assert [one.number for one in list_rejects(database, closed=True)] == [open_one]


def test_a_schedule_fires_no_round_again_whose_firings_are_deleted(calendar: Calendar) -> None:
    calendar.playbook("{schedule: 0 0 1 * *, if_late: run}")
    for _ in range(3):
        calendar.passes(days=31)
        calendar.sweep("schedules")
    before = count(calendar, "firings")
    calendar.passes(days=29)
    assert forget(calendar) > 0
    assert count(calendar, "firings", "subject = '*'") == 1
    assert count(calendar, "firings") < before
    assert calendar.sweep("schedules").started == 0
    again = calendar.sweep("schedules")
    assert (again.started, again.refused) == (0, 0)


def test_the_round_under_way_goes_on_with_the_rest(calendar: Calendar) -> None:
    calendar.playbook("{schedule: 0 0 1 1 *, if_late: run}")
    calendar.passes(days=310)
    with calendar.office.database.transaction() as records:
        records.put_firing("dated", "acme-0", "schedule 0 0 1 1 *, UTC/2027-01-01T00:00:00+00:00")
    calendar.passes(days=60)
    assert forget(calendar) == 0  # the latest round that is over is the one before
    assert calendar.sweep("schedules").started == 19


def test_a_date_fires_once_however_long_ago(calendar: Calendar) -> None:
    calendar.playbook(DUE.replace("}", ", if_late: {run: 2000d}}"))
    calendar.renews(-1, accounts=2)
    assert calendar.sweep().started == 2
    calendar.passes(days=1500)
    forget(calendar)
    assert count(calendar, "firings") == 2
    swept = calendar.sweep()
    assert (swept.started, swept.refused) == (0, 0)


def test_signed_calls_are_forgotten_when_they_are_too_old_to_come_in(calendar: Calendar) -> None:
    with calendar.office.database.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO hook_calls VALUES ('crm', 'n', '2026-03-02 11:50Z')"
        )
    forget(calendar)
    assert count(calendar, "hook_calls") == 1
    calendar.ahead += timedelta(minutes=20)
    forget(calendar)
    assert count(calendar, "hook_calls") == 0


def test_messages_of_runs_that_are_over_are_queued_no_more(calendar: Calendar) -> None:
    run = calendar.office.enroll("acme-0")
    with calendar.office.database.transaction() as records:
        now = records.now
        records.queue_message(Queued(ContactId("c-1"), EffectKey("k"), run, 0, now, now))
    forget(calendar)
    assert count(calendar, "queued_messages") == 1
    with calendar.office.database.transaction() as records:
        records.change_enrollment(run, status="finished", ended_at=records.now)
    forget(calendar)
    assert count(calendar, "queued_messages") == 0
