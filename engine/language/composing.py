"""Composing: YAML events to plain values and their places.

Owns which parts of YAML are allowed and the limits. What a bare word means is in `scalars.py`, the
wording of problems in `findings.py`. Syntax errors of the parser pass through as `yaml.YAMLError`;
`syntax.py` explains them. Knows nothing of playbooks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from engine.language.diagnostics import Problem
from engine.language.findings import Findings
from engine.language.places import Lines, Place
from engine.language.scalars import Scalar, misleading, plain_value

MAX_DEPTH = 40
MAX_ALIASES = 50
MAX_VALUES = 20_000

_Event: TypeAlias = Any
_GLUED = re.compile(r"\w:\S")


class Refused(Exception):
    """The file is beyond a limit; reading stops here."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Composer:
    """Reads one file. `document` gives its value; `found` collects what does not stop it."""

    def __init__(self, file: str, lines: Lines) -> None:
        self.found = Findings(file, lines)
        self._text = lines.text
        self._events: Iterator[_Event] = iter(yaml.parse(lines.text, Loader=yaml.CSafeLoader))
        self._anchors: dict[str, tuple[Any, Place, int] | None] = {}
        self._aliases = 0
        self._values = 0

    def document(self) -> tuple[Any, Place]:
        """Compose the file's one document; `yaml.YAMLError` and `Refused` say why it cannot be."""
        value, place = None, Place(0, 0, "plain")
        documents = 0
        for event in self._events:
            match event:
                case DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self.found.second_document(_start(event))
                        break
                case StreamStartEvent() | StreamEndEvent() | DocumentEndEvent():
                    continue
                case _:
                    value, place = self._node(event, 1)
        return value, place

    def _node(self, event: _Event, depth: int) -> tuple[Any, Place]:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        before = self._values
        self._count(1, event)
        self._open_anchor(event)
        if event.tag is not None:
            self.found.tag(_start(event))
        value, place = self._fresh(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = (value, place, self._values - before)
        return value, place

    def _fresh(self, event: _Event, depth: int) -> tuple[Any, Place]:
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if depth > MAX_DEPTH:
            message = f"Values are nested more than {MAX_DEPTH} deep."
            remedy = "Write it flatter; a playbook rarely needs more than ten levels."
            raise Refused(self.found.add("TN125", message, _start(event), remedy))
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _count(self, more: int, event: _Event) -> None:
        self._values += more
        if self._values > MAX_VALUES:
            message = f"The file holds more than {MAX_VALUES:,} values (repeats counted each time)."
            remedy = "Split it into several files, or use fewer aliases."
            raise Refused(self.found.add("TN127", message, _start(event), remedy))

    def _open_anchor(self, event: _Event) -> None:
        if not event.anchor:
            return
        if event.anchor in self._anchors:
            self.found.anchor_twice(event.anchor, _start(event))
        self._anchors[event.anchor] = None

    def _alias(self, event: _Event) -> tuple[Any, Place]:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            message = f"The file uses more than {MAX_ALIASES} aliases."
            remedy = "Write the values out, or move what is shared into an input."
            raise Refused(self.found.add("TN126", message, _start(event), remedy))
        known = self._anchors.get(event.anchor)
        if known is not None:
            self._count(known[2], event)
            value, place, _ = known
            return value, Place(_start(event), _end(event), "alias", place.items, place.keys)
        if event.anchor in self._anchors:
            self.found.self_alias(event.anchor, _start(event))
        else:
            self.found.unknown_alias(event.anchor, _start(event), self._anchors)
        return None, Place(_start(event), _end(event), "plain")

    def _scalar(self, event: _Event) -> tuple[Scalar, Place]:
        place = Place(_start(event), _end(event), event.style or "plain")
        if event.style:
            return str(event.value), place
        if misleading(event.value):
            self.found.misleading_word(event.value, place.end - len(event.value))
        return plain_value(event.value), place

    def _sequence(self, event: _Event, depth: int) -> tuple[list[Any], Place]:
        values: list[Any] = []
        place = Place(_start(event), 0, "flow" if event.flow_style else "block")
        while not isinstance(item := next(self._events), SequenceEndEvent):
            value, place.items[len(values)] = self._node(item, depth + 1)
            values.append(value)
        place.end = _end(item)
        return values, place

    def _mapping(self, event: _Event, depth: int) -> tuple[dict[str, Any] | str, Place]:
        values: dict[str, Any] = {}
        place = Place(_start(event), 0, "flow" if event.flow_style else "block")
        template = self._text.startswith("{{", place.start)
        while not isinstance(item := next(self._events), MappingEndEvent):
            key = self._key(item, depth, quiet=template)
            value, at = self._node(next(self._events), depth + 1)
            if key is not None:
                self._put(values, place, key, item, value, at)
        place.end = _end(item)
        if not template:
            return values, place
        self.found.bare_template(place.start, place.end)
        return self._text[place.start : place.end], Place(place.start, place.end, "plain")

    def _put(
        self, values: dict[str, Any], place: Place, key: str, event: _Event, value: Any, at: Place
    ) -> None:
        span = (_start(event), _end(event))
        if key in values:
            self.found.duplicate_key(key, place.keys[key][0], *span)
            return
        if place.style == "flow" and value is None and at.start == at.end and _GLUED.search(key):
            self.found.glued_colon(key, *span)
        values[key], place.items[key], place.keys[key] = value, at, span

    def _key(self, event: _Event, depth: int, *, quiet: bool) -> str | None:
        """Return the key as text; None for one that cannot be a key (its value is left out)."""
        start = _start(event)
        if not isinstance(event, ScalarEvent):
            self._node(event, depth + 1)
            if not quiet:
                self.found.key_is_not_a_word(start)
            return None
        self._count(1, event)
        self._open_anchor(event)
        if event.anchor:
            self._anchors[event.anchor] = (event.value, Place(start, _end(event), "plain"), 1)
        if event.tag is not None:
            self.found.tag(start)
        if not event.style and event.value == "<<":
            self.found.merge_key(start)
            return None
        if not event.style and not isinstance(plain_value(event.value), str):
            self.found.key_is_not_text(start, event.value)
        return str(event.value)


def _start(event: _Event) -> int:
    return int(event.start_mark.index)


def _end(event: _Event) -> int:
    return int(event.end_mark.index)
