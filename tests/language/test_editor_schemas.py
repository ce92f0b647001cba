"""Schemas for editors of the workspace's files and of tests: what is right fits, slips do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.cli.schemas import SCHEMAS, schema_text, write_schemas
from engine.language.source import load
from engine.language.starter import starter_files
from tests.cli.conftest import Tenure, tenure, workspace

__all__ = ["tenure", "workspace"]

ROOT = Path(__file__).parents[2]
KINDS = tuple(kind for kind in SCHEMAS if kind != "playbook")
FILES = {
    **{f"starter/{name}": text for name, text in starter_files().items()},
    **{
        str(path.relative_to(ROOT)): path.read_text("utf-8")
        for folder in ("examples/workspace", "playbooks")
        for path in sorted((ROOT / folder).rglob("*.yaml"))
    },
}


def kind_of(name: str) -> str | None:
    file = Path(name).name
    kind = "test" if file.endswith(".test.yaml") else file.removesuffix(".yaml")
    return kind if kind in KINDS else None


RIGHT = [name for name in FILES if kind_of(name)]


def errors(kind: str, text: str) -> list[str]:
    document, _ = load("x.yaml", text)
    assert document is not None
    schema: dict[str, Any] = json.loads(schema_text(kind))
    return [one.json_path for one in Draft202012Validator(schema).iter_errors(document.value)]


def test_each_kind_has_a_file_that_fits() -> None:
    assert {kind_of(name) for name in RIGHT} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_valid(kind: str) -> None:
    Draft202012Validator.check_schema(json.loads(schema_text(kind)))


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_fits(name: str) -> None:
    kind = kind_of(name)
    assert kind is not None
    assert errors(kind, FILES[name]) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("tenure", "workspace: A\nsender: {name: A}\nbrand: {address: B}"),
        ("tenure", "workspace: A\nsender: {name: A, address: a@b.example}\nbrand: {adress: B}"),
        ("schema", "account: {seats: numbr}"),
        ("people", "roles: {csm: {feild: csm}}"),
        ("health", "models: {all: {groups: {use: {measures: {logins: {cuont: a.b}}}}}}"),
        ("test", "tests: [{name: a, expect: [{emial: hello}]}]"),
        ("test", "tests: [{name: a, expect: [], peple: []}]"),
        ("test", "tests: [{name: a}]"),
    ],
)
def test_slips_do_not_fit(kind: str, text: str) -> None:
    assert errors(kind, text) != []


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_says_what_it_means(kind: str) -> None:
    schema = json.loads(schema_text(kind))
    forms = {"": schema, **schema.get("$defs", {})}
    keys = [(name, key, one) for name, f in forms.items() for key, one in _keys(f)]
    assert [(name, key) for name, key, one in keys if not one.get("description")] == []


def _keys(form: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(form.get("properties", {}).items())


def test_all_are_written_to_a_folder(workspace: Path, tenure: Tenure) -> None:
    code, said = tenure("schema", "--all", workspace / ".schemas")
    assert code == 0
    written = sorted(path.name for path in (workspace / ".schemas").iterdir())
    assert written == sorted(f"{kind}.schema.json" for kind in SCHEMAS)
    readme = (workspace / "README.md").read_text("utf-8")
    assert [name for name in written if f".schemas/{name}" not in readme] == []
    code, said = tenure("schema", "health")
    assert (code, json.loads(said)["title"]) == (0, "Tenure health.yaml")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Exception, match="cannot be made"):
        list(write_schemas(tmp_path / "file" / "in", None))
