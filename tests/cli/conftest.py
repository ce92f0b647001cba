"""A workspace on disk, and `tenure`: a command run in this process, its exit code and its words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.main import run

Tenure = Callable[..., tuple[int, str]]


@pytest.fixture
def tenure(capsys: pytest.CaptureFixture[str]) -> Tenure:
    """Runs a command; returns its exit code and what it wrote, errors after the rest."""

    def run_it(*arguments: object) -> tuple[int, str]:
        code = run([str(one) for one in arguments])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run_it


@pytest.fixture
def workspace(tmp_path: Path, tenure: Tenure, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `tenure init` writes, as the current folder; no settings from outside."""
    for name in ("DATABASE_URL", "TEMPORAL_ADDRESS", "CLOCK", "DATA_DIR", "WORKSPACE", "EMAIL_URL"):
        monkeypatch.delenv(f"TENURE_{name}", raising=False)
    root = tmp_path / "workspace"
    assert tenure("init", root)[0] == 0
    monkeypatch.chdir(root)
    return root
