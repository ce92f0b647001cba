"""A workspace through JSON and back, and what its hash depends on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from engine.errors import RunError
from engine.language.workspace.codec import (
    workspace_from_json,
    workspace_hash,
    workspace_to_json,
)
from engine.language.workspace.load import load_workspace
from engine.language.workspace.model import Workspace


@pytest.fixture
def workspace(write: Any) -> Workspace:
    files = {
        "schema.yaml": "account: {seats: number}\nfacts: {usage.grew: {seats: number}}",
        "people.yaml": "teams: {csms: [u-ana]}\nroles: {pool: {team: csms}}",
        "calendars.yaml": "default: {holidays: DE-BY}",
    }
    loaded = load_workspace(write(files)).workspace
    assert loaded is not None
    return loaded


def test_json_gives_back_the_same_workspace(workspace: Workspace) -> None:
    stored = json.loads(json.dumps(workspace_to_json(workspace)))
    assert workspace_from_json(stored) == workspace


def test_hash_is_stable_and_changes_with_any_part(workspace: Workspace) -> None:
    again = workspace_from_json(workspace_to_json(workspace))
    assert workspace_hash(again) == workspace_hash(workspace)
    assert len(workspace_hash(workspace)) == 16
    changed = replace(workspace, templates={"hello": "Hi"})
    assert workspace_hash(changed) != workspace_hash(workspace)


@pytest.mark.parametrize("change", [{"format": 2}, {"bands": "red"}, {"roles": None}])
def test_what_another_version_wrote_is_refused(workspace: Workspace, change: Any) -> None:
    with pytest.raises(RunError, match="cannot be read"):
        workspace_from_json({**workspace_to_json(workspace), **change})
