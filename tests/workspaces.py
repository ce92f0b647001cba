"""Workspaces of tests: their files written to disk, loaded, and playbooks compiled against them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.language.load import check_playbook
from engine.language.source import load
from engine.language.workspace.load import load_workspace
from engine.language.workspace.model import Workspace
from engine.plan.model import Plan


def write_files(root: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder, by their paths in it, and return it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def loaded(root: Path) -> Workspace:
    """Load the workspace of a folder; nothing is said against it."""
    found = load_workspace(root)
    assert [one.message for one in found.problems] == []
    assert found.workspace is not None
    return found.workspace


def compile_playbook(workspace: Workspace, text: str, name: str = "p") -> Plan:
    """Compile a playbook against a workspace, without a problem; its name may be left out."""
    head = "" if "playbook:" in text else f"playbook: {name}\n"
    document, problems = load(f"{name}.yaml", head + text)
    assert document is not None
    checked = check_playbook(document, workspace)
    assert [one.message for one in (*problems, *checked.problems)] == []
    assert checked.plan is not None
    return checked.plan
