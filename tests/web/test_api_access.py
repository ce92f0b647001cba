"""The API fails closed: who may come in, and what is read of those who may."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from engine.services import tokens
from engine.services.tokens import SCOPES
from engine.web.api import accounts, enrollments, facts, tasks
from engine.web.api.access import asks
from engine.web.api.application import bare, document
from engine.web.api.bodies import DEEPEST
from engine.web.api.facts import FACT_BYTES
from engine.web.limits import Limiter
from tests.promises.company import Company
from tests.web.api_caller import Api, open_api

PLAYBOOK = "playbook: welcome\nsteps: [{wait: 1d}]\n"
FACT = {"fact": "order.paid", "account": "acme-0"}
ROUTES = [
    (method.upper(), path, one["security"][0]["bearer"][0])
    for path, methods in document(bare())["paths"].items()
    for method, one in methods.items()
]
EVERY = [(method, path) for method, path, _ in ROUTES] + [
    ("GET", "/v1/openapi.json"),
    ("GET", "/v1/nothing"),
    ("GET", "/"),
    ("DELETE", "/v1/facts"),
]


@pytest.fixture
def api(open_company: Callable[..., Company]) -> Iterator[Api]:
    with open_api(open_company(welcome=PLAYBOOK)) as opened:
        yield opened


def said(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert list(body) == ["code", "message", "remedy"]
    assert all(body.values())
    return answer.status_code, body["code"]


def test_every_route_is_known_to_the_document() -> None:
    parts = (facts, accounts, enrollments, tasks)
    routes = [one for part in parts for one in part.routes.routes]
    assert all(isinstance(one, APIRoute) for one in routes)
    assert len(ROUTES) == sum(len(one.methods) for one in routes if isinstance(one, APIRoute)) > 20
    assert {scope for _, _, scope in ROUTES} == set(SCOPES)


def test_no_route_is_reached_without_a_good_token(api: Api) -> None:
    id, revoked = tokens.create(
        api.company.database, "old", tuple(SCOPES), by="ann", expires_at=None
    )
    tokens.revoke(api.company.database, id.id)
    for method, path in EVERY:
        for header in ("", "Bearer", "Bearer tnr_" + "A" * 43, f"Bearer {revoked}", revoked):
            answer = api.client.request(
                method, f"/api{path}", headers={"Authorization": header}, content=b"{" * 99
            )
            assert said(answer) == (401, "unauthorized"), (method, path, header)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert revoked not in answer.text


def test_expired_token_is_turned_away(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    soon = api.company.database.real_time + timedelta(hours=1)
    _, written = tokens.create(
        api.company.database, "short", ["facts:write"], by="ann", expires_at=soon
    )
    assert api.call("POST", "/facts", FACT, token=written).status_code == 200
    monkeypatch.setattr(api.company.database, "_real_now", lambda: soon)
    assert said(api.call("POST", "/facts", FACT, token=written)) == (401, "unauthorized")


def test_token_needs_the_scope_of_the_route(api: Api) -> None:
    for method, path, scope in ROUTES:
        others = api.token(*(one for one in SCOPES if one != scope))
        answer = api.call(method, path.removeprefix("/v1"), token=others, content=b"{" * 99)
        assert said(answer) == (403, "forbidden"), (method, path)
        assert scope in answer.json()["message"]
        alone = api.call(method, path.removeprefix("/v1"), token=api.token(scope))
        assert alone.status_code not in (401, 403), (method, path)


def test_route_without_a_known_scope_cannot_be_made() -> None:
    for extra in (None, {}, asks("facts:read")):  # type: ignore[arg-type]
        with pytest.raises((KeyError, AssertionError)):
            facts.routes.add_api_route("/x", lambda: 1, openapi_extra=extra)


def test_each_token_has_its_own_pace(open_company: Callable[..., Company]) -> None:
    callers = Limiter(burst=2, per_second=0.1, clock=lambda: 0.0)
    with open_api(open_company(welcome=PLAYBOOK), callers=callers) as api:
        codes = [api.call("POST", "/facts", FACT).status_code for _ in range(3)]
        slow = api.call("POST", "/facts", FACT)
        other = api.call("POST", "/facts", FACT, token=api.token("facts:write"))
    assert codes == [200, 200, 429]
    assert (said(slow), slow.headers["retry-after"]) == ((429, "rate"), "10")
    assert other.status_code == 200


def test_those_who_guess_are_slowed_down(open_company: Callable[..., Company]) -> None:
    few = Limiter(burst=3, per_second=0.1, clock=lambda: 0.0)
    with open_api(open_company(welcome=PLAYBOOK), limiter=few) as api:
        guesses = [api.call("GET", "/tasks", token="tnr_" + "A" * 43) for _ in range(4)]
        assert [one.status_code for one in guesses] == [401, 401, 401, 429]
        assert api.call("GET", "/tasks").status_code == 200


def test_answers_carry_headers_and_no_cookie(api: Api) -> None:
    for answer in (api.call("GET", "/tasks"), api.call("GET", "/nothing"), api.call("GET", "/x")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] == "application/json"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", "/nothing", 404), ("GET", "/accounts/nobody", 404), ("DELETE", "/facts", 405)],
)
def test_what_is_not_there_is_said_in_the_one_shape(
    api: Api, method: str, path: str, code: int
) -> None:
    assert said(api.call(method, path))[0] == code


# --- what is sent -----------------------------------------------------------------------------


def sent(api: Api, body: bytes, kind: str = "application/json") -> httpx.Response:
    return api.call("POST", "/facts", content=body, headers={"Content-Type": kind})


AMBIGUOUS = [
    b"{",
    b'{"fact": "a.b", "fact": "a.c"}',
    b'{"data": {"x": NaN}}',
    b'{"data": {"x": -Infinity}}',
    b'{"data": {"x": 1e999}}',
    b'{"data": {"x": 9223372036854775808}}',
    b'{"data": {"x": ' + b"9" * 5000 + b"}}",
    b'{"data": ' + b"[" * DEEPEST + b"]" * DEEPEST + b"}",
    b"[" * 100_000,
    b'{"fact": "\xff"}',
]


def test_json_that_means_more_than_one_thing_is_refused(api: Api) -> None:
    for body in AMBIGUOUS:
        assert said(sent(api, body)) == (400, "malformed"), body[:60]


def test_nesting_within_bounds_is_taken(api: Api) -> None:
    deep: Any = 1
    for _ in range(DEEPEST - 4):
        deep = [deep]
    assert api.call("POST", "/facts", {**FACT, "data": {"deep": deep}}).status_code == 200


def test_what_does_not_say_that_it_is_json_is_refused(api: Api) -> None:
    body = json.dumps(FACT).encode()
    for kind in ("", "text/plain", "application/x-www-form-urlencoded", "application/json5"):
        assert said(sent(api, body, kind)) == (415, "content_type")
    assert sent(api, body, "application/json; charset=utf-8").status_code == 200


def test_size_has_a_limit(api: Api) -> None:
    big = {**FACT, "data": {"x": "a" * FACT_BYTES}}
    assert said(api.call("POST", "/facts", big)) == (413, "too_large")
    assert api.call("POST", "/facts/bulk", {"facts": [big]}).status_code == 200
    assert said(api.call("PUT", "/accounts/a", {"fields": {"name": "a" * 70_000}}))[0] == 413


def test_body_that_does_not_come_is_not_waited_for(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.web.limits.BODY_TIMEOUT_S", 0.05)
    head = (
        f"POST /api/v1/facts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.token()}\r\n"
        "Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    )
    url = api.client.base_url
    with socket.create_connection((url.host, url.port), timeout=30) as line:
        line.sendall(head.encode())
        assert line.recv(65_536).startswith(b"HTTP/1.1 408 ")


def test_number_of_facts_has_a_limit(api: Api) -> None:
    assert said(api.call("POST", "/facts/bulk", {"facts": [FACT] * 1001}))[0] == 422


def test_what_does_not_fit_is_named_but_not_repeated(api: Api) -> None:
    answer = api.call("POST", "/enrollments", {"playbook": 5, "account": "ann@acme.example"})
    assert said(answer) == (422, "input")
    assert answer.json()["message"].startswith("playbook: ")
    strange = api.call("POST", "/tasks/t-1/comment", {"text": "", "mail": "ann@acme.example"})
    assert said(strange) == (422, "input")
    assert "ann@" not in answer.text + strange.text
    assert said(api.call("GET", "/tasks", params={"limit": "0"}))[0] == 422
    assert said(api.call("GET", "/tasks", params={"after": "x"}))[0] == 422


def test_error_nobody_foresaw_tells_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError("ann@acme.example")

    monkeypatch.setattr("engine.web.api.tasks.queries.list_tasks", fail)
    answer = api.call("GET", "/tasks")
    assert (said(answer), "ann@" in answer.text) == ((500, "internal"), False)


def test_document_is_given_to_those_who_are_let_in(api: Api) -> None:
    found = api.get("/openapi.json")
    assert found["openapi"].startswith("3.1")
    assert found == json.loads(json.dumps(document(bare())))
