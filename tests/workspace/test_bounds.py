"""A value out of bounds is said with its bound, and with what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.language.workspace.load import load_workspace
from tests.workspaces import write_files

TENURE = """\
workspace: A
sender: {name: A, address: a@b.example}
brand: {address: B}
"""


@pytest.mark.parametrize(
    ("written", "message", "remedy"),
    [
        (
            "capacity: 0",
            "capacity has to be greater than 0, not 0.",
            "Write a number that is greater than 0.",
        ),
        (
            "send_window: {from: 8, to: 25}",
            "send_window.to has to be at most 24, not 25.",
            "Write a number that is at most 24.",
        ),
        (
            "message_caps: [{at_most: 0, per: day}]",
            "message_caps.0.at_most has to be at least 1, not 0.",
            "Write a number that is at least 1.",
        ),
        (
            "groups: {care: {playbooks: [one]}}",
            "groups.care.playbooks has 1, and needs 2.",
            "Write at least 2, or leave it out.",
        ),
    ],
)
def test_what_is_out_of_bounds_says_the_bound(
    tmp_path: Path, written: str, message: str, remedy: str
) -> None:
    root = write_files(tmp_path, {"tenure.yaml": f"{TENURE}{written}\n"})
    problems = [one for one in load_workspace(root).problems if one.code == "TN405"]
    assert [(one.message, one.remedy) for one in problems] == [(message, remedy)]
