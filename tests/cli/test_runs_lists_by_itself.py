"""`tenure runs` without a command lists: what remedies and pages say works as they say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli.main import run


@pytest.mark.parametrize("words", [[], ["--stuck"], ["list", "--stuck"]])
def test_runs_without_a_command_lists(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TENURE_DATA_DIR", str(tmp_path))
    assert run(["runs", *words]) == 2
    assert "there is no database to talk to" in capsys.readouterr().err


def test_runs_still_has_help_and_other_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runs", "--help"]) == 0
    assert "migrate" in capsys.readouterr().out
    assert run(["runs", "pause"]) == 2
    assert "Missing argument" in capsys.readouterr().err
