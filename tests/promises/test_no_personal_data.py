"""No personal data in workflow history, in what Temporal lists, or in a worker's log."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from engine.effects.entities import EnrollmentId
from engine.plan.clock import Clock
from engine.services.applying import apply
from engine.services.importing import bring_in
from engine.services.rehearsal import Cast, read_story
from engine.store.database import Database
from engine.store.importing import read_mapping
from tests.promises.company import Company, checked
from tests.promises.histories import as_text, fetch
from tests.waiting import until

EXAMPLE = Path(__file__).parents[2] / "examples" / "workspace"
DATA = EXAMPLE / "data"
DAYS, DAY_S = 24, 0.4
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@pytest.fixture
def example(
    databases: object, migrated: str, temporal_server: str, tmp_path: Path
) -> Iterator[Company]:
    """The example workspace with its people, on a clock of half a second a day."""
    url = databases.create(migrated)  # type: ignore[attr-defined]
    clock = Clock(time.time() + 5, 1772434800.0, 86400 / DAY_S)
    queue = f"promises-{uuid4().hex[:8]}"
    settings = {
        "TENURE_DATABASE_URL": url,
        "TENURE_CLOCK": clock.spec,
        "TENURE_TEMPORAL_ADDRESS": temporal_server,
        "TENURE_TASK_QUEUE": queue,
        "TENURE_OUTBOUND_TASK_QUEUE": f"{queue}-out",
        "TENURE_EMAIL_URL": f"eml:{tmp_path / 'mails'}",
    }
    company = Company(Database(url, clock), EXAMPLE, settings)
    checkup = checked(EXAMPLE)
    apply(company.database, checkup.workspace(), checkup.plans, by="test")
    for kind in ("users", "accounts", "contacts"):
        columns = read_mapping(DATA / "mapping.yaml", kind)  # type: ignore[arg-type]
        path = DATA / f"{kind}.csv"
        bring_in(company.database, company.context, kind, path, columns)  # type: ignore[arg-type]
    yield company
    company.close()
    databases.drop(url)  # type: ignore[attr-defined]


def personal() -> set[str]:
    """Addresses and full names of everybody, and what is written into tasks."""
    said = {"One set of numbers for the whole company", "Three teams reported three", "Agreed on"}
    for kind in ("contacts", "users"):
        with (DATA / f"{kind}.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                said.add(row["Email"])
                said.add(row.get("Full Name") or f"{row['First Name']} {row['Last Name']}")
    with (DATA / "accounts.csv").open(encoding="utf-8") as file:
        said |= {row["Notes from Sales"] for row in csv.DictReader(file)}
    return said - {""}


def kickoff_call(company: Company, run: EnrollmentId) -> bool:
    return any(task.node == "kickoff-call" for task in company.tasks_of(run))


@pytest.mark.slow
@pytest.mark.temporal
def test_histories_and_logs_of_the_example_name_nobody(
    example: Company, temporal_server: str, tmp_path: Path
) -> None:
    worker = example.start_worker()
    story = read_story(DATA / "facts.jsonl")
    begins = datetime.fromtimestamp(example.database.clock.workspace_epoch_s, UTC)
    cast = Cast(example.database, example.context, begins, story)
    last = time.monotonic() + 5 + DAYS * DAY_S
    while time.monotonic() < last:
        cast.act()
        time.sleep(0.1)
    until(lambda: example.backlog() == 0, "Temporal has every run")
    runs = [run.id for run in example.runs()]
    assert len(runs) > 10
    until(lambda: list((tmp_path / "mails").glob("*.eml")), "customers are written to, by name")
    until(lambda: any(kickoff_call(example, run) for run in runs), "a task of our own people")
    histories = fetch(temporal_server, runs)
    worker.terminate()
    assert worker.wait(30) == 0

    everything = as_text(histories)
    assert "kickoff-call" in everything
    assert all(run in everything for run in runs)
    logs = example.said[-1].text()
    assert "worker stopped" in logs
    found = {one for one in personal() if one in everything or one in logs}
    assert found == set()
    # What is left are the identities of our processes: pid@host.
    assert {one for one in ADDRESS.findall(everything) if not one[0].isdigit()} == set()
