"""Small plans for doctests and for trying the core by hand."""

from __future__ import annotations

from engine.plan.model import After, NodeId, Plan, Source, Span, Wait

WAIT_A_DAY = Plan(
    playbook="wait-a-day",
    title="Wait a day",
    source=Source("wait-a-day.yaml", 1),
    entry=NodeId("pause"),
    nodes={
        NodeId("pause"): Wait(
            id=NodeId("pause"), source=Source("wait-a-day.yaml", 4), due=After(Span(1, "d"))
        )
    },
)
