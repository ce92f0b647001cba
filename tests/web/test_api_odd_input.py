"""Odd input: whatever is sent, the answer is a refusal or a success, never a failure of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from engine.web.api.application import bare, document
from tests.promises.company import Company
from tests.web.api_caller import Api, open_api

PLAYBOOK = "playbook: welcome\nenroll: {on: [{fact: order.placed}]}\nsteps: [{wait: 1d}]\n"
ODD_TEXTS = ["\x00", "a\x00b", "\ud800", "ann@acme.example", "'; --", "a" * 5000, "٣", "‮", ""]
ODD_VALUES: list[Any] = [*ODD_TEXTS, None, 5, -1.5, True, [], {}, [None], {"\x00": 1}, 2**63 - 1]
PATHS = document(bare())["paths"]
SENDING = [
    (method.upper(), path.removeprefix("/v1"))
    for path, methods in PATHS.items()
    for method in methods
    if method != "get"
]
READING = [path.removeprefix("/v1") for path, methods in PATHS.items() if "get" in methods]
SCHEMAS = document(bare())["components"]["schemas"]
NOTHING: Any = {"content": {"application/json": {"schema": {}}}}
FITTING: dict[str, dict[str, Any]] = {
    "GivenEnrollment": {"playbook": "welcome", "account": "acme-0"},
    "GivenFields": {"fields": {"name": "A"}},
    "GivenComment": {"text": "x"},
    "Reassignment": {"to": "u-max"},
    "Snooze": {"until": "2099-01-01T00:00:00Z"},
    "Reason": {"reason": "x"},
    "Withdrawal": {"reason": "x"},
}
KEYS = ["fact", "account", "id", "at", "data", "contact", "enrollment", "step"]


@pytest.fixture
def api(open_company: Callable[..., Company]) -> Iterator[Api]:
    with open_api(open_company(welcome=PLAYBOOK)) as opened:
        yield opened


def bodies(method: str, path: str) -> Iterator[dict[str, Any]]:
    """Bodies of a route in which one value is odd."""
    sent = PATHS[f"/v1{path}"][method.lower()].get("requestBody", NOTHING)
    name = sent["content"]["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
    fitting = FITTING.get(name, {})
    for odd in ODD_VALUES:
        for key in SCHEMAS.get(name, {}).get("properties", {}):
            yield {**fitting, key: odd}
        if "fields" in fitting:
            yield from ({"fields": {key: odd}} for key in ("name", "arr", "account", "email"))
        if name in ("GivenAccounts", "GivenContacts"):
            key = name.removeprefix("Given").lower()
            yield {key: [{"id": odd, "fields": {}}]}
            yield {key: [{"id": "x", "fields": odd}]}


def check(api: Api, method: str, path: str, content: bytes | None, where: object) -> None:
    answer = api.call(method, path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500, (where, answer.text)
    assert "ann@" not in answer.text, where


def test_odd_bodies_are_refused(api: Api) -> None:
    for method, path in SENDING:
        for body in bodies(method, path):
            content = json.dumps(body).encode()
            check(api, method, path.replace("{id}", "x"), content, (path, body))


def test_odd_ids_and_queries_are_refused(api: Api) -> None:
    odd_ones = ("%00", "a%00b", "%ff", "%ED%A0%80", "..%2f", "%20", "a" * 5000)
    for path, odd in product(READING, odd_ones):
        check(api, "GET", path.replace("{id}", odd), None, odd)
        for name in ("account", "after", "limit", "status", "assignee", "playbook", "csm"):
            check(api, "GET", f"{path.replace('{id}', 'x')}?{name}={odd}", None, (name, odd))


def test_odd_facts_have_their_answer(api: Api) -> None:
    facts: list[Any] = [
        {"fact": "order.paid", "account": "acme-0", key: odd} for key in KEYS for odd in ODD_VALUES
    ]
    sent = json.dumps({"facts": [*facts, *ODD_VALUES]}).encode()
    headers = {"Content-Type": "application/json"}
    answers = api.call("POST", "/facts/bulk", content=sent, headers=headers).json()["answers"]
    assert len(answers) == len(facts) + len(ODD_VALUES)
    assert {one["status"] for one in answers} <= {"accepted", "duplicate", "rejected"}
    assert all(one["why"] for one in answers if one["status"] == "rejected")
    assert "ann@" not in json.dumps(answers).replace('"id": "ann@acme.example"', "")
