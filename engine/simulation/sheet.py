"""Reading what an author wrote for a simulation: values with their places, every slip noted.

Owns the notes (`problems`) and the kinds of values. Knows nothing of accounts or playbooks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.calendars import parse_span
from engine.errors import InputError
from engine.language.diagnostics import Problem, Severity
from engine.language.places import Path
from engine.language.source import Document
from engine.plan.model import Source, Span
from engine.wording import nearest, shown


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document under reading."""

    document: Document
    problems: list[Problem] = field(default_factory=list)

    def note(
        self,
        code: str,
        message: str,
        path: Path,
        remedy: str,
        *,
        key: bool = False,
        severity: Severity = "error",
    ) -> None:
        """Note a problem at a value, or (`key`) at its key."""
        document = self.document
        problem = document.problem(code, message, path, remedy, key=key, severity=severity)
        self.problems.append(problem)

    def where(self, path: Path, *, key: bool = False) -> Source:
        """Return where a value was written."""
        return self.document.where(path, key=key)

    def mapping(
        self, value: Any, path: Path, known: Collection[str] | None, needed: Collection[str] = ()
    ) -> Mapping[str, Any]:
        """Return a mapping without the keys that are not known (any are, when None)."""
        if not isinstance(value, Mapping):
            self.wrong_kind(value, path, "a mapping of names to values")
            return {}
        for name in needed:
            if name not in value:
                message = f"{name} is missing."
                self.note("TN501", message, path, f"Add it: {name}: …")
        if known is None:
            return value
        for name in value:
            if name not in known:
                self.unknown("TN500", f'There is no key "{name}" here.', name, known, (*path, name))
        return {name: content for name, content in value.items() if name in known}

    def unknown(
        self,
        code: str,
        message: str,
        name: str,
        known: Collection[str],
        path: Path,
        *,
        key: bool = True,
    ) -> None:
        """Note a name that is not one of the known ones, where it is a key or (else) a value."""
        near = nearest(name, known)
        listed = ", ".join(sorted(known)) or "none"
        remedy = f"Did you mean {near}?" if near else f"There are: {listed}."
        self.note(code, message, path, remedy, key=key)

    def wrong_kind(self, value: Any, path: Path, wanted: str) -> None:
        """Note a value of the wrong kind."""
        where = ".".join(str(step) for step in path) or "the file"
        self.note("TN502", f"{where} should be {wanted}, not {shown(value)}.", path, _HINT)

    def items(self, value: Any, path: Path) -> list[Any]:
        """Return a list; nothing is an empty one."""
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.wrong_kind(value, path, "a list")
        return []

    def text(self, value: Any, path: Path, default: str = "") -> str:
        """Return a text; nothing is the default."""
        if value is None:
            return default
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.wrong_kind(value, path, "a text")
        return default

    def number(self, value: Any, path: Path) -> float | None:
        """Return a number, or None when there is none."""
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        self.wrong_kind(value, path, "a number")
        return None

    def span(self, value: Any, path: Path) -> Span | None:
        """Return a length of time; None, and noted, when it is none."""
        try:
            return parse_span(str(value))
        except InputError as error:
            self.note("TN503", f"{error.message}.", path, f"{error.remedy}.")
            return None


_HINT = "Look at the starter that `tenure init` writes for the form."
