"""Ordering: the canonical order of keys in a playbook, reached by moving lines.

Owns which key comes first and how a key takes its comments and blank lines along. Knows nothing of
indentation or quotes; the caller checks that the meaning did not change.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from engine.language.places import Lines, Path, Place
from engine.language.source import Document, load

# fmt: off
TOP_KEYS = (
    "playbook", "title", "description", "owner", "mode", "subject", "inputs", "enroll", "goal",
    "exit", "milestones", "roles", "on_resume", "steps",
)
STEP_KINDS = (
    "task", "email", "survey", "notify", "call", "set", "escalate", "if", "wait", "parallel",
    "repeat", "split", "for_each", "start", "stop", "transfer", "end", "approve",
)
# fmt: on
_NOT_STEPS = frozenset({"overdue", "ask", "checklist"})


def in_order(document: Document) -> str:
    """Return the text with keys in canonical order; files that are not playbooks as they are."""
    if not isinstance(document.value, dict) or "playbook" not in document.value:
        return document.text
    text = document.text
    for _ in range(8):
        moved = _moved(document)
        if moved == text:
            break
        text = moved
        again, _problems = load(document.file, text)
        if again is None:
            break
        document = again
    return text


def last_index(text: str, place: Place) -> int:
    """Return the index just past the last character of the value at `place`, comments left out."""
    if place.style != "block":
        end = place.end
        kept = place.style in ("|", ">") and "+" in text[place.start : text.find("\n", place.start)]
        return end if kept else place.start + len(text[place.start : end].rstrip())
    ends = [place.start]
    for name, item in place.items.items():
        ends += [last_index(text, item), place.keys.get(name, (0, 0))[1]]
    return max(ends)


def _moved(document: Document) -> str:
    lines = document.text.split("\n")
    touched: set[int] = set()
    wanted = sorted(_mappings(document), key=lambda one: one[0].start, reverse=True)
    for place, order in wanted:
        if list(place.keys) == order:
            continue
        if place.style == "flow":
            _move_in_line(document.lines, lines, place, order, touched)
        elif place.style == "block":
            _move_lines(document.lines, lines, place, order)
    return "\n".join(lines)


def _mappings(document: Document) -> Iterator[tuple[Place, list[str]]]:
    known = [key for key in TOP_KEYS if key in document.value]
    yield document.root, known + [key for key in document.value if key not in known]
    steps = document.root.items.get("steps")
    if steps is not None:
        yield from _steps(document.value["steps"], steps, ("steps",))


def _steps(value: Any, place: Place, path: Path) -> Iterator[tuple[Place, list[str]]]:
    if place.style == "alias":
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            at = place.items[index]
            if isinstance(item, dict) and (kind := _kind(item)):
                yield at, [kind, *(key for key in item if key != kind)]
            yield from _steps(item, at, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in _NOT_STEPS:
                yield from _steps(item, place.items[key], (*path, key))


def _kind(step: dict[str, Any]) -> str | None:
    return next((kind for kind in STEP_KINDS if kind in step), None)


def _move_in_line(
    index: Lines, lines: list[str], place: Place, order: list[str], touched: set[int]
) -> None:
    """Reorder `{a: 1, b: 2}` when it stands on one line that no other move has changed."""
    number, column = index.at(place.start)
    if index.at(place.end)[0] != number or number in touched:
        return
    touched.add(number)
    base = place.start - column + 1
    line = lines[number - 1]
    spans = {key: (place.keys[key][0], _entry_end(place, key)) for key in order}
    parts = [line[start - base : end - base] for start, end in (spans[key] for key in order)]
    first = min(start for start, _ in spans.values()) - base
    last = max(end for _, end in spans.values()) - base
    lines[number - 1] = line[:first] + ", ".join(parts) + line[last:]


def _entry_end(place: Place, key: str) -> int:
    return max(place.keys[key][1], place.items[key].end)


def _move_lines(index: Lines, lines: list[str], place: Place, order: list[str]) -> None:
    """Reorder a block mapping: each key moves with its value and the comments above it."""
    keys = [str(key) for key in place.keys]
    starts = [index.at(place.keys[key][0])[0] - 1 for key in keys]
    column = index.at(place.keys[keys[0]][0])[1] - 1
    end = index.at(max(0, last_index(index.text, place) - 1))[0]
    prefix = lines[starts[0]][:column]
    tops = [starts[0]]
    for above, start in pairwise(starts):
        tops.append(_top(lines, above, start, column))
    chunks = {
        key: lines[top:stop] for key, top, stop in zip(keys, tops, [*tops[1:], end], strict=True)
    }
    heads = {key: start - top for key, top, start in zip(keys, tops, starts, strict=True)}
    chunks[keys[0]][0] = " " * column + chunks[keys[0]][0][column:]
    _swap_blanks(chunks, heads, keys[0], order[0])
    first = chunks[order[0]]
    dashed = " " * (len(prefix) - len(prefix.lstrip()))
    first[: heads[order[0]]] = [dashed + line.lstrip() for line in first[: heads[order[0]]]]
    at = heads[order[0]]
    first[at] = prefix + first[at][column:]
    lines[tops[0] : end] = [line for key in order for line in chunks[key]]


def _top(lines: list[str], above: int, start: int, column: int) -> int:
    """Return the first of the comment and blank lines that belong to the key on line `start`."""
    top = start
    while top - 1 > above and _is_loose(lines[top - 1]):
        indent = len(lines[top - 1]) - len(lines[top - 1].lstrip())
        if lines[top - 1].strip() and indent > column:
            break
        top -= 1
    return top


def _is_loose(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _swap_blanks(chunks: dict[str, list[str]], heads: dict[str, int], old: str, new: str) -> None:
    """The blank lines above the key that comes first now go to the key it displaces."""
    while heads[new] and not chunks[new][0].strip():
        chunks[old].insert(0, chunks[new].pop(0))
        heads[new] -= 1
        heads[old] += 1
