"""Facts, accounts, contacts and health over the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from engine.services.health import override_health
from tests.promises.company import Company
from tests.web.api_caller import Api, open_api

PLAYBOOK = """\
playbook: rescue
enroll: {on: [{fact: order.placed}, {fact: account.created}]}
steps:
  - wait: {until: order.paid, at_most: 30d}
"""


@pytest.fixture
def api(open_company: Callable[..., Company]) -> Iterator[Api]:
    with open_api(open_company(rescue=PLAYBOOK)) as opened:
        yield opened


def fact(kind: str = "order.paid", **more: object) -> dict[str, object]:
    return {"fact": kind, "account": "acme-0", **more}


def test_fact_is_taken_in_once(api: Api) -> None:
    first = api.post("/facts", fact("order.placed", id="f-1"))
    (run,) = first["started"]
    assert first == {
        "id": "f-1",
        "status": "accepted",
        "why": "",
        "late": False,
        "reject": None,
        "started": [run],
        "woken": [],
        "not_started": [],
    }
    again = api.post("/facts", fact("order.placed", id="f-1"))
    assert (again["status"], again["started"]) == ("duplicate", [])
    more = api.post("/facts", fact("order.placed", id="f-2"))
    (why,) = more["not_started"]
    assert (why["playbook"], "under way" in why["why"] or "already" in why["why"]) == (
        "rescue",
        True,
    )


def test_fact_that_does_not_fit_is_rejected_and_kept(api: Api) -> None:
    answer = api.call("POST", "/facts", fact(account="nobody", id="f-9"))
    assert (answer.status_code, answer.json()["code"]) == (422, "rejected")
    assert "nobody" in answer.json()["message"]
    code, listed = api.company.tenure("facts", "rejects", "list")
    assert (code, "api:t0" in listed) == (0, True)


def test_bulk_has_one_answer_each(api: Api) -> None:
    facts = [fact(id="a"), fact(account="nobody", id="b"), fact(id="a"), fact(data=5), 7, None]
    answer = api.post("/facts/bulk", {"facts": facts})
    assert [one["status"] for one in answer["answers"]] == [
        "accepted",
        "rejected",
        "duplicate",
        *["rejected"] * 3,
    ]
    assert [one["id"] for one in answer["answers"]][:3] == ["a", "b", "a"]
    assert (answer["accepted"], answer["duplicate"], answer["rejected"]) == (1, 1, 4)
    assert api.post("/facts/bulk", {"facts": []})["answers"] == []


def test_account_is_created_changed_and_shown(api: Api) -> None:
    made = api.put("/accounts/new", name="New", lifecycle="new")
    assert (made["status"], len(made["started"])) == ("created", 1)
    assert api.put("/accounts/new", name="New")["status"] == "unchanged"
    assert api.put("/accounts/new", lifecycle=None)["changed"] == ["lifecycle"]
    api.put("/contacts/c-new", account="new", email="kim@new.example", first_name="Kim")
    shown = api.get("/accounts/new")
    assert shown["fields"]["name"] == "New"
    assert [one["id"] for one in shown["contacts"]] == ["c-new"]
    assert api.get("/contacts/c-new")["fields"]["first_name"] == "Kim"


def test_many_accounts_have_one_answer_each(api: Api) -> None:
    rows = [
        {"id": "a", "fields": {"name": "A"}},
        {"id": "b", "fields": {"name": 5}},
        {"id": "c", "fields": {"name": "C", "parent": "a"}},
        {"id": "ann@acme.example", "fields": {"name": "D"}},
    ]
    answers = api.post("/accounts/bulk", {"accounts": rows})["answers"]
    assert [one["status"] for one in answers] == ["created", "rejected", "created", "rejected"]
    people = [{"id": "c-1", "fields": {"account": "a", "email": "a@b.example"}}] * 2
    answers = api.post("/contacts/bulk", {"contacts": people})["answers"]
    assert [one["status"] for one in answers] == ["created", "unchanged"]


def test_account_is_not_its_own_parent(api: Api) -> None:
    rows = [{"id": "acme-0", "fields": {"parent": "acme-0"}}]
    (answer,) = api.post("/accounts/bulk", {"accounts": rows})["answers"]
    assert (answer["status"], answer["why"]) == ("rejected", "an account is not its own parent")


def test_accounts_are_listed_by_pages(api: Api) -> None:
    for name in ("b", "c", "d"):
        api.put(f"/accounts/{name}", name=name)
    first = api.get("/accounts", params={"limit": "2"})
    assert [one["id"] for one in first["accounts"]] == ["acme-0", "b"]
    rest = api.get("/accounts", params={"after": first["next"]})
    assert ([one["id"] for one in rest["accounts"]], rest["next"]) == (["c", "d"], None)


def test_health_is_shown_with_its_history(api: Api) -> None:
    assert api.get("/accounts/acme-0/health")["band"] is None
    for score in (80, 30):
        api.post("/facts", fact("health.changed", data={"score": score}))
    shown = api.get("/accounts/acme-0/health")
    assert (shown["score"], shown["band"], shown["override"]) == (30, "red", None)
    assert [one["score"] for one in shown["history"]] == [30, 80]


def test_health_shows_a_band_that_is_forced_until_it_expires(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = api.company.database
    api.post("/facts", fact("health.changed", data={"score": 80}))
    until = database.now + timedelta(days=1)
    override_health(
        database,
        api.company.context,
        "acme-0",
        "red",
        reason="sponsor left",
        by="u-ann",
        until=until,
    )
    forced = api.get("/accounts/acme-0/health")["override"]
    assert (forced["band"], forced["reason"], forced["by"]) == ("red", "sponsor left", "u-ann")
    monkeypatch.setattr(database, "_real_now", lambda: until)
    assert api.get("/accounts/acme-0/health")["override"] is None
