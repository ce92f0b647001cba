"""Drawings of plans: what they show, and that nothing in them lies on anything else."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.graph import mermaid, svg
from engine.language.graph.blocks import blocks
from engine.language.graph.fitting import width, wrap
from engine.language.graph.layout import layout
from engine.language.graph.picture import Box, Frame, Piece, Tag, Wire
from engine.plan.model import (
    After,
    Arm,
    Case,
    Choose,
    Condition,
    Effect,
    End,
    Escalate,
    ForEach,
    Fork,
    Node,
    NodeId,
    Plan,
    Repeat,
    Source,
    Span,
    Split,
    Task,
    Wait,
)

GOLDEN = Path(__file__).parent / "churn-rescue.mermaid"
SOURCE = Source("a.yaml", 1)
SVG = "{http://www.w3.org/2000/svg}"
ODD = 'Größe <b>&"quoted"</b> {{ account.name }} 漢字漢字漢字 ' + "unbreakable" * 9


class Building:
    """Builds a plan from nested steps the way the compiler does."""

    def __init__(self) -> None:
        self.nodes: dict[NodeId, Node] = {}

    def body(self, steps: list[Any], following: NodeId | None) -> NodeId | None:
        for step in reversed(steps):
            following = self.step(step, following)
        return following

    def step(self, step: Any, following: NodeId | None) -> NodeId:
        kind, *parts = step
        name = NodeId(f"{kind}-{len(self.nodes) + 1}")
        self.nodes[name] = End(id=name, source=SOURCE, outcome="held")
        common: dict[str, Any] = {"id": name, "source": SOURCE, "next": following}
        bodies = [self.body(part, None if kind in INSIDE else following) for part in parts]
        self.nodes[name] = MADE[kind](common, bodies)
        return name


CONDITION = Condition("health.score < 50 && account.arr > 10000", SOURCE)
TWO_DAYS = After(Span(2, "business_day"))
INSIDE = ("fork", "first", "each", "repeat")
MADE: dict[str, Any] = {
    "email": lambda c, _: Effect(**c, verb="send_email", spec={"to": [{"contact": "admin"}]}),
    "odd": lambda c, _: Effect(**c, verb="notify", spec={"message": ODD, "channel": "cs"}),
    "task": lambda c, _: Task(**c, spec={"title": "Call", "assign": {"role": "csm"}}),
    "late": lambda c, b: Task(**c, spec={}, within=TWO_DAYS, routes={"timeout": b[0]}),
    "approve": lambda c, b: Task(**c, spec={"kind": "approval"}, routes={"rejected": b[0]}),
    "alarm": lambda c, b: Escalate(
        **c, spec={}, chain=("csm", "vp"), every=Span(1, "d"), on_give_up=b[0]
    ),
    "wait": lambda c, b: Wait(**c, due=TWO_DAYS, until=CONDITION, on_timeout=b[0]),
    "if": lambda c, b: Choose(
        **c, cases=tuple(Case(CONDITION, to) for to in b[:-1]), otherwise=b[-1]
    ),
    "split": lambda c, b: Split(
        **c, arms=tuple(Arm(f"arm {n}", n + 1, to) for n, to in enumerate(b))
    ),
    "fork": lambda c, b: Fork(**c, branches=tuple((f"way_{n}", to) for n, to in enumerate(b))),
    "first": lambda c, b: Fork(**c, join="first", branches=tuple(zip("xyz", b, strict=False))),
    "each": lambda c, b: ForEach(**c, spec={"contacts": ["admin"]}, body=b[0]),
    "repeat": lambda c, b: Repeat(**c, body=b[0], at_most=3),
    "end": lambda c, _: End(id=c["id"], source=SOURCE, outcome="lost"),
}


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    body = st.lists(inner, max_size=3)
    some = st.lists(inner, min_size=1, max_size=3)
    closing = st.builds(lambda steps: [*steps, ("end",)], body)
    way = st.one_of(body, body, closing)
    one = st.sampled_from(["late", "approve", "alarm", "wait"])
    many = st.sampled_from(["if", "split", "fork", "first"])
    return st.one_of(
        st.tuples(one, way),
        st.tuples(st.sampled_from(["each", "repeat"]), some),
        st.builds(lambda kind, ways: (kind, *ways), many, st.lists(way, min_size=2, max_size=3)),
    )


STEPS = st.lists(
    st.recursive(st.sampled_from([("email",), ("odd",), ("task",)]), _nested, max_leaves=12),
    max_size=5,
)


def plan_of(steps: list[Any]) -> Plan:
    building = Building()
    entry = building.body(steps, None)
    return Plan("generated", "Generated", SOURCE, building.nodes, entry)


def overlap(one: Box | Tag, other: Box | Tag) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def crosses(wire: Wire, box: Box) -> bool:
    """Whether a line runs through the inside of a box."""
    for (ax, ay), (bx, by) in itertools.pairwise(wire.points):
        left, right = sorted((ax, bx))
        top, bottom = sorted((ay, by))
        if (
            left < box.x + box.width - 1
            and right > box.x + 1
            and top < box.y + box.height - 1
            and bottom > box.y + 1
        ):
            return True
    return False


def check(piece: Piece) -> None:
    solid = [shape for shape in piece.shapes if isinstance(shape, Box | Tag)]
    frames = [shape for shape in piece.shapes if isinstance(shape, Frame)]
    for one, other in itertools.combinations(solid, 2):
        assert not overlap(one, other), (one, other)
    for shape in (*solid, *frames):
        assert shape.x >= -piece.left - 0.01
        assert shape.x + shape.width <= piece.right + 0.01
        assert shape.y + shape.height <= piece.height + 0.01
    boxes = [shape for shape in solid if isinstance(shape, Box)]
    for wire in (shape for shape in piece.shapes if isinstance(shape, Wire)):
        assert not any(crosses(wire, box) for box in boxes), wire


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_every_node_is_drawn_once_and_nothing_overlaps(steps: list[Any]) -> None:
    plan = plan_of(steps)
    root = ElementTree.fromstring(svg(plan))
    drawn = [group.get("data-node") for group in root.iter(f"{SVG}g") if group.get("data-node")]
    assert sorted(drawn) == sorted(plan.nodes)
    check(layout(plan))


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_mermaid_declares_every_node_once_before_its_arrows(steps: list[Any]) -> None:
    plan = plan_of(steps)
    lines = [line.strip() for line in mermaid(plan).splitlines()]
    declared = [line.split(mark)[0] for line in lines for mark in "[({>" if _declares(line, mark)]
    nodes = [name for name in declared if name.startswith("n_")]
    assert sorted(nodes) == sorted(f"n_{name.replace('-', '_')}" for name in plan.nodes)


def _declares(line: str, mark: str) -> bool:
    head, found, _ = line.partition(mark)
    return bool(found) and head.isidentifier()


@settings(max_examples=100)
@given(text=st.text(max_size=80), room=st.floats(40, 200), lines=st.integers(1, 3))
def test_wrapped_text_fits(text: str, room: float, lines: int) -> None:
    found = wrap(text, 12, room, lines)
    assert len(found) <= lines
    assert all(width(line, 12) <= room for line in found)


def test_mermaid_of_the_design_example(churn_rescue: Plan) -> None:
    assert mermaid(churn_rescue) == GOLDEN.read_text(encoding="utf-8")


def test_the_blocks_of_the_design_example(churn_rescue: Plan) -> None:
    shape = [(step.node.id, [lane.label for lane in step.lanes]) for step in blocks(churn_rescue)]
    assert shape == [
        ("triage", []),
        ("if-1", ["yes", "no"]),
        ("wait-1", []),
        ("parallel-1", ["product", "value"]),
        ("repeat-1", [""]),
        ("save-decision", []),
    ]


def test_a_run_is_marked_where_it_stands(churn_rescue: Plan) -> None:
    root = ElementTree.fromstring(svg(churn_rescue, {NodeId("wait-1"): "since 2 March"}))
    (here,) = [group for group in root.iter(f"{SVG}g") if "here" in group.get("class", "").split()]
    assert here.get("data-node") == "wait-1"
    assert "since 2 March" in [text.text for text in here.iter(f"{SVG}text")]
    assert "class n_wait_1 here" in mermaid(churn_rescue, {NodeId("wait-1"): "since 2 March"})


def test_the_picture_says_what_can_happen_at_any_moment(churn_rescue: Plan) -> None:
    words = "\n".join(ElementTree.fromstring(svg(churn_rescue)).itertext())
    assert 'health.band == "green"' in words
    assert "lost" in words
    assert "first-reply" in words


def test_the_picture_needs_nothing_else_and_says_its_name(churn_rescue: Plan) -> None:
    drawn = svg(churn_rescue)
    root = ElementTree.fromstring(drawn)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title") is not None
    assert "<script" not in drawn
    assert "href" not in drawn
    assert "url(" not in drawn
    assert "prefers-color-scheme:dark" in drawn


@pytest.mark.parametrize("draw", [svg, mermaid])
def test_text_of_authors_stays_text(draw: Any) -> None:
    plan = Plan("x", '<script>"&', SOURCE, plan_of([("odd",)]).nodes, NodeId("odd-1"))
    assert "<b>" not in draw(plan)
    assert "<script>" not in draw(plan)


def test_a_plan_without_steps_is_drawn() -> None:
    plan = plan_of([])
    assert next(box.label for box in layout(plan).shapes if isinstance(box, Box)) == "Start"
    assert mermaid(plan).splitlines()[-1].strip() == "start --> finish"
