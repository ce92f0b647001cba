"""Column mapping files."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import AuthorError, InputError
from engine.store.importing import read_mapping


def test_mapping_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "crm.yaml"
    path.write_text("Account ID: id\nAccount Name: name\nNotes:\n")
    assert read_mapping(path) == {"Account ID": "id", "Account Name": "name", "Notes": None}


@pytest.mark.parametrize("text", ["- a\n", "a: [b]\n", "a: 3\n", ""])
def test_mapping_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "crm.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"crm.yaml is not a column mapping"):
        read_mapping(path)


def test_mapping_file_that_is_not_yaml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "crm.yaml"
    path.write_text("a: b\n  c: [\n")
    with pytest.raises(AuthorError) as caught:
        read_mapping(path)
    assert caught.value.problems[0].where.file == "crm.yaml"
