"""The workspaces that are measured: the reference one, and a generated one of twenty playbooks."""

from __future__ import annotations

import shutil
from pathlib import Path

REFERENCE = Path(__file__).parent / "reference"


def write_many(folder: Path, playbooks: int) -> None:
    """Write a workspace of that many playbooks of 12 steps; each has its own names and emails."""
    shutil.copytree(REFERENCE, folder)
    source = (folder / "playbooks" / "reference.yaml").read_text()
    (folder / "playbooks" / "reference.yaml").unlink()
    templates = folder / "templates" / "reference"
    for number in range(1, playbooks + 1):
        name = f"reference-{number:02}"
        text = source.replace("playbook: reference", f"playbook: {name}")
        text = text.replace("title: Reference", f"title: Reference {number}")
        text = text.replace("arr >= 10000", f"arr >= {10000 + number}")
        (folder / "playbooks" / f"{name}.yaml").write_text(text)
        shutil.copytree(templates, folder / "templates" / name)
    shutil.rmtree(templates)
