"""A plan as SVG: one file that needs nothing else, readable in light and in dark.

Owns colours and markup. Must not know where things go: `layout.py` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from engine.language.graph.fitting import clean, width, wrap
from engine.language.graph.icons import ICONS
from engine.language.graph.layout import (
    DETAIL_LINE,
    ICON,
    INSET,
    LABEL_SIZE,
    TAG_LINE,
    TITLE_LINE,
    layout,
)
from engine.language.graph.picture import Box, Frame, Piece, Shape, Tag, Wire, placed
from engine.language.graph.styling import STYLE
from engine.language.graph.words import rules
from engine.plan.model import NodeId, Plan

_MARGIN = 32.0
_LEAST_WIDTH = 420.0
_HEADING, _RULE = 20.0, 12.0
_RULE_LINE = 22.0
_CORNER = 9.0


def svg(plan: Plan, at: Mapping[NodeId, str] | None = None) -> str:
    """Return an SVG document; `at` marks the nodes where a run stands, each with a word.

    >>> from engine.plan.examples import WAIT_A_DAY
    >>> 'data-node="pause"' in svg(WAIT_A_DAY)
    True
    """
    piece = layout(plan)
    wide = max(piece.left + piece.right + 2 * _MARGIN, _LEAST_WIDTH)
    heading, top = _heading(plan, wide)
    axis = _axis(piece, wide)
    shapes = placed(piece, axis, top)
    high = top + piece.height + _MARGIN
    title = escape(clean(plan.title or plan.playbook))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plan-drawing" role="img" '
        f'aria-label="{title}" '
        f'viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}" height="{high:.0f}">',
        f"<title>{title}</title>",
        f"<desc>Drawing of the playbook {escape(clean(plan.playbook))}.</desc>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{wide:.0f}" height="{high:.0f}"/>',
        *heading,
        *(_drawn(shape, at or {}) for shape in sorted(shapes, key=_depth)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axis(piece: Piece, wide: float) -> float:
    free = wide - 2 * _MARGIN - piece.left - piece.right
    return _MARGIN + piece.left + free / 2


def _depth(shape: Shape) -> int:
    """Frames lie lowest, then wires, then what stands on them."""
    return {Frame: 0, Wire: 1, Tag: 2, Box: 3}[type(shape)]


def _heading(plan: Plan, wide: float) -> tuple[list[str], float]:
    """Return the title and what holds at any moment, and where the drawing begins."""
    room = wide - 2 * _MARGIN
    y = _MARGIN + _HEADING
    parts = []
    for line in wrap(plan.title or plan.playbook, _HEADING, room, 2):
        parts.append(_text("heading", _MARGIN, y, line))
        y += _HEADING + 6
    parts.append(_text("name", _MARGIN, y - 4, *wrap(plan.playbook, _RULE, room, 1)))
    y += 22
    for name, words in rules(plan):
        parts += _rule(name, words, y, room)
        y += _RULE_LINE
    return parts, y + (6 if rules(plan) else -6)


def _rule(name: str, words: str, y: float, room: float) -> list[str]:
    wide = 84.0
    line = wrap(words, _RULE, room - wide - 10, 1)
    return [
        f'<rect class="rule {name.lower()}" x="{_MARGIN:.1f}" y="{y - 13:.1f}" '
        f'width="{wide - 6:.1f}" height="18" rx="9"/>',
        _text("rulename", _MARGIN + (wide - 6) / 2, y, name),
        f"<g><title>{escape(clean(words))}</title>"
        + _text("rulewords", _MARGIN + wide + 4, y, *line)
        + "</g>",
    ]


def _drawn(shape: Shape, at: Mapping[NodeId, str]) -> str:
    match shape:
        case Box():
            return _box(shape, at.get(shape.node) if shape.node else None)
        case Frame():
            return (
                f'<rect class="frame {shape.kind}" x="{shape.x:.1f}" y="{shape.y:.1f}" '
                f'width="{shape.width:.1f}" height="{shape.height:.1f}" rx="14"/>'
            )
        case Tag():
            return _tag(shape)
        case Wire():
            return _wire(shape)


def _box(box: Box, here: str | None) -> str:
    pill = box.kind in ("finish", "end")
    known = f' data-node="{escape(box.node)}"' if box.node else ""
    classes = " ".join(
        ["step", box.kind, *(["optional"] if box.optional else []), *(["here"] if here else [])]
    )
    corner = box.height / 2 if pill else 10
    rect = (
        f'<rect class="card" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="{corner:.1f}"/>'
    )
    inner = _pill(box) if pill else _card(box)
    badge = _badge(box, here) if here else ""
    tooltip = escape(f"{box.tooltip} ({box.node})" if box.node else box.tooltip)
    return f'<g class="{classes}"{known}><title>{tooltip}</title>{rect}{inner}{badge}</g>'


def _card(box: Box) -> str:
    x, y = box.x + INSET + ICON, box.y + INSET + 6
    parts = [
        f'<rect class="tile" x="{box.x + 10:.1f}" y="{box.y + 10:.1f}" '
        'width="24" height="24" rx="7"/>',
        _icon(box.kind, box.x + 14, box.y + 14),
        _text("label", x + 4, y, box.label.upper()),
    ]
    y += 2
    for line in box.title:
        y += TITLE_LINE
        parts.append(_text("title", x + 4, y, line))
    for line in box.details:
        y += DETAIL_LINE
        parts.append(_text("detail", x + 4, y, line))
    return "".join(parts)


def _pill(box: Box) -> str:
    middle = box.y + box.height / 2
    parts = [_icon(box.kind, box.x + INSET, middle - 8)]
    parts += [_text("title", box.x + INSET + ICON - 4, middle + 4.8, line) for line in box.title]
    return "".join(parts)


def _badge(box: Box, here: str) -> str:
    (line, *_) = wrap(here, LABEL_SIZE, box.width - 60, 1) or ("here",)
    wide = width(line, LABEL_SIZE) + 16
    x, y = box.x + box.width - wide - 8, box.y - 9
    return (
        f'<rect class="badge" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="18" rx="9"/>'
        + _text("badgetext", x + wide / 2, y + 12.8, line)
    )


def _tag(tag: Tag) -> str:
    middle = tag.x + tag.width / 2
    rect = (
        f'<rect class="tag" x="{tag.x:.1f}" y="{tag.y:.1f}" width="{tag.width:.1f}" '
        f'height="{tag.height:.1f}" rx="9"/>'
    )
    lines = [
        _text("tagtext", middle, tag.y + 13.2 + number * TAG_LINE, line)
        for number, line in enumerate(tag.lines)
    ]
    return rect + "".join(lines)


def _wire(wire: Wire) -> str:
    kind = "wire" + (" back" if wire.back else "") + (" bar" if wire.heavy else "")
    drawn = f'<path class="{kind}" d="{_rounded(wire.points)}"/>'
    return drawn + (_head(wire) if wire.arrow else "")


def _head(wire: Wire) -> str:
    (x0, y0), (x, y) = wire.points[-2:]
    if abs(x - x0) > abs(y - y0):
        side = 7 if x < x0 else -7
        return f'<path class="head" d="M{x:.1f} {y:.1f}l{side} -4v8z"/>'
    return f'<path class="head" d="M{x:.1f} {y:.1f}l-4 -7h8z"/>'


def _rounded(points: tuple[tuple[float, float], ...]) -> str:
    """Return path data along `points`, its corners rounded."""
    (x, y), *_ = points
    parts = [f"M{x:.1f} {y:.1f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        (ax, ay), (bx, by) = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{ax:.1f} {ay:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {bx:.1f} {by:.1f}")
    x, y = points[-1]
    return "".join([*parts, f"L{x:.1f} {y:.1f}"])


def _towards(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    share = min(_CORNER, length / 2) / length if length else 0.0
    return corner[0] + dx * share, corner[1] + dy * share


def _icon(kind: str, x: float, y: float) -> str:
    return f'<path class="icon" transform="translate({x:.1f} {y:.1f})" d="{ICONS[kind]}"/>'


def _text(kind: str, x: float, y: float, line: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(line)}</text>'
