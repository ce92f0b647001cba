"""Small plans that the tests of the Temporal shell run, by name."""

from __future__ import annotations

from engine.plan.model import (
    After,
    Cadence,
    Case,
    Choose,
    Condition,
    Effect,
    EffectVerb,
    End,
    Exit,
    Fork,
    Node,
    NodeId,
    Plan,
    Repeat,
    Source,
    Span,
    Task,
    Wait,
)


def at(line: int) -> Source:
    return Source("test.yaml", line)


def condition(text: str) -> Condition:
    return Condition(text, at(1))


def wait(name: str, next: str | None = None, *, days: float = 1, until: str | None = None) -> Wait:
    return Wait(
        id=NodeId(name),
        source=at(2),
        next=NodeId(next) if next else None,
        due=After(Span(days, "d")),
        until=condition(until) if until else None,
    )


def listen(name: str, next: str | None = None) -> Wait:
    """Wait for a fact, for ever."""
    following = NodeId(next) if next else None
    return Wait(id=NodeId(name), source=at(2), next=following, until=condition("meeting.held"))


def effect(name: str, next: str | None = None, verb: EffectVerb = "set_field") -> Effect:
    following = NodeId(next) if next else None
    return Effect(id=NodeId(name), source=at(3), next=following, verb=verb, spec={"fields": {}})


def task(name: str, next: str | None = None) -> Task:
    return Task(id=NodeId(name), source=at(4), next=NodeId(next) if next else None, spec={})


def plan(*nodes: Node, **fields: object) -> Plan:
    """A plan that enters at the first node."""
    return Plan(
        playbook="test",
        title="Test",
        source=at(1),
        nodes={node.id: node for node in nodes},
        entry=nodes[0].id,
        **fields,  # type: ignore[arg-type]
    )


WAIT_AND_TASK = plan(wait("pause", "call"), task("call"))

WEEKLY = plan(
    Repeat(
        id=NodeId("weekly"),
        source=at(5),
        next=NodeId("bye"),
        body=NodeId("check"),
        every=Cadence(((None, Span(1, "w")),)),
        at_most=12,
    ),
    effect("check"),
    effect("bye", verb="notify"),
)

EVERYTHING = plan(
    effect("hello", "both", verb="send_email"),
    Fork(
        id=NodeId("both"),
        source=at(6),
        next=NodeId("which"),
        branches=(("a", NodeId("call")), ("b", NodeId("nap"))),
    ),
    task("call"),
    wait("nap", "set"),
    effect("set"),
    Choose(
        id=NodeId("which"),
        source=at(7),
        cases=(Case(condition("true"), NodeId("listen")),),
        otherwise=NodeId("over"),
    ),
    listen("listen", "over"),
    End(id=NodeId("over"), source=at(8), outcome="won"),
    goal=condition("health.band == 'green'"),
    exits=(Exit(condition("account.lifecycle == 'churned'"), "lost"),),
)


def reference() -> Plan:
    """Twelve steps, four of them waits, no watch: the shape of the reference playbook."""
    nodes: list[Node] = []
    for number in range(12):
        name, following = f"s{number}", f"s{number + 1}" if number < 11 else None
        if number % 3 == 2:
            nodes.append(wait(name, following, days=0.02))
        else:
            nodes.append(effect(name, following))
    return plan(*nodes)
