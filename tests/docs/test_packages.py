"""Every package says what it owns; where it lists its modules, it lists all of them."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

PACKAGES = sorted(
    file.parent for top in ("engine", "workflows") for file in (ROOT / top).rglob("__init__.py")
)
_ROW = re.compile(r"^ *((?:[a-z_*]+(?:\.py)?, )*[a-z_*]+(?:\.py|/)?) {2,}\S")


def docstring(file: Path) -> str:
    return ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""


def listed(text: str) -> list[str]:
    """The modules and packages that a docstring lists, as patterns; none when it has no list."""
    rows = [row[1] for line in text.splitlines() if (row := _ROW.match(line))]
    names = [re.sub(r"(\.py|/)$", "", name) for row in rows for name in row.split(", ")]
    return names if len(rows) > 2 else []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_package_says_what_it_owns(package: Path) -> None:
    if package.name == "versions":  # alembic's own layout
        return
    text = docstring(package / "__init__.py")
    assert len(text) > 60
    there = {file.stem for file in package.glob("*.py")} - {"__init__", "__main__"}
    there |= {file.parent.name for file in package.glob("*/__init__.py")}
    if names := listed(text):
        assert [one for one in sorted(there) if not any(fnmatchcase(one, n) for n in names)] == []
        assert [name for name in names if not any(fnmatchcase(one, name) for one in there)] == []


def test_every_module_has_a_docstring() -> None:
    files = [file for top in ("engine", "workflows") for file in (ROOT / top).rglob("*.py")]
    without = [file for file in files if "versions" not in file.parts and not docstring(file)]
    assert [str(file.relative_to(ROOT)) for file in without] == []


def test_lists_are_found() -> None:
    assert listed("Ours.\n\nfirst, second  this\n    third.py  that\nsub/   those") == [
        "first", "second", "third", "sub",
    ]  # fmt: skip
