"""The catalogue and its pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.language.code import Code
from engine.language.codes import all_codes, docs_page, gather, write_docs


def test_every_code_is_complete_and_in_form() -> None:
    for name, entry in all_codes().items():
        assert name == entry.code
        assert name.startswith("TN")
        assert name[2:].isdecimal()
        assert len(name) == 5
        assert all([entry.title, entry.explanation, entry.bad, entry.good])


def test_one_code_with_two_meanings_is_refused() -> None:
    one = Code("TN100", "t", "e", "b", "g")
    with pytest.raises(ValueError, match="TN100"):
        gather((one,), (one,))


def test_page_shows_both_examples() -> None:
    page = docs_page(Code("TN1", "Title", "Why.", "a: no", "a: false"))
    assert page == (
        "# TN1: Title\n\nWhy.\n\n## Gives this problem\n\n```\na: no\n```\n\n"
        "## Does not\n\n```\na: false\n```\n"
    )


def test_write_docs_reports_what_changed(tmp_path: Path) -> None:
    expected = {f"{code}.md" for code in all_codes()} | {"index.md"}
    assert set(write_docs(tmp_path)) == expected
    assert write_docs(tmp_path) == []
    (tmp_path / "TN100.md").write_text("old")
    (tmp_path / "TN999.md").write_text("gone")
    assert write_docs(tmp_path) == ["TN100.md", "TN999.md"]
    assert {path.name for path in tmp_path.iterdir()} == expected
