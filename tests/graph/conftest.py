"""The churn-rescue example of the design, as the plan it compiles to."""

from __future__ import annotations

from typing import Any

import pytest

from engine.plan.model import (
    After,
    Cadence,
    Case,
    Choose,
    Condition,
    Effect,
    Escalate,
    Exit,
    Fork,
    Milestone,
    Node,
    NodeId,
    Plan,
    Repeat,
    Rung,
    Source,
    Span,
    Task,
    Wait,
)

SOURCE = Source("playbooks/churn-rescue.yaml", 1)


def condition(text: str) -> Condition:
    return Condition(text, SOURCE)


def node(kind: type[Any], name: str, following: str | None = None, **fields: Any) -> Node:
    made: Node = kind(
        id=NodeId(name),
        source=SOURCE,
        next=NodeId(following) if following else None,
        **fields,
    )
    return made


def email(name: str, to: str, following: str) -> Node:
    spec = {"template": f"churn/{name}", "to": [{"contact": to}], "from": {"role": "csm"}}
    return node(Effect, name, following, verb="send_email", spec=spec)


def task(name: str, following: str | None, **more: Any) -> Node:
    title = more.pop("title", name.replace("-", " ").capitalize())
    due = {"type": "After", "span": {"amount": 2, "unit": "business_day"}}
    role = more.pop("role", "csm")
    return node(
        Task, name, following, spec={"title": title, "assign": {"role": role}, "due": due}, **more
    )


@pytest.fixture
def churn_rescue() -> Plan:
    title = (
        "Triage {{ account.name }}: health {{ health.score }}, {{ health.change_14d }} in 14 days"
    )
    ladder = (
        Rung(Span(4, "business_hour"), "remind", "csm"),
        Rung(Span(1, "business_day"), "escalate", "csm_manager"),
        Rung(Span(3, "business_day"), "escalate", "vp_cs"),
    )
    asked = condition('triage.risk_reason == "champion"')
    nodes = [
        task("triage", "if-1", title=title, overdue=ladder),
        node(
            Choose,
            "if-1",
            "wait-1",
            cases=(Case(asked, NodeId("approve")),),
            otherwise=NodeId("we-noticed"),
        ),
        node(
            Task,
            "approve",
            "wait-1",
            spec={
                "kind": "approval",
                "title": "Approve the email",
                "assign": {"role": "csm"},
            },
            within=After(Span(2, "business_day")),
            routes={"approved": NodeId("sponsor-outreach")},
        ),
        email("sponsor-outreach", "executive_sponsor", "wait-1"),
        email("we-noticed", "champion", "wait-1"),
        node(
            Wait,
            "wait-1",
            "parallel-1",
            due=After(Span(5, "business_day")),
            until=condition("email.replied || meeting.held"),
        ),
        node(
            Fork,
            "parallel-1",
            "repeat-1",
            branches=(("product", NodeId("fix-plan")), ("value", NodeId("start-1"))),
        ),
        task("fix-plan", None, role="solutions_architect"),
        node(
            Effect,
            "start-1",
            "wait-2",
            verb="start_playbook",
            spec={"playbook": "knowledge-enablement"},
        ),
        node(Wait, "wait-2", None, due=After(Span(14, "d"))),
        node(
            Repeat,
            "repeat-1",
            "save-decision",
            body=NodeId("weekly-check-in"),
            every=Cadence(((None, Span(1, "w")),)),
            at_most=6,
            until=condition("health.score >= 60"),
        ),
        task("weekly-check-in", None, required=False),
        node(
            Escalate,
            "save-decision",
            spec={},
            chain=("csm_manager", "vp_cs", "cro"),
            every=Span(4, "business_hour"),
        ),
    ]
    return Plan(
        playbook="churn-rescue",
        title="Churn rescue",
        source=SOURCE,
        nodes={one.id: one for one in nodes},
        entry=NodeId("triage"),
        goal=condition('health.band == "green"'),
        exits=(Exit(condition('account.lifecycle == "churned"'), "lost"),),
        milestones=(Milestone("first-reply", condition("email.replied"), Span(5, "business_day")),),
        enroll={
            "on": [
                {"trigger": "health.enters", "band": "red"},
                {"trigger": "health.drops", "by": 15, "within": {"amount": 14, "unit": "d"}},
                {"trigger": "fact", "kind": "champion.left"},
            ],
            "when": {"text": 'account.lifecycle == "adopting" && account.arr >= 10000'},
            "again_after": {"amount": 30, "unit": "d"},
        },
    )
