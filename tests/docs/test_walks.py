"""What the pages show is what happens: their commands are run, in their order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, Block, blocks, pages
from tests.docs.walk import Walk, edited, key, pattern, plain

ENVIRONMENT = (". .venv/bin/activate",)


def walkable(page: Path) -> list[Block]:
    """The blocks of a page without the lines that only concern the reader's own shell."""
    return [one for one in blocks(page) if one.mark or one.language == "console"]


@pytest.mark.postgres
@pytest.mark.temporal
@pytest.mark.slow
def test_tutorial_happens_as_written(server_home: Path) -> None:
    server_home.chmod(0o755)
    with Walk(server_home) as walk:
        for block in walkable(DOCS / "tutorial.md"):
            if block.text.strip().removeprefix("$ ") not in ENVIRONMENT:
                walk.take(block)


def test_only_the_tutorial_and_the_readme_have_commands_to_run() -> None:
    elsewhere = [str(block) for page in pages() for block in walkable(page)]
    assert {one.partition(":")[0] for one in elsewhere} <= {"README.md", "docs/tutorial.md"}


def test_targets_of_make_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    text = "\n".join(page.read_text("utf-8") for page in pages())
    targets = set(re.findall(r"(?:^|`)make ([a-z-]+)\b", text, flags=re.MULTILINE))
    assert targets >= {"demo", "test", "docs", "setup"}
    assert [one for one in sorted(targets) if f"\n{one}:" not in makefile] == []


def test_edit_replaces_by_key_and_adds_what_is_new() -> None:
    assert edited("a: 1\n  b: 2\nc: 3\n", "  b: 4\n  d: 5\n") == "a: 1\n  b: 4\n  d: 5\nc: 3\n"
    assert key("      - {complete: call, in: 3d}") == "- {complete: call, in: 3d}"


def test_answers_are_compared_by_words() -> None:
    shown = ["task          due", "t-nq2vav3yaj  Tue 2026-11-24 09:00", "…", "end"]
    assert re.fullmatch(
        pattern(shown), plain("task due\nt-abcdefghij Mon 2027-01-01 10:00\nx\nend")
    )
    assert not re.fullmatch(pattern(shown), plain("task due\nt-abcdefghij soon\nend"))
