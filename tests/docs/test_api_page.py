"""The page about the API names what there is, and what it shows works."""

from __future__ import annotations

import re
from typing import Any

import yaml

from engine.delivery.signing import sign
from engine.language.workspace.forms import TenureForm
from engine.services.facts import GivenFact
from engine.services.tokens import SCOPES
from engine.web.api.application import bare, document
from engine.web.api.shapes.facts import FactAnswers
from tests.docs.pages import DOCS, blocks

PAGE = DOCS / "api.md"
TEXT = PAGE.read_text("utf-8")


def shown(language: str) -> list[str]:
    return [block.text for block in blocks(PAGE) if block.language == language]


def test_every_address_is_named_with_its_scope() -> None:
    rows = re.findall(r"^\| (\w+) \| `([^`]+)` \| `([^`]+)` \|$", TEXT, flags=re.MULTILINE)
    there = [
        (method.upper(), path.removeprefix("/v1"), one["security"][0]["bearer"][0])
        for path, methods in document(bare())["paths"].items()
        for method, one in methods.items()
    ]
    assert sorted(rows) == sorted(there)


def test_every_scope_is_named() -> None:
    rows = re.findall(r"^\| `(\w+:\w+)` \| (.+) \|$", TEXT, flags=re.MULTILINE)
    assert dict(rows) == dict(SCOPES)


def test_facts_and_answers_shown_are_such() -> None:
    fact, answers, _ = shown("json")
    assert GivenFact.model_validate_json(fact).fact == "contract.signed"
    assert FactAnswers.model_validate_json(answers).accepted == 1


def test_settings_shown_can_be_read() -> None:
    head = {
        "workspace": "Acme",
        "sender": {"name": "Acme", "address": "success@acme.example"},
        "brand": {"address": "1 High St"},
    }
    for text in shown("yaml"):
        TenureForm.model_validate({**head, **yaml.safe_load(text)})


def test_signature_shown_is_ours() -> None:
    (code,) = shown("python")
    names: dict[str, Any] = {}
    exec(code, names)
    made = names["signature"]("a secret", b"{}")
    assert made == sign("a secret", int(made.partition(",")[0].removeprefix("t=")), b"{}")
