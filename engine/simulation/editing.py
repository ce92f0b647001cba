"""The JSON Schema of test files, for editors. What is read is `testfiles.py` and what it calls."""

from __future__ import annotations

from typing import Any

from engine.simulation.doing import ACTS
from engine.simulation.entries import KINDS
from engine.simulation.expecting import GAP
from engine.simulation.testfiles import TEST_KEYS
from engine.simulation.written_facts import FACT_KEYS
from engine.simulation.written_people import USER_KEYS

_MEANINGS = {
    "name": "What the story is about; it names the test.",
    "playbook": "The playbook that is tested; without it, the one the file is named after.",
    "account": "The account's fields.",
    "contacts": "Its contacts: role, email and their other fields.",
    "users": "Our own people; roles that the test says nothing of are filled.",
    "health": "The score at the start.",
    "inputs": "The playbook's inputs.",
    "start": "When the story begins, by the account's clock: 2026-03-02T09:00.",
    "trigger": "The fact that begins the run; `clock` lets the playbook's own dates begin it.",
    "contact": "For a playbook that runs for contacts: whose run it is.",
    "facts": "What happens: when (`at`), and which fact, score or change of the account.",
    "people": "What people do: an act and its step, how long after (`in`), with which answers.",
    "until": "How long the story is followed.",
    "expect": "What happens, in this order; `...` stands for anything.",
    "never": "What must not happen.",
}


def schema_of_tests() -> dict[str, Any]:
    """Return the schema of a test file (draft 2020-12), in plain data.

    >>> schema_of_tests()["required"]
    ['tests']
    """
    test = {
        "type": "object",
        "properties": {
            key: {"description": _MEANINGS[key], **_SHAPES.get(key, {})} for key in TEST_KEYS
        },
        "required": ["name", "expect"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tenure playbook tests",
        "type": "object",
        "properties": {"tests": {"description": "The stories.", "type": "array", "items": test}},
        "required": ["tests"],
        "additionalProperties": False,
    }


def _one_of_keys(keys: tuple[str, ...], needed: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: {} for key in keys},
        "required": list(needed),
        "additionalProperties": False,
    }


_HAPPENS = {
    "type": "array",
    "items": {
        "anyOf": [
            {"enum": [GAP, "…"]},
            {**_one_of_keys(KINDS), "minProperties": 1, "maxProperties": 1},
        ]
    },
}
_SHAPES: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "minLength": 1},
    "playbook": {"type": "string"},
    "account": {"type": "object"},
    "contacts": {"type": "array", "items": {"type": "object"}},
    "users": {"type": "array", "items": _one_of_keys(USER_KEYS, ("id",))},
    "inputs": {"type": "object"},
    "facts": {"type": "array", "items": _one_of_keys(FACT_KEYS, ("at",))},
    "people": {"type": "array", "items": _one_of_keys((*ACTS, "in", "with"), ("in",))},
    "expect": _HAPPENS,
    "never": _HAPPENS,
}
