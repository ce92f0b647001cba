"""The JSON Schemas of playbooks and the workspace's files, for editors: completion, hover text,
first mistakes.

Made from the forms in `schema`, whose descriptions and examples are the language reference. With a
workspace, names that exist in it (roles, templates, bands, …) are offered too. What only
`tenure check` can see is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from engine.language.schema.playbook import STEPS, PlaybookForm
from engine.language.schema.triggers import TRIGGERS
from engine.language.schema.words import Form
from engine.language.workspace.model import Workspace

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_Schema = dict[str, Any]


def playbook_schema(workspace: Workspace | None = None) -> _Schema:
    """Return the schema of a playbook file (draft 2020-12), in plain data.

    >>> sorted(playbook_schema()["required"])
    ['playbook', 'steps']
    """
    forms: list[type[Form]] = [PlaybookForm, *STEPS.values(), *TRIGGERS.values()]
    _, made = models_json_schema([(form, "validation") for form in forms], by_alias=True)
    found: _Schema = made["$defs"]
    found["Step"] = _one_of("One step.", [form.__name__ for form in STEPS.values()])
    found["Trigger"] = _one_of("What starts a run.", [form.__name__ for form in TRIGGERS.values()])
    names = _names(workspace) if workspace else {}
    definitions = {name: _tidy(one, names) for name, one in sorted(found.items())}
    whole = definitions.pop("PlaybookForm")
    return {"$schema": DIALECT, **whole, "title": "Tenure playbook", "$defs": definitions}


def form_schema(form: type[BaseModel], title: str, meaning: Callable[[str, str], str]) -> _Schema:
    """Return the schema of a file that is written by a form of `engine.language.workspace`;
    `meaning` says what a key of a form means."""
    made = form.model_json_schema(by_alias=True)
    found: _Schema = {**made.pop("$defs", {}), form.__name__: made}
    definitions = {
        name: _described(name, _tidy(one, {}), meaning) for name, one in sorted(found.items())
    }
    whole = definitions.pop(form.__name__)
    return {"$schema": DIALECT, **whole, "title": title, "$defs": definitions}


def _described(name: str, schema: _Schema, meaning: Callable[[str, str], str]) -> _Schema:
    keys = schema.get("properties", {})
    shown = {key: {**one, "description": meaning(name, key)} for key, one in keys.items()}
    return {**schema, "properties": shown} if keys else schema


def _one_of(description: str, names: list[str]) -> _Schema:
    return {"description": description, "anyOf": [{"$ref": f"#/$defs/{name}"} for name in names]}


def _names(workspace: Workspace) -> Mapping[str, list[str]]:
    """Return the names that exist in a workspace, by what they name."""
    named = {role.of for role in workspace.roles.values() if role.how == "user"}
    ours = {*workspace.roles, *named, *(one for team in workspace.teams.values() for one in team)}
    roles = workspace.schema.contact_roles
    strict = workspace.schema.undeclared_facts == "refuse"
    found = {
        "our roles": set(workspace.roles),
        "people": {*ours, *(f"contacts.{role}" for role in roles), "contact", "item", "sender"},
        "teams": set(workspace.teams),
        "templates": set(workspace.templates),
        "channels": set(workspace.channels),
        "hooks": set(workspace.hooks),
        "bands": {band.name for band in workspace.bands},
        "facts" if strict else "suggested facts": set(workspace.schema.facts),
        "contact roles": {*roles, "all"},
    }
    return {what: sorted(names) for what, names in found.items() if names}


def _tidy(schema: Any, names: Mapping[str, list[str]]) -> Any:
    """Resolve our own marks, drop generated titles, and refuse what stands for nothing."""
    if isinstance(schema, list):
        return [_tidy(one, names) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "x-defined" in schema:
        return {"$ref": f"#/$defs/{schema['x-defined']}"}
    kept = {
        key: _tidied(key, value, names)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
        and key not in ("x-names", "discriminator")
        and not (key == "default" and value is None)
    }
    kept = _without_null(kept)
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    return _with_names(kept, str(schema.get("x-names", "")), names)


def _tidied(key: str, value: Any, names: Mapping[str, list[str]]) -> Any:
    if key in ("properties", "$defs") and isinstance(value, dict):
        return {name: _tidy(one, names) for name, one in value.items()}
    return value if key in ("examples", "default", "enum", "const") else _tidy(value, names)


def _without_null(schema: _Schema) -> _Schema:
    """A key with nothing after it is a mistake, so null is no choice."""
    either = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if "anyOf" not in schema or len(either) == len(schema["anyOf"]):
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**either[0], **rest} if len(either) == 1 else {**rest, "anyOf": either}


def _with_names(schema: _Schema, what: str, names: Mapping[str, list[str]]) -> _Schema:
    if what == "facts" and "suggested facts" in names:
        return {**schema, "examples": names["suggested facts"]}
    if what not in names:
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [_named(one, names[what]) for one in schema["anyOf"]]}
    return _named(schema, names[what])


def _named(schema: _Schema, names: list[str]) -> _Schema:
    if schema.get("type") == "array":
        return {**schema, "items": _named(schema.get("items", {}), names)}
    return {**schema, "enum": names} if schema.get("type") == "string" else schema
