"""The shape of a plan: where each node can lead. Pure."""

from __future__ import annotations

from engine.plan.model import (
    Choose,
    Effect,
    End,
    Escalate,
    ForEach,
    Fork,
    Node,
    NodeId,
    Plan,
    Repeat,
    Split,
    Task,
    Wait,
)


def body_nodes(plan: Plan, body: NodeId) -> set[NodeId]:
    """Return the ids of all nodes of a body, nested bodies included."""
    found: set[NodeId] = set()
    ahead: list[NodeId | None] = [body]
    while ahead:
        at = ahead.pop()
        if at is not None and at not in found:
            found.add(at)
            ahead.extend(targets(plan.nodes[at]))
    return found


def targets(node: Node) -> tuple[NodeId | None, ...]:
    """Return every node this one can lead to, bodies included; None is the end of the body."""
    match node:
        case Task():
            return (node.next, *node.routes.values())
        case Escalate():
            return (node.next, node.on_give_up)
        case Wait():
            return (node.next, node.on_timeout, node.on_skip)
        case Choose():
            return (node.next, node.otherwise, *(case.to for case in node.cases))
        case Split():
            return (node.next, *(arm.to for arm in node.arms))
        case Fork():
            return (node.next, *(body for _, body in node.branches))
        case ForEach() | Repeat():
            return (node.next, node.body)
        case Effect() | End():
            return (node.next,)
