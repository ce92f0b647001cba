"""The schema for editors agrees with what is checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.language.checks.codes import CHECK_CODES
from engine.language.json_schema import playbook_schema
from engine.language.schema.codes import SCHEMA_CODES
from engine.language.schema.playbook import STEPS
from engine.language.schema.triggers import TRIGGERS
from engine.language.source import load
from tests.language.playbook_files import WORKSPACE, whole

PLAYBOOKS = sorted((Path(__file__).parent / "playbooks").glob("*.yaml"))
GOOD = [
    *((file.name, file.read_text()) for file in PLAYBOOKS),
    *((one.code, whole(one.good)) for one in (*SCHEMA_CODES, *CHECK_CODES)),
]
SCHEMAS = {"alone": playbook_schema(), "workspace": playbook_schema(WORKSPACE)}
NOT_SEEN_BY_EDITORS = {"TN161"}


def errors(schema: dict[str, Any], text: str) -> list[str]:
    document, _ = load("x.yaml", text)
    assert document is not None
    return [one.json_path for one in Draft202012Validator(schema).iter_errors(document.value)]


@pytest.mark.parametrize("which", SCHEMAS)
def test_schema_is_valid(which: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[which])


@pytest.mark.parametrize("which", SCHEMAS)
@pytest.mark.parametrize(("name", "text"), GOOD, ids=[name for name, _ in GOOD])
def test_good_playbooks_fit(which: str, name: str, text: str) -> None:
    assert errors(SCHEMAS[which], text) == []


@pytest.mark.parametrize(
    "code", [one for one in SCHEMA_CODES if one.code not in NOT_SEEN_BY_EDITORS]
)
def test_what_has_the_wrong_shape_does_not_fit(code: Any) -> None:
    assert errors(SCHEMAS["alone"], whole(code.bad)) != []


def test_names_of_the_workspace_are_offered() -> None:
    assert errors(SCHEMAS["workspace"], whole("- task: a\n  assign: cms")) == ["$.steps[0]"]
    assert errors(SCHEMAS["alone"], whole("- task: a\n  assign: cms")) == []
    email = SCHEMAS["workspace"]["$defs"]["EmailStep"]["properties"]
    assert "kickoff" in email["template"]["enum"]


def descriptions(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, form in {"playbook": schema, **schema["$defs"]}.items():
        yield name, form.get("description", "")
        for key, field in form.get("properties", {}).items():
            reference = schema["$defs"].get(str(field.get("$ref", "")).rpartition("/")[2], {})
            yield f"{name}.{key}", field.get("description") or reference.get("description", "")


def test_every_form_and_key_is_described() -> None:
    assert [name for name, text in descriptions(SCHEMAS["alone"]) if not text] == []


def test_every_kind_is_a_definition() -> None:
    definitions = SCHEMAS["alone"]["$defs"]
    for form in (*STEPS.values(), *TRIGGERS.values()):
        assert form.__name__ in definitions
