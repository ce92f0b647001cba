"""What both readers of forms, of playbooks and of workspace files, say of pydantic's errors. Pure.

Owns the words for kinds of values, and the keys and choices that a form knows. It must not know
what the forms mean, nor which problem an error becomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from engine.language.places import Path
from engine.wording import shown

BOUNDS = {
    "greater_than": "greater than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "less than {lt:g}",
    "less_than_equal": "at most {le:g}",
}
"""What pydantic calls a number out of bounds, and the bound in words."""

WANTED: Mapping[str, str] = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of names to values",
}
"""What should stand where pydantic found another kind of value, by the type of its error."""


def choices(expected: object) -> list[str]:
    """Return the choices pydantic enumerates in an error.

    >>> choices("'red', 'yellow' or 'green'")
    ['red', 'yellow', 'green']
    """
    return [part.strip("' ") for part in str(expected).replace(" or ", ", ").split(",")]


def remedy(kind: str, given: object) -> str | None:
    """Return how a value is made one of the wanted kind, where its writing alone says it.

    >>> remedy("string_type", 5), remedy("list_type", "ana")
    ('Put it in quotes: "5".', 'Put it in brackets: [ana].')
    """
    match kind, given:
        case _, None:
            return "Fill it in, or leave the key out."
        case "string_type", bool() | int() | float():
            return f'Put it in quotes: "{shown(given)}".'
        case "list_type", str() | int() | float():
            return f"Put it in brackets: [{given}]."
        case "list_type", _:
            return "Put a dash before each item."
        case "bool_type", _:
            return "Write true or false."
    return None


def keys_at(form: type[BaseModel], inner: Path) -> list[str]:
    """Return the keys known at a place inside a form; none where names are the author's own.

    >>> from engine.language.schema.people_steps import TaskStep
    >>> keys_at(TaskStep, ("overdue", 0))
    ['after', 'remind', 'escalate']
    >>> from engine.language.workspace.forms import PeopleForm
    >>> keys_at(PeopleForm, ()), keys_at(PeopleForm, ("roles", "csm"))[:2]
    (['teams', 'roles'], ['field', 'user'])
    """
    schema = form.model_json_schema(by_alias=True)
    found = list(_descend([schema], inner, schema.get("$defs", {})))
    return list(dict.fromkeys(key for at in found for key in at.get("properties", ())))


def _descend(
    at: list[dict[str, Any]], inner: Path, definitions: dict[str, Any]
) -> Iterable[dict[str, Any]]:
    at = [one for each in at for one in _alternatives(each, definitions)]
    if not inner:
        return at
    step, rest = inner[0], inner[1:]
    following: list[dict[str, Any]] = []
    for each in at:
        if isinstance(step, int):
            following.append(each.get("items") or (each if "properties" in each else {}))
        elif step in each.get("properties", {}):
            following.append(each["properties"][step])
        else:
            following += each.get("patternProperties", {}).values()
            if isinstance(each.get("additionalProperties"), dict):
                following.append(each["additionalProperties"])
    return _descend(following, rest, definitions) if following else []


def _alternatives(schema: dict[str, Any], definitions: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if "$ref" in schema:
        yield from _alternatives(definitions[schema["$ref"].rpartition("/")[2]], definitions)
        return
    either = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    yield from (one for each in either for one in _alternatives(each, definitions))
    if not either:
        yield schema
        if schema.get("type") == "array":
            yield from _alternatives(schema.get("items", {}), definitions)
