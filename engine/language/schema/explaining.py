"""Pydantic's errors as problems at their line, in the words of the author.

The one place of the playbook language that meets pydantic's errors. Knows no semantics.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from engine.language import misfits
from engine.language.diagnostics import Problem
from engine.language.misfits import BOUNDS, WANTED, choices, keys_at
from engine.language.places import Path
from engine.language.schema.playbook import STEPS
from engine.language.source import Document
from engine.wording import nearest, shown


class Explainer:
    """Turns the errors of one form, read from the value at `base`, into problems."""

    def __init__(self, document: Document, base: Path, value: Any, form: type[BaseModel]) -> None:
        self._document = document
        self._base = base
        self._value = value
        self._form = form

    def explain(self, error: ErrorDetails) -> Problem:
        """Return the problem an error of pydantic stands for."""
        inner, lost = _follow(self._value, error["loc"])
        path = (*self._base, *inner)
        kind, context = error["type"], error.get("ctx", {})
        name = str(error["loc"][-1]) if error["loc"] else ""
        match kind:
            case "tenure":
                at = (*path, context["at"]) if context["at"] else path
                by_key = bool(context["at"]) or "[key]" in lost
                return self._at(context["code"], context["message"], at, context["remedy"], by_key)
            case "extra_forbidden":
                return self._unknown_key(name, inner, path)
            case "missing":
                return self._missing(name, path)
            case "literal_error":
                return self._no_choice(error, path)
            case "too_short" if context.get("actual_length"):
                least = context["min_length"]
                message = f"{_said(inner)} has {context['actual_length']}, and needs {least}."
                return self._at("TN156", message, path, f"Write at least {least}.", True)
            case "too_short" | "string_too_short":
                message = f"{_said(inner)} is empty."
                return self._at("TN156", message, path, "Fill it in, or leave the key out.", True)
            case _ if kind in BOUNDS:
                bound = BOUNDS[kind].format(**context)
                message = f"{_said(inner)} has to be {bound}, not {error['input']}."
                return self._at("TN155", message, path, f"Write a number that is {bound}.")
            case _:
                return self._wrong_kind(kind, error, inner, path)

    def _at(self, code: str, message: str, path: Path, remedy: str, key: bool = False) -> Problem:
        return self._document.problem(code, message, path, remedy, key=key)

    def _unknown_key(self, name: str, inner: Path, path: Path) -> Problem:
        known = keys_at(self._form, inner[:-1])
        near = nearest(name, known)
        owner = _said(inner[:-1]) if inner[:-1] else _owner(self._form)
        if near:
            remedy = f"Did you mean `{near}`?"
        elif elsewhere := [kind for kind, form in STEPS.items() if name in keys_of(form)]:
            remedy = f"`{name}` belongs to {_listed(elsewhere[:4])}. Here: {', '.join(known)}."
        else:
            remedy = f"The keys here are {', '.join(known)}."
        return self._at("TN150", f'{owner} has no key "{name[:60]}".', path, remedy, True)

    def _missing(self, name: str, path: Path) -> Problem:
        owner = _owner(self._form) if path == self._base else f"`{path[-1]}`"
        message = f"{owner} needs `{name}`, and it is missing."
        key = bool(path) and isinstance(path[-1], str)
        example = _example(self._form, name) if path == self._base else None
        return self._at("TN151", message, path, f"Add `{name}: {example or '…'}`.", key)

    def _no_choice(self, error: ErrorDetails, path: Path) -> Problem:
        given = error["input"]
        known = choices(error.get("ctx", {}).get("expected", ""))
        near = nearest(str(given), known)
        remedy = f"Did you mean `{near}`?" if near else f"Write one of: {', '.join(known)}."
        return self._at("TN153", f"{shown(given)} is not one of the choices.", path, remedy)

    def _wrong_kind(self, kind: str, error: ErrorDetails, inner: Path, path: Path) -> Problem:
        wanted = WANTED.get(kind, "another kind of value")
        given = error["input"]
        message = f"{_said(inner)} should be {wanted}, not {shown(given)}."
        example = _example(self._form, str(inner[0])) if len(inner) == 1 else None
        remedy = f"For example `{inner[0]}: {example}`." if example else _remedy(kind, given)
        return self._at("TN152", message, path, remedy)


def _follow(value: Any, loc: Iterable[int | str]) -> tuple[Path, tuple[int | str, ...]]:
    """Follow pydantic's location through what the author wrote, leaving out its own words."""
    inner: tuple[str | int, ...] = ()
    lost: tuple[str | int, ...] = ()
    for part in loc:
        if isinstance(value, dict) and part in value:
            inner, value = (*inner, part), value[str(part)]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            inner, value = (*inner, part), value[part]
        else:
            lost = (*lost, part)
    return inner, lost


def keys_of(form: type[BaseModel]) -> list[str]:
    """Return the keys a form knows, as authors write them."""
    return [field.alias or name for name, field in form.model_fields.items()]


def _example(form: type[BaseModel], key: str) -> str | None:
    """Return an example of a key's value, on one line of YAML."""
    for name, field in form.model_fields.items():
        if key == (field.alias or name) and field.examples:
            example = field.examples[0]
            return example if isinstance(example, str) else json.dumps(example)
    return None


def _owner(form: type[BaseModel]) -> str:
    """Return what a form is called in a message."""
    kind = next((kind for kind, known in STEPS.items() if known is form), None)
    if kind is not None:
        return f"{'An' if kind[0] in 'aeiou' else 'A'} `{kind}` step"
    words = {"PlaybookForm": "A playbook", "EnrollForm": "`enroll`"}
    return words.get(form.__name__, "This trigger")


def _said(inner: Path) -> str:
    """Return the words for a place: the last key, with the number of the item in its list."""
    names = [part for part in inner if isinstance(part, str)]
    if not names:
        return "This"
    if isinstance(inner[-1], int):
        return f"Item {inner[-1] + 1} of `{names[-1]}`"
    return f"`{names[-1]}`"


def _listed(kinds: list[str]) -> str:
    return ", ".join(f"`{kind}`" for kind in kinds)


def _remedy(kind: str, given: object) -> str:
    if said := misfits.remedy(kind, given):
        return said
    if kind == "string_type":
        return "Write one text."
    if kind in ("dict_type", "model_type"):
        return "Write `name: value` pairs, indented below the key."
    return f"Write {WANTED.get(kind, 'another value')}."
