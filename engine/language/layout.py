"""Layout: two spaces a level, lists one level under their key, quotes only where needed.

Owns where each line begins and the spelling of what is on it. Edits the author's own text at known
places, so comments and line breaks stay as written. Knows nothing of key order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.language.places import Place
from engine.language.scalars import needs_no_quotes
from engine.language.source import Document

_STEP = 2
_SPACED_COLON = re.compile(r"\s*:\s*")
_HEADER = re.compile(r"(?:&\S+\s+)?[|>]([-+0-9]*)")
_DASH = re.compile(r"(?:[&!]\S*)?(?:\s|#[^\n]*(?:\n|$))*-")


class Unknown(Exception):
    """The file uses a form of YAML this layout does not know."""


@dataclass(slots=True)
class _Level:
    """A block collection's column: as it was, as it shall be."""

    old: int
    new: int


@dataclass(slots=True)
class _Plan:
    """What shall become of each line (0-based) and of spans inside lines."""

    levels: dict[int, list[_Level]] = field(default_factory=dict)
    columns: dict[int, int] = field(default_factory=dict)
    cuts: dict[int, int] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    unfilled: set[int] = field(default_factory=set)
    edits: dict[int, list[tuple[int, int, str]]] = field(default_factory=dict)


def laid_out(document: Document) -> str:
    """Return the text in canonical layout; `Unknown` when it holds a form not known here."""
    layout = _Layout(document)
    if document.root.style == "block":
        layout.collection(document.root, 0)
        lines = layout.lines()
    else:
        lines = document.text.split("\n")
    return "\n".join(lines).strip("\n") + "\n"


class _Layout:
    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._index = document.lines
        self._source = document.text.split("\n")
        self._plan = _Plan()

    def _at(self, index: int) -> tuple[int, int]:
        line, column = self._index.at(index)
        return line - 1, column - 1

    def collection(self, place: Place, new: int) -> None:
        """Plan a block collection whose entries shall begin in column `new`."""
        for name, item in place.items.items():
            if name in place.keys:
                start, end = place.keys[name]
                level = self._begin(start, new)
                self._unquote(start, end, str(name))
                self._space(end, item)
            else:
                start = self._dash(place, item)
                end = start + 1
                level = self._begin(start, new)
                self._space_dash(end, item)
            self._value(item, level, end)

    def _begin(self, index: int, new: int) -> _Level:
        line, column = self._at(index)
        levels = self._plan.levels.setdefault(line, [])
        indent = self._source[line][:column]
        if not levels and indent.strip():
            raise Unknown(f"line {line + 1}")
        levels.append(_Level(column, new))
        self._plan.columns.setdefault(line, new)
        return levels[-1]

    def _dash(self, place: Place, item: Place) -> int:
        found = self._text.rfind("-", place.start, item.start)
        line, _ = self._at(place.start)
        if item is place.items[0] and (first := _DASH.match(self._text, place.start)):
            return first.end() - 1
        while found >= 0 and "#" in self._text[self._text.rfind("\n", 0, found) + 1 : found]:
            found = self._text.rfind("-", place.start, found)
        if found < 0:
            raise Unknown(f"line {line + 1}")
        return found

    def _value(self, item: Place, level: _Level, after: int) -> None:
        line = self._at(after)[0]
        if item.style == "block":
            self.collection(item, level.new + _STEP)
            return
        if item.start == item.end:
            self._plan.unfilled.add(line)
            return
        first = self._at(item.start)[0]
        if first != line:
            self._plan.columns.setdefault(first, level.new + _STEP)
            self._plan.levels.setdefault(first, [])
        if item.style in ("|", ">"):
            self._block_scalar(item, level, first)
        else:
            self._run_on(item, level.new, first)
            self._inside(item)

    def _block_scalar(self, item: Place, level: _Level, first: int) -> None:
        """Plan the lines of a `|` or `>` text: two spaces in, or as far as its header says."""
        header = _HEADER.match(self._text, item.start)
        last = self._at(max(item.start, item.end - 1))[0]
        body = range(first + 1, last + 1)
        filled = [number for number in body if self._source[number].strip(" ")]
        if header is None:
            raise Unknown(f"line {first + 1}")
        if not filled and "+" not in header[1]:
            return
        digits = re.sub(r"\D", "", header[1])
        old = (
            level.old + int(digits) if digits else _spaces(self._source[filled[0]]) if filled else 0
        )
        new = level.new + int(digits or _STEP)
        for number in body:
            if "+" in header[1] or number <= filled[-1]:
                blank = len(self._source[number]) <= old
                self._plan.kept.add(number)
                self._plan.cuts[number] = len(self._source[number]) if blank else old
                self._plan.columns[number] = 0 if blank else new

    def _run_on(self, item: Place, parent: int, first: int) -> None:
        """Plan the further lines of a text or flow collection: they move with the first."""
        last = self._at(max(item.start, item.end - 1))[0]
        if last == first:
            return
        levels = self._plan.levels.get(first) or [_Level(_indent(self._source[first]), 0)]
        shift = self._plan.columns[first] - levels[0].old
        for number in range(first + 1, last + 1):
            self._plan.kept.add(number)
            if self._source[number].strip():
                floor = parent if item.style == "flow" else parent + _STEP
                old = _indent(self._source[number])
                self._plan.columns[number] = max(floor, old + shift)

    def _inside(self, item: Place) -> None:
        """Plan the small edits inside a scalar or a flow collection."""
        if item.style in ("'", '"'):
            self._unquote(item.start, item.end, self._text[item.start + 1 : item.end - 1])
        if item.style != "flow":
            return
        for name, inner in item.items.items():
            if name in item.keys:
                start, end = item.keys[name]
                self._unquote(start, end, str(name))
                self._space(end, inner)
            self._inside(inner)

    def _unquote(self, start: int, end: int, value: str) -> None:
        quoted = self._text[start] in "'\"" and self._text[start + 1 : end - 1] == value
        if quoted and needs_no_quotes(value) and "''" not in value:
            self._edit(start, end, value)

    def _space(self, end: int, item: Place) -> None:
        between = self._text[end : item.start]
        if item.start < item.end and "\n" not in between and _SPACED_COLON.fullmatch(between):
            self._edit(end, item.start, ": ")

    def _space_dash(self, end: int, item: Place) -> None:
        between = self._text[end : item.start]
        if item.start < item.end and "\n" not in between and not between.strip():
            self._edit(end, item.start, " ")

    def _edit(self, start: int, end: int, text: str) -> None:
        line, column = self._at(start)
        if self._text[start:end] != text:
            edit = (column, column + end - start, text)
            self._plan.edits.setdefault(line, []).append(edit)

    def lines(self) -> list[str]:
        """Carry the plan out."""
        out: list[str] = []
        stack: list[_Level] = []
        following = self._following()
        above = -1
        for number, line in enumerate(self._source):
            if levels := self._plan.levels.get(number, []):
                stack = [level for level in stack if level.old < levels[0].old] + levels
            if number in self._plan.kept or number in self._plan.columns:
                out.append(self._settled(number, line))
                above = number
            elif not line.strip():
                if (out and out[-1].strip()) or above == number - 1:
                    out.append("")
            elif line.lstrip().startswith("#"):
                near = self._near(stack, following[number], above)
                out.append(" " * _closest(near, _indent(line)) + line.strip())
            elif line.startswith(("---", "...", "%")):
                out.append(line.rstrip())
            else:
                raise Unknown(f"line {number + 1}")
        return out

    def _following(self) -> list[list[_Level]]:
        """For each line the level that begins on it or on the next line that begins one."""
        found: list[list[_Level]] = []
        ahead: list[_Level] = []
        for number in range(len(self._source) - 1, -1, -1):
            ahead = self._plan.levels.get(number, [])[:1] or ahead
            found.append(ahead)
        return found[::-1]

    def _near(self, stack: list[_Level], ahead: list[_Level], above: int) -> list[_Level]:
        """Return the levels a comment may belong to: what follows, what is open, what is empty."""
        near = ahead + stack[::-1]
        if above in self._plan.unfilled and stack:
            near.append(_Level(stack[-1].old + _STEP, stack[-1].new + _STEP))
        return near

    def _settled(self, number: int, line: str) -> str:
        for start, end, text in sorted(self._plan.edits.get(number, []), reverse=True):
            line = line[:start] + text + line[end:]
        moved = " " * self._plan.columns.get(number, 0) + line[self._cut(number) :]
        return moved if number in self._plan.kept else moved.rstrip()

    def _cut(self, number: int) -> int:
        return self._plan.cuts.get(number, _indent(self._source[number]))


def _closest(levels: list[_Level], column: int) -> int:
    """Return where the level that stood closest to `column` shall stand."""
    if not levels:
        return 0
    return min(levels, key=lambda level: abs(level.old - column)).new


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _spaces(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
