"""What kind of value a key takes, in the words of the reference.

Owns the words for the types that forms are annotated with. A type without a word is a `KeyError`,
so a new one cannot go undescribed.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping

from pydantic import BaseModel

_WORDS = {
    "str": "text",
    "Text": "text",
    "Line": "line of text",
    "Id": "id",
    "Name": "name",
    "Word": "name",
    "Identifier": "name",
    "FactName": "name of a fact",
    "SettingName": "name of a variable",
    "RoleName": "[role](#people)",
    "RoleNames": "one or several [roles](#people)",
    "Ids": "one or several ids",
    "Names": "one or several names",
    "Folders": "one or several folders",
    "SpanText": "[length of time](#times)",
    "WhenText": "[time](#times)",
    "Lasting": "[length of time](#times)",
    "IfLate": "`run`, `skip` or `{run: …}`",
    "ConditionText": "[condition](#conditions)",
    "Ref": "[who](#people)",
    "Refs": "[who](#people), one or several",
    "Steps": "steps",
    "SomeSteps": "steps",
    "SkipOrSteps": "`skip` or steps",
    "SkipRejectOrSteps": "`skip`, `reject` or steps",
    "Scalar": "text, number or true/false",
    "int": "whole number",
    "float": "number",
    "bool": "`true` or `false`",
    "Color": "colour",
    "Zone": "time zone",
    "Address": "email address",
    "FieldType": "a type",
    "Cadence": "[length of time](#times), or several by condition",
    "TriggerList": "[triggers](#triggers)",
    "Fields": "by name: mapping, see below; or its type alone",
    "FactFields": "fields, as of accounts; or nothing",
    "Any": "anything",
    "Ask": "mapping, see below; or its type alone",
    "Length": "exact [length of time](#times)",
    "Condition": "[condition](#conditions)",
    "Formula": "[expression](#conditions)",
    "Curve": "list of pairs",
    "Points": "by word: number",
    "Stay": "exact [length of time](#times), or mapping, see below",
    "Month": "a month: `january` to `december`",
}
_INSIDE = {"Ask": "AskForm", "Cadence": "CadenceChoice", "Fields": "FieldForm", "Stay": "StayForm"}
"""Types that stand for a form and its short ways of writing."""


def forms_in(form: type[BaseModel], key: str) -> list[type[BaseModel]]:
    """Return the forms a key's value is made of, in the order they are named.

    >>> from engine.language.schema.people_steps import TaskStep
    >>> [one.__name__ for one in forms_in(TaskStep, "overdue")]
    ['RungForm']
    """
    scope = vars(sys.modules[form.__module__])
    names = [one.id for one in ast.walk(_annotation(form, key)) if isinstance(one, ast.Name)]
    found = [_form(_INSIDE.get(name, name), scope) for name in dict.fromkeys(names)]
    return [one for one in found if one is not None]


def kind_of(form: type[BaseModel], key: str) -> str:
    """Say what kind of value a key takes.

    >>> from engine.language.schema.people_steps import TaskStep
    >>> kind_of(TaskStep, "due"), kind_of(TaskStep, "priority")
    ('[time](#times)', '`low`, `normal` or `high`')
    """
    return _said(_annotation(form, key), vars(sys.modules[form.__module__]))


def _annotation(form: type[BaseModel], key: str) -> ast.expr:
    for owner in form.__mro__:
        written = inspect.get_annotations(owner).get(key)
        if written is not None:
            parsed: ast.expr = ast.parse(written, mode="eval").body
            return parsed
    raise KeyError(f"{form.__name__} has no key {key}")


def _form(name: str, scope: Mapping[str, object]) -> type[BaseModel] | None:
    found = scope.get(name)
    return found if inspect.isclass(found) and issubclass(found, BaseModel) else None


def _said(node: ast.expr, scope: Mapping[str, object]) -> str:
    match node:
        case ast.Name(id=name):
            return "mapping, see below" if _form(name, scope) else _WORDS[name]
        case ast.BinOp(left=left, right=ast.Constant(value=None)):
            return _said(left, scope)
        case ast.BinOp(left=left, right=right):
            return f"{_said(left, scope)}, or {_said(right, scope)}"
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[first, *_])):
            return _said(first, scope)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=choices):
            return _listed(choices)
        case ast.Subscript(value=ast.Name(id="list"), slice=inner):
            return f"list: {_said(inner, scope)}"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, inner])):
            return f"by name: {_said(inner, scope)}"
    raise KeyError(f"there are no words for the type {ast.unparse(node)}")


def _listed(choices: ast.expr) -> str:
    each = choices.elts if isinstance(choices, ast.Tuple) else [choices]
    words = [f"`{_plain(one)}`" for one in each]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _plain(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)
