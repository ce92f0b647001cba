"""Runs that wait for what only the clock brings about, on real parts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine.effects.entities import AccountId
from engine.services.applying import apply
from engine.services.enrolling import enroll_by_hand
from engine.services.facts import take_in
from engine.store.directory import put_accounts
from engine.store.schema import upgrade
from tests.waiting import until
from tests.workflows.shell_office import Office
from tests.workspaces import compile_playbook

PLAYBOOK = """
playbook: patient
goal: now - account.renewal_date >= 0h
steps:
  - {wait: 300d}
"""


def test_goal_over_time_is_reached_though_nothing_happens(
    databases: Any, temporal_server: str, tmp_path: Path
) -> None:
    url = databases.create()
    upgrade(url)
    queue = f"patient-{uuid4().hex[:8]}"
    office = Office.open(url, temporal_server, tmp_path, queue=queue, factor=3600)
    office.more = {"TENURE_SWEEP_EVERY_S": "1"}
    plan = compile_playbook(office.workspace, PLAYBOOK, "patient")
    apply(office.database, office.workspace, {"patient": plan}, by="test")
    with office.database.begin() as connection:
        for name in ("acme-1", "acme-2"):
            put_accounts(
                connection, {AccountId(name): {"name": name, "renewal_date": "2999-01-01"}}
            )
    try:
        runs = [
            enroll_by_hand(office.database, office.context, "patient", account, by="test")
            for account in ("acme-1", "acme-2")
        ]
        office.start_worker()
        first, second = (run.enrollment for run in runs)
        assert first is not None
        assert second is not None
        until(lambda: waits(office) == 2, "both runs to wait")
        day = (office.database.now + timedelta(hours=30)).date()  # in six to thirty seconds
        changed = {"account": "acme-1", "data": {"fields": {"renewal_date": day.isoformat()}}}
        (said,) = take_in(
            office.database, lambda: office.context, [{"fact": "account.changed", **changed}]
        )
        assert said.status == "accepted", said
        until(lambda: office.run_of(first).outcome == "achieved", "the goal")
        assert office.run_of(second).outcome is None
        with office.database.transaction() as records:
            met = next(line for line in records.lines(first) if line.what == "goal met")
        assert met.data["fact"].startswith("clock/waits/acme-1/")
    finally:
        office.close()
        databases.drop(url)


def waits(office: Office) -> int:
    with office.database.begin() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM waits").scalar_one())
