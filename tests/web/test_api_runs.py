"""Runs, decisions and tasks over the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from engine.effects.carrying import carry_out
from engine.effects.enrolling_entities import Decision
from engine.effects.entities import EnrollmentId
from engine.plan.events import CommandId, Do
from engine.plan.model import NodeId
from tests.promises.company import Company
from tests.web.api_caller import Api, open_api

PLAYBOOK = """\
playbook: rescue
enroll: {on: [{fact: order.placed}]}
inputs: {tier: {type: text, default: gold}}
steps:
  - task: call-them
    assign: csm
    due: 1d
    checklist: [Read the notes, Call]
    ask: {outcome: {one_of: [saved, lost]}}
"""


@pytest.fixture
def api(open_company: Callable[..., Company]) -> Iterator[Api]:
    with open_api(open_company(rescue=PLAYBOOK)) as opened:
        yield opened


@pytest.fixture
def task(api: Api) -> dict[str, Any]:
    """An open task, as the API lists it."""
    run, company = api.company.begin(), api.company
    since = company.database.now
    do = Do(CommandId("d-1"), "create_task", NodeId("call-them"), (), since)
    with company.database.transaction() as records:
        carry_out(records, company.context, run, do)
    (found,) = api.get("/tasks")["tasks"]
    return dict(found)


def test_run_is_begun_by_hand_once(api: Api) -> None:
    given = {"playbook": "rescue", "account": "acme-0", "inputs": {"tier": "silver"}}
    run = api.post("/enrollments", {**given, "by": "u-ann"})["enrollment"]
    shown = api.get(f"/enrollments/{run}")
    assert (shown["status"], shown["inputs"]) == ("active", {"tier": "silver"})
    assert shown["trigger"]["user"] == "u-ann"
    again = api.call("POST", "/enrollments", given)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert again.json()["message"].startswith("not enrolled: ")
    for wrong, code in (
        ({"playbook": "rescu"}, 422),
        ({"account": "nobody"}, 404),
        ({"inputs": {"x": 1}}, 422),
        ({"by": "u-nobody"}, 404),
    ):
        assert api.call("POST", "/enrollments", {**given, **wrong}).status_code == code


def test_a_run_that_queues_is_held_under_its_id(open_company: Callable[..., Company]) -> None:
    queues = PLAYBOOK.replace("order.placed}]}", "order.placed}], while_active: queue}")
    given = {"playbook": "rescue", "account": "acme-0"}
    with open_api(open_company(rescue=queues)) as api:
        api.post("/enrollments", given)
        second = api.call("POST", "/enrollments", given)
        assert (second.status_code, second.json()["status"]) == (202, "held")
        assert second.json()["why"]
        assert second.json()["enrollment"].startswith("rescue.acme-0.")
        third = api.call("POST", "/enrollments", given)
    assert third.status_code == 409


def test_runs_are_listed_and_steered(api: Api) -> None:
    run = api.company.begin()
    listed = api.get("/enrollments", params={"account": "acme-0", "status": "active"})
    assert [one["id"] for one in listed["enrollments"]] == [run]
    assert api.get("/enrollments", params={"playbook": "other"})["enrollments"] == []
    api.post(f"/enrollments/{run}/pause", {"reason": "holiday"})
    api.post(f"/enrollments/{run}/resume", None)
    api.post(f"/enrollments/{run}/cancel", {"reason": "moved away"})
    assert api.runner.calls == [
        ("pause", run, "holiday"),
        ("resume", run, ""),
        ("cancel", run, "moved away"),
    ]
    assert api.call("POST", f"/enrollments/{run}/cancel", {"reason": ""}).status_code == 422
    assert api.call("POST", "/enrollments/nobody/cancel", {"reason": "x"}).status_code == 404
    assert len(api.runner.calls) == 3


def test_run_that_cannot_be_steered_is_said_so(api: Api) -> None:
    run = api.company.begin()
    api.runner.knows = False
    early = api.call("POST", f"/enrollments/{run}/resume")
    assert (early.status_code, early.json()["code"]) == (503, "transient")
    assert early.headers["retry-after"]
    with api.company.database.transaction() as records:
        records.change_enrollment(EnrollmentId(run), status="finished", outcome="completed")
    late = api.call("POST", f"/enrollments/{run}/resume")
    assert (late.status_code, late.json()["code"]) == (409, "conflict")


def test_decisions_are_listed_by_pages(api: Api) -> None:
    run = api.company.begin()
    with api.company.database.transaction() as records:
        row = records.enrollment(EnrollmentId(run))
        for why in ("first", "second"):
            records.put_decision(
                Decision(records.now, "tips", row.plan, row.account, None, "refused", "rule", why)
            )
    listed = api.get("/decisions", params={"account": "acme-0", "playbook": "tips", "limit": "1"})
    assert [one["why"] for one in listed["decisions"]] == ["second"]
    rest = api.get("/decisions", params={"playbook": "tips", "after": listed["next"]})
    assert [one["why"] for one in rest["decisions"]] == ["first"]
    assert rest["next"] is None


def test_task_is_shown_and_completed_with_answers(api: Api, task: dict[str, Any]) -> None:
    path = f"/tasks/{task['id']}"
    assert (task["step"], task["assignee"], task["status"]) == ("call-them", "u-ann", "open")
    assert api.call("POST", f"{path}/complete", {"answers": {}}).status_code == 422
    wrong = api.call("POST", f"{path}/complete", {"answers": {"outcome": "perhaps"}})
    assert (wrong.status_code, "perhaps" in wrong.text) == (422, False)
    done = api.post(f"{path}/complete", {"answers": {"outcome": "saved"}, "ticked": [1]})
    assert (done["status"], done["answers"]) == ("done", {"outcome": "saved"})
    assert done["checklist"] == [["Read the notes", False], ["Call", True]]
    assert done["closed_by"].startswith("api:")
    again = api.call("POST", f"{path}/complete", {"answers": {"outcome": "saved"}})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_task_is_snoozed_reassigned_commented_and_withdrawn(api: Api, task: dict[str, Any]) -> None:
    path = f"/tasks/{task['id']}"
    later = api.company.database.now + timedelta(days=2)
    snoozed = api.post(f"{path}/snooze", {"until": later.isoformat(), "by": "u-ann"})
    assert snoozed["snoozed_until"] is not None
    assert api.call("POST", f"{path}/snooze", {"until": "2020-01-01T00:00"}).status_code == 422
    given = api.post(f"{path}/reassign", {"to": "u-max", "reason": "holiday"})
    assert given["assignee"] == "u-max"
    assert api.call("POST", f"{path}/reassign", {"to": "u-nobody"}).status_code == 404
    api.post(f"{path}/comment", {"text": " They called back. ", "by": "u-max"})
    shown = api.get(path)
    assert [(one["by"], one["text"]) for one in shown["comments"]] == [
        ("u-max", "They called back.")
    ]
    assert api.get("/tasks", params={"assignee": "u-max"})["tasks"][0]["id"] == task["id"]
    assert api.post(f"{path}/withdraw", {"reason": "moved"})["status"] == "withdrawn"
    assert api.get("/tasks")["tasks"] == []
    assert api.call("POST", "/tasks/t-nobody/comment", {"text": "x"}).status_code == 404
