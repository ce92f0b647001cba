"""Every generated file of the documentation: what it should hold, writing it, checking it.

Owns the list of generated files; each is made by the part that knows its words.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from engine.cli.reference.commands import commands_page
from engine.cli.reference.language import language_page
from engine.language.codes import write_docs
from engine.language.graph import svg
from engine.language.json_schema import playbook_schema
from engine.plan.model import Plan
from engine.services.authoring import check_workspace
from engine.web.api.application import bare, document

ROOT = Path(__file__).parents[3]
SHIPPED = Path("examples/workspace")
"""The workspace whose playbooks are drawn: the shipped library and the demo's own."""


def generated(root: Path = ROOT) -> Mapping[Path, str]:
    """Return the text of every generated file, by its path from the root."""
    docs = Path("docs")
    return {
        docs / "language.md": language_page(root / "docs" / "parts"),
        docs / "cli.md": commands_page(),
        docs / "openapi.json": json.dumps(document(bare()), indent=2, ensure_ascii=False) + "\n",
        docs / "playbook.schema.json": json.dumps(playbook_schema(), indent=2) + "\n",
        **{docs / "problems" / name: text for name, text in _problems().items()},
        **{docs / "graphs" / f"{name}.svg": svg(plan) for name, plan in _plans(root).items()},
    }


def _problems() -> Mapping[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        write_docs(folder)
        return {page.name: page.read_text("utf-8") for page in sorted(Path(folder).iterdir())}


def _plans(root: Path) -> Mapping[str, Plan]:
    return check_workspace(root / SHIPPED).plans


def stale(root: Path = ROOT) -> list[str]:
    """Return the paths of generated files that are missing, different or left over."""
    made = generated(root)
    wrong = [path for path, text in made.items() if _read(root / path) != text]
    return sorted(str(path) for path in {*wrong, *_left_over(root, made)})


def write(root: Path = ROOT) -> list[str]:
    """Bring every generated file up to date; return the paths of those that changed."""
    made = generated(root)
    changed = stale(root)
    for old in _left_over(root, made):
        (root / old).unlink()
    for path, text in made.items():
        if str(path) in changed:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
    return changed


def _left_over(root: Path, made: Mapping[Path, str]) -> list[Path]:
    folders = (root / "docs" / name for name in ("problems", "graphs"))
    files = (file.relative_to(root) for folder in folders for file in folder.glob("*"))
    return [file for file in files if file not in made]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
