"""The story of a run without what depends on the shell that drove it, to compare two shells. Pure.

Drops nothing but ids the shells make differently: enrollment ids, and ids derived from them (tasks,
facts about steps, other enrollments). Each is replaced by its number in the story, so that two
lines that speak of the same task still do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from engine.effects.entities import Line

Told: TypeAlias = tuple[str, str | None, tuple[str, ...], str, Any]
"""When (ISO, to the second), node, path, what, data."""

_TASK = re.compile(r"\bt-[a-z2-7]{10}\b")


def story_of(lines: Sequence[Line]) -> list[Told]:
    """Return the comparable story of one run's lines, in their order.

    >>> from datetime import UTC, datetime
    >>> from engine.effects.entities import EnrollmentId
    >>> run, noon = EnrollmentId("welcome.acme.a1b2c3"), datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> story_of([Line(run, "4", noon, None, (), "task", {"task": "t-ok2674lxsb"})])
    [('2026-03-02T12:00:00+00:00', None, (), 'task', {'task': 'task 1'})]
    """
    names = _Names()
    return [
        (
            line.at.replace(microsecond=0).isoformat(),
            line.node,
            line.path,
            line.what,
            names.without_ids(line.data, line.enrollment),
        )
        for line in lines
    ]


class _Names:
    """The numbers of the ids met so far."""

    def __init__(self) -> None:
        self._tasks: dict[str, str] = {}

    def without_ids(self, value: Any, run: str) -> Any:
        """Return data as JSON would give it back, with its ids replaced."""
        match value:
            case str():
                return _TASK.sub(self._task, value.replace(run, "the run"))
            case Mapping():
                return {name: self.without_ids(content, run) for name, content in value.items()}
            case list() | tuple():
                return [self.without_ids(content, run) for content in value]
        return value

    def _task(self, match: re.Match[str]) -> str:
        return self._tasks.setdefault(match[0], f"task {len(self._tasks) + 1}")
