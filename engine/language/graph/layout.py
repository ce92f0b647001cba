"""Where everything of a plan goes: boxes down an axis, lanes side by side, frames round bodies.

Owns sizes and distances. Must not know SVG. Blocks are nested, so a piece never has to look at its
neighbours: lanes are as wide as what they hold, and nothing overlaps.
"""

from __future__ import annotations

from itertools import pairwise

from engine.language.graph.blocks import Lane, Step, blocks
from engine.language.graph.fitting import clean, width, wrap
from engine.language.graph.picture import Box, Frame, Piece, Shape, Tag, Wire, placed, stacked
from engine.language.graph.words import Said, describe, opening
from engine.plan.model import Choose, Fork, NodeId, Plan, Repeat, Split

BOX_WIDTH = 280.0
TITLE_SIZE, DETAIL_SIZE, LABEL_SIZE = 13.5, 11.5, 10.5
_BOLD = 1.12
TITLE_LINE, DETAIL_LINE = 18.0, 16.0
INSET, ICON = 14.0, 26.0
GAP = 30.0
LANE_GAP = 30.0
FRAME_PAD = 22.0
RETURN_ROOM = 26.0
TAG_SIZE, TAG_LINE = 11.0, 14.0
TAG_ROOM = 190.0
BUS = 16.0
LEAD = 12.0


def layout(plan: Plan) -> Piece:
    """Return the whole plan as one piece, from its start to its end."""
    pieces = [_start(plan), *(_step(step) for step in blocks(plan))]
    if pieces[-1].open:
        pieces.append(_terminal("finish", plan.outcome))
    return stacked(pieces, GAP)


def _start(plan: Plan) -> Piece:
    return _box(None, Said("begin", "Start", *opening(plan)))


def _terminal(kind: str, text: str, node: NodeId | None = None) -> Piece:
    lines = wrap(text, TITLE_SIZE * _BOLD, BOX_WIDTH - 4 * INSET, 1)
    wide = max(96.0, width(lines[0] if lines else "", TITLE_SIZE * _BOLD) + 2 * INSET + ICON)
    box = Box(node, kind, "", lines, (), f"End: {clean(text)}", -wide / 2, 0, wide, 36)
    return Piece(wide / 2, wide / 2, 36, (box,), open=False)


def _box(node: NodeId | None, said: Said) -> Piece:
    room = BOX_WIDTH - 2 * INSET - ICON
    title = wrap(said.title, TITLE_SIZE * _BOLD, room, 3)
    details = tuple(
        line for one in said.details for line in wrap(one, DETAIL_SIZE, room, 2 if node else 3)
    )
    height = 2 * INSET + 10 + len(title) * TITLE_LINE + len(details) * DETAIL_LINE
    tooltip = clean(f"{said.label}: {said.title}. " + ". ".join(said.details)).rstrip(". ")
    half = BOX_WIDTH / 2
    box = Box(
        node,
        said.kind,
        clean(said.label),
        title,
        details,
        tooltip,
        -half,
        0,
        BOX_WIDTH,
        height,
        said.optional,
    )
    return Piece(half, half, height, (box,))


def _step(step: Step) -> Piece:
    said = describe(step.node)
    if said.kind == "end":
        return _terminal("end", said.title, step.node.id)
    header = _box(step.node.id, said)
    if step.inside:
        return _framed(step, header)
    if not step.lanes:
        return header
    fan = _lanes(step)
    joined = Piece(fan.left, fan.right, fan.height, fan.shapes, not step.ends)
    return stacked([header, joined], 0)


def _framed(step: Step, header: Piece) -> Piece:
    body = stacked([header, *(_step(one) for one in step.lanes[0].steps)], GAP)
    again = isinstance(step.node, Repeat)
    left = body.left + FRAME_PAD
    right = body.right + FRAME_PAD + (RETURN_ROOM if again else 0)
    height = body.height + 2 * FRAME_PAD
    shapes: list[Shape] = [Frame(describe(step.node).kind, -left, 0, left + right, height)]
    shapes += placed(body, 0, FRAME_PAD)
    if again and step.lanes[0].steps and body.open:
        shapes.append(_way_back(body, header, right - RETURN_ROOM / 2 - FRAME_PAD / 2))
    return Piece(left, right, height, tuple(shapes))


def _way_back(body: Piece, header: Piece, x: float) -> Wire:
    bottom, middle = body.height + FRAME_PAD, header.height / 2 + FRAME_PAD
    low = bottom + FRAME_PAD / 2
    points = ((0, bottom), (0, low), (x, low), (x, middle), (header.right, middle))
    return Wire(points, arrow=True, back=True)


def _lanes(step: Step) -> Piece:
    """Put lanes side by side below the axis and lead those that go on back to it."""
    lanes = [_lane(lane) for lane in step.lanes]
    height = max(lane.height for lane in lanes) + BUS
    centres = _centres(lanes, aligned=_is_aside(step))
    shapes: list[Shape] = []
    for lane, x in zip(lanes, centres, strict=True):
        shapes += placed(lane, x, 0)
    lead = _bars if isinstance(step.node, Fork) else _bends
    shapes += lead(lanes, centres, height)
    left = max(lane.left - x for lane, x in zip(lanes, centres, strict=True))
    right = max(lane.right + x for lane, x in zip(lanes, centres, strict=True))
    return Piece(max(left, 0), max(right, 0), height, tuple(shapes))


def _bends(lanes: list[Piece], centres: list[float], height: float) -> list[Shape]:
    """Lead the axis to each lane and back: only one of them is taken."""
    shapes: list[Shape] = []
    low = height - BUS / 2
    for lane, x in zip(lanes, centres, strict=True):
        turn = ((0, BUS), (x, BUS)) if x else ()
        back = ((x, low), (0, low)) if x else ()
        shapes.append(Wire(((0, 0), *turn, (x, BUS + LEAD))))
        if lane.open:
            shapes.append(Wire(((x, lane.height), *back, (0, height))))
    return shapes


def _bars(lanes: list[Piece], centres: list[float], height: float) -> list[Shape]:
    """Lead the axis to all lanes at once: a bar where they begin and one where they meet."""
    low = height - BUS / 2
    first, last = centres[0] - 20, centres[-1] + 20
    shapes: list[Shape] = [Wire(((0, 0), (0, BUS)))]
    shapes += [Wire(((x, BUS), (x, BUS + LEAD))) for x in centres]
    shapes.append(Wire(((first, BUS), (last, BUS)), heavy=True))
    for lane, x in zip(lanes, centres, strict=True):
        if lane.open:
            shapes.append(Wire(((x, lane.height), (x, low))))
    if any(lane.open for lane in lanes):
        shapes.append(Wire(((first, low), (last, low)), heavy=True))
        shapes.append(Wire(((0, low), (0, height))))
    return shapes


def _is_aside(step: Step) -> bool:
    """Whether the first lane is the usual way and stays on the axis."""
    if not isinstance(step.node, Fork | Split | Choose):
        return True
    return len(step.lanes) == 2 and not all(lane.steps for lane in step.lanes)


def _centres(lanes: list[Piece], *, aligned: bool) -> list[float]:
    centres = [0.0]
    for before, lane in pairwise(lanes):
        centres.append(centres[-1] + before.right + LANE_GAP + lane.left)
    shift = 0.0 if aligned else centres[-1] / 2
    return [x - shift for x in centres]


def _lane(lane: Lane) -> Piece:
    """Return a lane below the line that leads to it: its tag, then its steps."""
    tag = _tag(lane.label)
    top = BUS + LEAD
    steps = stacked([_step(one) for one in lane.steps], GAP)
    start = top + tag.height
    shapes: list[Shape] = list(placed(tag, 0, top))
    if not lane.steps:
        return Piece(tag.left, tag.right, start + 8, (*shapes, Wire(((0, start), (0, start + 8)))))
    shapes.append(Wire(((0, start), (0, start + GAP - 8)), arrow=True))
    shapes += placed(steps, 0, start + GAP - 8)
    left, right = max(tag.left, steps.left), max(tag.right, steps.right)
    return Piece(left, right, start + GAP - 8 + steps.height, tuple(shapes), steps.open)


def _tag(text: str) -> Piece:
    lines = wrap(text, TAG_SIZE, TAG_ROOM, 2)
    if not lines:
        return Piece(12, 12, 0, ())
    half = max(width(line, TAG_SIZE) for line in lines) / 2 + 9
    height = len(lines) * TAG_LINE + 6
    return Piece(half, half, height, (Tag(lines, -half, 0, 2 * half, height),))
