"""A workspace on disk that a test changes by one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

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

    def write_files(files: Mapping[str, str]) -> Path:
        root = tmp_path / "acme"
        for name, text in {"tenure.yaml": TENURE, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    return write_files
