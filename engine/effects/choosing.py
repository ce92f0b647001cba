"""What a run reads before it goes on: which case holds, and which items there are.

What was read once stays so, whatever changes before a lost workflow task is done again: its line in
the timeline is looked for first.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.effects.knowing import Known
from engine.effects.watching import write
from engine.plan.codec import decode
from engine.plan.events import Do
from engine.plan.model import Choose, Condition, ForEach, Json, Repeat


def evaluate(known: Known, do: Do) -> Mapping[str, Json]:
    """Take the first case that holds, and write down why."""
    if (before := known.records.line(known.enrollment.id, do.id)) is not None:
        return {"taken": before.data["taken"]}
    node = known.plan.nodes[do.node] if do.node else None
    if isinstance(node, Repeat):
        conditions = [node.until] if node.until else []
    else:
        assert isinstance(node, Choose)
        conditions = [case.when for case in node.cases]
    seen = []
    for index, condition in enumerate(conditions):
        verdict = known.holds(condition)
        seen.append(
            {"rule": condition.text, "holds": verdict.holds, "values": dict(verdict.values)}
        )
        if verdict.holds:
            write(known, do, "chose", taken=index, cases=seen)
            return {"taken": index}
    write(known, do, "chose", taken=None, cases=seen)
    return {"taken": None}


def list_items(known: Known, do: Do) -> Mapping[str, Json]:
    """Name the contacts or child accounts a for-each is for."""
    if (before := known.records.line(known.enrollment.id, do.id)) is not None:
        return {"items": before.data["items"]}
    node = known.plan.nodes[do.node] if do.node else None
    assert isinstance(node, ForEach)
    account, wanted = known.enrollment.account, node.spec.get("contacts")
    ids: list[str] = (
        [child.id for child in known.records.children(account)]
        if node.spec.get("children")
        else [
            contact.id
            for contact in known.records.contacts(account)
            if wanted in (None, "all") or contact.role in wanted
        ]
    )
    where = node.spec.get("where")
    condition = decode(Condition, where) if where else None
    found = [
        id
        for id in ids
        if condition is None or known.inside(f"{node.id}={id}").holds(condition).holds
    ]
    write(known, do, "for each", items=found)
    return {"items": found}
