"""Signed webhooks in: who may call, what comes in, and that it comes in once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from engine.delivery.signing import HEADER, WINDOW_S, sign
from engine.errors import TransientError
from engine.web.limits import Limiter
from engine.wiring import inbound_secrets
from tests.promises.company import WORKSPACE, Company
from tests.web.api_caller import open_api

SECRET = "a secret of more than 16 characters".replace(" ", "-")
OLD = "an older one, still good".replace(" ", "-")
INBOUND = """\
inbound:
  billing: {secret: TENURE_IN_BILLING, kinds: [order.paid, order.placed]}
  usage: {secret: TENURE_IN_USAGE}
"""
PLAYBOOK = "playbook: welcome\nenroll: {on: [{fact: order.placed}]}\nsteps: [{wait: 1d}]\n"
FACT = {"fact": "order.paid", "account": "acme-0"}


@dataclass
class Caller:
    """Another system that calls our hooks."""

    company: Company
    client: httpx.Client

    @property
    def now(self) -> int:
        return int(self.company.database.real_time.timestamp())

    def call(
        self,
        value: Any,
        *,
        hook: str = "billing",
        secret: str = SECRET,
        at_s: int | None = None,
        header: str | None = None,
        kind: str = "application/json",
    ) -> httpx.Response:
        """Call a hook, signed unless the header says otherwise."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        signed = sign(secret, self.now if at_s is None else at_s, body)
        shown = signed if header is None else header
        headers = {HEADER: shown, "Content-Type": kind}
        return self.client.post(f"/hooks/{hook}", content=body, headers=headers)

    def kept(self) -> list[str]:
        """The ids of the facts that came in."""
        with self.company.database.transaction() as records:
            account = records.account("acme-0")  # type: ignore[arg-type]
            since = self.company.database.now.replace(year=2000)
            return [one.id for one in records.facts_since(account.id, ["order.paid"], since)]


@pytest.fixture
def company(open_company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch) -> Company:
    company = open_company(welcome=PLAYBOOK)
    tenure = WORKSPACE["tenure.yaml"] + INBOUND
    (company.root / "tenure.yaml").write_text(tenure, encoding="utf-8")
    company.apply()
    monkeypatch.setenv("TENURE_IN_BILLING", f"{OLD} {SECRET}")
    return company


@pytest.fixture
def caller(company: Company, monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    """A caller in whose house time stands still."""
    noon = company.database.real_time.replace(hour=12, microsecond=0)
    monkeypatch.setattr(company.database, "_real_now", lambda: noon)
    with open_api(company, secrets=inbound_secrets) as api:
        yield Caller(company, api.client)


def test_signed_call_brings_a_fact_in(caller: Caller) -> None:
    answer = caller.call(FACT)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["accepted"], said["answers"][0]["status"]) == (1, "accepted")
    assert caller.kept() == [said["answers"][0]["id"]]


def test_many_facts_have_one_answer_each_and_kinds_are_held_to(caller: Caller) -> None:
    facts = [
        {**FACT, "id": "p-1"},
        {"fact": "health.changed", "account": "acme-0", "data": {"score": 1}, "id": "h-1"},
        {**FACT, "fact": "order.placed"},
        {**FACT, "account": "nobody"},
        5,
    ]
    said = caller.call({"facts": facts}).json()
    assert [one["status"] for one in said["answers"]] == [
        "accepted",
        "rejected",
        "accepted",
        "rejected",
        "rejected",
    ]
    assert "order.paid, order.placed" in said["answers"][1]["why"]
    assert len(said["answers"][2]["started"]) == 1
    code, listed = caller.company.tenure("facts", "rejects", "list")
    assert (code, listed.count("hook:billing")) == (0, 3)


def test_call_comes_in_once(caller: Caller) -> None:
    header = sign(SECRET, caller.now, json.dumps(FACT).encode())
    assert caller.call(FACT, header=header).status_code == 200
    again = caller.call(FACT, header=header)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert caller.call(FACT, at_s=caller.now - 9).status_code == 200
    assert len(caller.kept()) == 2


def test_call_with_two_signatures_comes_in_once_by_either(caller: Caller) -> None:
    body, at_s = json.dumps(FACT).encode(), caller.now
    first = sign(SECRET, at_s, body)
    second = sign(OLD, at_s, body)
    both = f"{second},v1={first.partition('v1=')[2]}"
    answers = [caller.call(FACT, header=header) for header in (both, first, second)]
    assert [one.status_code for one in answers] == [200, 409, 409]
    assert len(caller.kept()) == 1


def test_replays_at_once_bring_one_fact(caller: Caller) -> None:
    header = sign(SECRET, caller.now, json.dumps(FACT).encode())
    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(lambda _: caller.call(FACT, header=header).status_code, range(6)))
    assert {*codes} <= {200, 409}
    assert len(caller.kept()) == 1


def test_call_whose_end_was_not_noted_does_no_harm_again(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database went away between the facts and the note that the call has come in."""
    header = sign(SECRET, caller.now, json.dumps(FACT).encode())

    def die(*_: Any) -> None:
        raise TransientError("the database has gone")

    with monkeypatch.context() as broken:
        broken.setattr("engine.services.calls.store.put_call", die)
        assert caller.call(FACT, header=header).status_code == 503
    said = caller.call(FACT, header=header).json()
    assert said["answers"][0]["status"] == "duplicate"
    assert len(caller.kept()) == 1


def test_window_is_five_minutes_both_ways(caller: Caller) -> None:
    seen = [
        caller.call(FACT, at_s=caller.now + shift).status_code
        for shift in (-WINDOW_S - 1, -WINDOW_S, WINDOW_S, WINDOW_S + 1)
    ]
    assert seen == [401, 200, 200, 401]


def test_secrets_change_without_a_gap(caller: Caller) -> None:
    assert caller.call(FACT, secret=OLD, at_s=caller.now - 9).status_code == 200
    body = json.dumps(FACT).encode()
    both = sign("a new one that we do not know yet", caller.now, body)
    both += "," + sign(SECRET, caller.now, body).split(",")[1]
    assert caller.call(FACT, header=both).status_code == 200


UNSIGNED = [
    "",
    "t=1700000000",
    "v1=00",
    "t=x,v1=00",
    "t=1,t=2,v1=00",
    "t={now},v1=",
    "t={now},v1=" + "0" * 64,
    "t={now},v0={good}",
    "t=-{now},v1={good}",
    "t={now}.0,v1={good}",
    "t={now},v1=" + "é" * 8,
]


def test_call_that_is_not_signed_is_turned_away(caller: Caller) -> None:
    good = sign(SECRET, caller.now, json.dumps(FACT).encode()).partition("v1=")[2]
    for header in UNSIGNED:
        shown = header.format(now=caller.now, good=good).encode()
        answer = caller.client.post(
            "/hooks/billing",
            content=json.dumps(FACT).encode(),
            headers=[(HEADER.encode(), shown), (b"Content-Type", b"application/json")],
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "unsigned"), header
        assert SECRET not in answer.text
    assert caller.kept() == []


def test_what_was_signed_is_what_was_sent(caller: Caller) -> None:
    header = sign(SECRET, caller.now, json.dumps(FACT).encode())
    assert caller.call({**FACT, "account": "other"}, header=header).status_code == 401


def test_hooks_without_a_good_secret_let_nobody_in(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = caller.call(FACT, hook="nobody")
    for secret in ("", "short"):
        monkeypatch.setenv("TENURE_IN_USAGE", secret)
        answer = caller.call(FACT, hook="usage", secret=secret)
        assert (answer.status_code, answer.json()) == (401, nobody.json())
    monkeypatch.setenv("TENURE_IN_USAGE", "long enough by far".replace(" ", "-"))
    assert caller.call(FACT, hook="usage", secret="long-enough-by-far").status_code == 200


def test_each_hook_has_its_own_secret(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_IN_USAGE", "another-long-enough-one")
    assert caller.call(FACT, hook="usage").status_code == 401


UNREADABLE: list[tuple[Any, int]] = [
    (b"{", 400),
    (b'{"fact": "a.b", "fact": "a.b"}', 400),
    ([FACT], 422),
    ({"facts": 5}, 422),
    ({"facts": [], "more": 1}, 422),
    ({"facts": [FACT] * 1001}, 422),
    (b"[" * 5_000_000, 413),
]


def test_what_cannot_be_read_is_refused(caller: Caller) -> None:
    for value, status in UNREADABLE:
        answer = caller.call(value)
        assert answer.status_code == status, str(value)[:60]
        assert list(answer.json()) == ["code", "message", "remedy"]
    assert caller.call(FACT, kind="text/plain").status_code == 415
    assert caller.client.get("/hooks/billing").status_code == 405


def test_callers_and_strangers_have_their_pace(company: Company) -> None:
    slow = {"burst": 2, "per_second": 0.1, "clock": lambda: 0.0}
    limits = {"callers": Limiter(**slow), "limiter": Limiter(**slow)}  # type: ignore[arg-type]
    with open_api(company, secrets=inbound_secrets, **limits) as api:
        caller = Caller(company, api.client)
        forged = [caller.call(FACT, secret="x").status_code for _ in range(3)]
        signed = [caller.call({**FACT, "data": {"n": n}}).status_code for n in range(3)]
    assert forged == [401, 401, 429]
    assert signed == [200, 200, 429]
