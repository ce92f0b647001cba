"""The JSON Schemas that `tenure schema` writes, one for each kind of file an author writes.

Owns which there are and what they are called. How one is made is in `engine.language.json_schema`
and, for tests, `engine.simulation.editing`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from engine.cli.options import write_file
from engine.errors import InputError
from engine.language.workspace.model import Workspace


def _playbook(workspace: Workspace | None) -> dict[str, Any]:
    from engine.language.json_schema import playbook_schema

    return playbook_schema(workspace)


def _test(_: Workspace | None) -> dict[str, Any]:
    from engine.simulation.editing import schema_of_tests

    return schema_of_tests()


def _workspace_file(file: str, _: Workspace | None) -> dict[str, Any]:
    from engine.cli.reference.workspace import WORKSPACE_FILES, meaning_in_workspace
    from engine.language.json_schema import form_schema

    return form_schema(WORKSPACE_FILES[file], f"Tenure {file}", meaning_in_workspace)


SCHEMAS: Mapping[str, Callable[[Workspace | None], dict[str, Any]]] = {
    "playbook": _playbook,
    "test": _test,
    **{
        name: partial(_workspace_file, f"{name}.yaml")
        for name in ("tenure", "schema", "people", "health")
    },
}
"""By the name of the kind of file."""


def schema_text(file: str, workspace: Workspace | None = None) -> str:
    """Return the schema of a kind of file; with a workspace, its own names are offered."""
    return json.dumps(SCHEMAS[file](workspace), indent=2) + "\n"


def write_schemas(folder: Path, workspace: Workspace | None) -> Iterator[Path]:
    """Write all schemas to a folder, which is made; yield each file. InputError when it cannot
    be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be made: {error.strerror}", remedy="Name another folder."
        ) from error
    for file in SCHEMAS:
        path = folder / f"{file}.schema.json"
        write_file(path, schema_text(file, workspace))
        yield path
