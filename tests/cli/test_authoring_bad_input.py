"""Commands of the author's desk meet bad paths and settings: words and a code, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli.main import run
from engine.cli.stack import shared_settings
from engine.errors import InputError
from engine.language.starter import write_starter


@pytest.mark.parametrize(
    "words", [["schema", "-o"], ["graph", "welcome", "-o"], ["test", "--junit"]]
)
def test_output_that_cannot_be_written_is_named(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_starter(tmp_path / "ws")
    assert run([*words, str(tmp_path / "no" / "file"), "-w", str(tmp_path / "ws")]) == 2
    assert "no/file cannot be written: No such file or directory" in capsys.readouterr().err


def test_way_to_send_that_does_not_exist_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENURE_EMAIL_URL", "pigeon:loft")
    with pytest.raises(InputError, match="names no way to send that there is"):
        shared_settings(tmp_path)


def test_playbook_with_errors_is_not_said_to_be_missing_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_starter(tmp_path / "ws")
    (tmp_path / "ws" / "playbooks" / "broken.yaml").write_text("playbook: broken\nsteps: [{}]\n")
    assert run(["graph", "broken", "-w", str(tmp_path / "ws")]) == 2
    assert "Others have errors: see `tenure check`." in capsys.readouterr().err
