"""Every entry of the catalogue is true: its bad example gives its code, its good one nothing."""

from __future__ import annotations

from typing import Any

import pytest

from engine.language.workspace.codes import WORKSPACE_CODES
from engine.language.workspace.load import load_workspace

FILES = {
    "schema.yaml": ("TN402", "TN404", "TN420", "TN422", "TN423", "TN424", "TN426"),
    "people.yaml": ("TN410", "TN411", "TN412", "TN413", "TN419"),
    "calendars.yaml": ("TN407",),
    "tenure.yaml": ("TN401", "TN403", "TN405", "TN406", "TN408", "TN409", "TN414", "TN421"),
    "templates/hello.md": ("TN416",),
}
# About files and folders: shown in words, tested in test_load_workspace.py.
ABOUT_FILES = {"TN400", "TN415", "TN417", "TN418", "TN425"}
BASE = {
    "workspace": "workspace: Acme CS",
    "sender": "sender: {name: Acme Success, address: success@acme.example}",
    "brand": 'brand: {address: "1 High St, Springfield"}',
}
CASES = [
    pytest.param(file, code, id=code.code)
    for file, names in FILES.items()
    for code in WORKSPACE_CODES
    if code.code in names
]


def completed(file: str, example: str) -> dict[str, str]:
    if file != "tenure.yaml":
        return {file: example}
    missing = [line for key, line in BASE.items() if f"{key}:" not in example]
    return {file: "\n".join([*missing, example])}


def test_every_code_is_tested() -> None:
    tested = {code for codes in FILES.values() for code in codes}
    assert tested | ABOUT_FILES == {code.code for code in WORKSPACE_CODES}


@pytest.mark.parametrize(("file", "code"), CASES)
def test_bad_example_gives_its_code_and_good_one_none(write: Any, file: str, code: Any) -> None:
    root = write({"playbooks/a.yaml": "x", **completed(file, code.bad)})
    assert code.code in {one.code for one in load_workspace(root).problems}
    write(completed(file, code.good))
    assert load_workspace(root).problems == ()
