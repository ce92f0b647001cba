"""A picture as data: boxes, frames, tags and wires with coordinates, and how pieces are joined.

Must not know plans or SVG. A `Piece` has its own origin: x 0 is the axis the flow runs down, y 0
its top.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from engine.plan.model import NodeId


@dataclass(frozen=True, slots=True)
class Box:
    """A step. `x`, `y` is the top left corner."""

    node: NodeId | None
    kind: str
    label: str
    title: tuple[str, ...]
    details: tuple[str, ...]
    tooltip: str
    x: float
    y: float
    width: float
    height: float
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The border round a body that is repeated."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tag:
    """The words on a lane: which answer, which branch."""

    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Wire:
    """A line from point to point; `arrow` at its end, `back` for the way to the next time."""

    points: tuple[tuple[float, float], ...]
    arrow: bool = False
    back: bool = False
    heavy: bool = False


Shape: TypeAlias = Box | Frame | Tag | Wire


@dataclass(frozen=True, slots=True)
class Piece:
    """Shapes round an axis: how far they reach to each side and down.

    `open` says whether the flow leaves at the bottom, on the axis.
    """

    left: float
    right: float
    height: float
    shapes: tuple[Shape, ...]
    open: bool = True


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """Return the shape so much further right and down.

    >>> moved(Wire(((0, 0), (0, 5))), 1, 2).points
    ((1, 2), (1, 7))
    """
    if isinstance(shape, Wire):
        return replace(shape, points=tuple((x + dx, y + dy) for x, y in shape.points))
    return replace(shape, x=shape.x + dx, y=shape.y + dy)


def placed(piece: Piece, dx: float, dy: float) -> tuple[Shape, ...]:
    """Return the shapes of a piece with its origin at (dx, dy)."""
    return tuple(moved(shape, dx, dy) for shape in piece.shapes)


def stacked(pieces: list[Piece], gap: float) -> Piece:
    """Put pieces below each other, an arrow from each to the next that can be reached."""
    shapes: list[Shape] = []
    bottom = 0.0
    leads_on = False
    for number, piece in enumerate(pieces):
        if number:
            if leads_on:
                shapes.append(Wire(((0, bottom), (0, bottom + gap)), arrow=True))
            bottom += gap
        shapes += placed(piece, 0, bottom)
        bottom += piece.height
        leads_on = piece.open
    left = max((piece.left for piece in pieces), default=0.0)
    right = max((piece.right for piece in pieces), default=0.0)
    return Piece(left, right, bottom, tuple(shapes), leads_on if pieces else True)
