"""The backtest that is measured: its workspace checks, and what is measured is a whole backtest."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bench.backtesting import WORKSPACE, play
from engine.services.authoring import check_workspace
from examples.year.__main__ import write_year
from examples.year.story import Year


def test_workspace_has_no_problems() -> None:
    assert check_workspace(WORKSPACE).problems == ()


def test_year_of_weekly_health_is_played(tmp_path: Path) -> None:
    facts = write_year(tmp_path, 30, Year.of(date(2025, 1, 6), 7, health_only=True))
    found = play(tmp_path)
    assert found["runs"] > 5
    assert 100 < found["facts"] < facts
