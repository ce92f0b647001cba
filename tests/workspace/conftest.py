"""A workspace on disk that a test changes by one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.workspaces import write_files

TENURE = """\
workspace: Acme CS
sender: {name: Acme Success, address: success@acme.example}
brand: {address: "1 High St, Springfield"}
"""
TEMPLATE = "---\nsubject: Hello\npurpose: service\n---\nHello {{ contact.first_name }}"

Write = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a workspace: a good one, with the files given in place of its own."""

    def write_them(files: Mapping[str, str]) -> Path:
        return write_files(tmp_path / "acme", {"tenure.yaml": TENURE, **files})

    return write_them
