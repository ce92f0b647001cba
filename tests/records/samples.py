"""Values the contract tests speak of. Every entity has all of its fields set once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from engine.effects.entities import (
    Account,
    AccountId,
    Contact,
    ContactId,
    Effect,
    EffectKey,
    Enrollment,
    EnrollmentId,
    Fact,
    FactId,
    Line,
    Task,
    TaskId,
    User,
    UserId,
    Wait,
)
from engine.plan.codec import plan_hash
from engine.plan.events import CommandId
from engine.plan.examples import WAIT_A_DAY
from engine.plan.model import NodeId

DAY = timedelta(days=1)
T0 = datetime(2026, 3, 1, 8, 30, 15, 123456, tzinfo=UTC)
PLAN = WAIT_A_DAY
PLAN_HASH = plan_hash(PLAN)

ACME = AccountId("acme")
BRANCH = AccountId("branch")
ANNA = ContactId("c-anna")
ACCOUNTS = (
    Account(ACME, {"id": "acme", "name": "Acme", "arr": 12000.5, "renewal_date": "2026-09-01"}),
    Account(BRANCH, {"id": "branch", "name": "Zürich", "parent": "acme", "tags": ["a", "b"]}),
    Account(AccountId("Branch-2"), {"id": "Branch-2", "name": "Two", "parent": "acme"}),
)
CONTACTS = tuple(
    Contact(
        ContactId(id),
        ACME,
        role,
        email,
        {"id": id, "account": "acme", "role": role, "email": email, "first_name": name},
    )
    for id, role, email, name in [
        ("c-zoe", None, "zoe@acme.example", "Zoë"),
        ("c-anna", "champion", "anna@acme.example", "Anna"),
    ]
)
MIRA = User(
    UserId("u-mira"),
    "Mira",
    "mira@us.example",
    "Europe/Zurich",
    "swiss",
    UserId("u-vp"),
    ((date(2026, 4, 1), date(2026, 4, 3)), (date(2026, 7, 1), date(2026, 7, 14))),
)
USERS = (MIRA, User(UserId("u-vp"), "Vera", "vera@us.example"))


def enrollment(id: str = "e-1", **fields: Any) -> Enrollment:
    given: dict[str, Any] = {
        "playbook": "wait-a-day",
        "plan": PLAN_HASH,
        "account": ACME,
        "contact": None,
        "status": "active",
        "started_at": T0,
        "trigger": {"by": "fact", "fact": "f-1", "rule": "health.enters: red", "values": {"x": 1}},
        "inputs": {"tone": "warm"},
        "roles": {"csm": "u-mira"},
    }
    return Enrollment(id=EnrollmentId(id), **{**given, **fields})


def fact(id: str = "f-1", **fields: Any) -> Fact:
    given: dict[str, Any] = {
        "kind": "usage.first",
        "account": ACME,
        "occurred_at": T0,
        "data": {"seats": 3, "notes": [None, 1.5, "ä"]},
    }
    return Fact(id=FactId(id), **{**given, **fields})


def wait(id: str = "w-1", **fields: Any) -> Wait:
    given: dict[str, Any] = {
        "enrollment": EnrollmentId("e-1"),
        "account": ACME,
        "node": NodeId("pause"),
        "path": ("weekly#2", "invite=c-17"),
        "slot": "until",
        "since": T0,
    }
    return Wait(id=CommandId(id), **{**given, **fields})


def task(id: str = "t-1", **fields: Any) -> Task:
    given: dict[str, Any] = {
        "enrollment": EnrollmentId("e-1"),
        "node": NodeId(f"node-of-{id}"),
        "path": ("weekly#2",),
        "account": ACME,
        "kind": "approval",
        "title": "Look at it",
        "assignee": "u-mira",
        "role": "csm",
        "watch": CommandId("w-1"),
        "created_at": T0,
        "description": "All of it",
        "due_at": T0 + DAY,
        "snoozed_until": T0 + DAY,
        "checklist": (("Read", True), ("Call", False)),
        "ask": {"risk": {"one_of": ["b", "a"]}, "a": {"type": "text"}},
        "answers": {"risk": "b"},
        "decision": "approved",
        "priority": "high",
        "level": 2,
        "closed_at": T0 + 2 * DAY,
        "closed_by": "u-vp",
        "reason": "because",
    }
    return Task(id=TaskId(id), **{**given, **fields})


def effect(key: str = "e-1:d-1", **fields: Any) -> Effect:
    given: dict[str, Any] = {
        "enrollment": EnrollmentId("e-1"),
        "node": NodeId("hello"),
        "path": ("weekly#2",),
        "verb": "send_email",
        "status": "intent",
        "at": T0,
        "account": ACME,
        "recipient": "c-anna",
        "provider": "smtp",
        "provider_id": "<1@x>",
        "reason": "why",
        "result": {"status": "accepted", "sent": 1},
    }
    return Effect(key=EffectKey(key), **{**given, **fields})


def line(key: str = "k-1", **fields: Any) -> Line:
    given: dict[str, Any] = {
        "enrollment": EnrollmentId("e-1"),
        "at": T0,
        "node": NodeId("pause"),
        "path": ("weekly#2",),
        "what": "wait",
        "data": {"until": "tomorrow", "by": {"rule": "x > 1"}},
    }
    return Line(key=key, **{**given, **fields})
