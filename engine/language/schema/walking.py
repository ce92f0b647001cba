"""Walks over what an author wrote, before anybody knows whether it is a playbook.

Pure functions over plain values and their paths.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.language.places import Path
from engine.language.schema.playbook import NAMED_BY_KIND


def expand(value: Any, pattern: tuple[str, ...]) -> Iterator[tuple[Path, Any]]:
    """Give the places a pattern such as ("arms", "*", "steps") leads to."""
    if not pattern:
        yield (), value
        return
    head, rest = pattern[0], pattern[1:]
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = [(k, v) for k, v in value.items() if head in ("*", k)]
    elif isinstance(value, list) and head == "*":
        inner = list(enumerate(value))
    for key, content in inner:
        for path, found in expand(content, rest):
            yield (key, *path), found


def authored(value: Any) -> Iterator[str]:
    """Give every text that may be an id an author chose."""
    if isinstance(value, dict):
        for key, content in value.items():
            if (key in NAMED_BY_KIND or key == "id") and isinstance(content, str):
                yield content
            yield from authored(content)
    elif isinstance(value, list):
        for content in value:
            yield from authored(content)


def nothings(value: Any, path: Path) -> Iterator[Path]:
    """Give every place where a key or a dash has nothing after it."""
    if value is None and path:
        yield path
    keys = list(value) if isinstance(value, dict) else []
    for key in range(len(value)) if isinstance(value, list) else keys:
        yield from nothings(value[key], (*path, key))


def without(value: Any, locations: list[tuple[int | str, ...]]) -> Any:
    """Copy a mapping without what the errors are about (their top-level keys)."""
    wrong = {location[0] for location in locations if location}
    return {key: content for key, content in value.items() if key not in wrong}
