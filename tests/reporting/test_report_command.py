"""`tenure report` as a person types it, on an applied workspace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.main import run
from tests.reporting.test_report import Told

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("_applied")]


@pytest.fixture
def _applied(migrated_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TENURE_DATABASE_URL", migrated_database)
    monkeypatch.setenv("TENURE_TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("TENURE_DATA_DIR", str(tmp_path))
    assert run(["apply", "--workspace", "examples/workspace"]) == 0
    told = Told(migrated_database)
    told.account("acme", arr=1000, lifecycle="adopting")
    told.changed("acme", arr=1200)
    told.database.close()


PERIOD = ("--from", "2026-03-01", "--to", "2026-05-31")


def test_text_has_each_key_and_what_it_is_of(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["report", *PERIOD]) == 0
    shown = capsys.readouterr().out
    assert "nrr" in shown
    assert "100.0 %  1,200 of 1,200" in shown


def test_list_shows_definition_and_rows(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["report", *PERIOD, "--list", "nrr"]) == 0
    shown = capsys.readouterr().out
    assert "SaaS Metrics Standards Board" in shown
    assert "acme     Acme  1,200" in shown


def test_json_reads_back_with_rows(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["report", *PERIOD, "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    (nrr,) = [one for one in report["sections"][0]["figures"] if one["key"] == "nrr"]
    assert (nrr["value"], nrr["rows"][0]["account"]) == (1.0, "acme")


def test_a_figure_that_is_not_there_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", *PERIOD, "--list", "nr"]) == 2
    assert "'nrr'?" in capsys.readouterr().err


def test_a_period_that_ends_before_it_begins_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "--from", "2026-06-02", "--to", "2026-06-01"]) == 2
    assert "ends before it begins" in capsys.readouterr().err


def test_both_days_of_the_period_are_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    day = ("--from", "2026-03-01", "--to", "2026-03-01")
    assert run(["report", *day, "--format", "json"]) == 0
    period = json.loads(capsys.readouterr().out)["period"]
    assert (period["first"], period["end"]) == (
        "2026-02-28T23:00:00+00:00",
        "2026-03-01T23:00:00+00:00",
    )
