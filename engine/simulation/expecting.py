"""Expectations of a playbook test: reading them, and whether an entry of the trace meets one.

An expectation says a kind and as much as its author cares for: `task: intro-call` is met by a task
to anybody, `task: intro-call to csm due 2026-03-04` only by that one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendars import Calendar, add_span, parse_span
from engine.errors import InputError
from engine.language.places import Path
from engine.plan.model import Plan, Source, Span
from engine.simulation.entries import KINDS, Entry
from engine.simulation.habits import step_of
from engine.simulation.sheet import Sheet
from engine.wording import nearest

GAP = "..."
_MESSAGE = re.compile(
    r"(?P<step>\S+)(?: to (?P<to>.+?))?(?: due (?P<due>\d{4}-\S+))?(?: \((?P<said>[^)]+)\))?"
)
_WAIT = re.compile(
    r"(?:(?P<span>[0-9].*?)(?: |$))?(?:for (?P<said>.+?)(?:, | (?=until \d{4}-)|$))?"
    r"(?:until (?P<due>\d{4}-\S+)|until (?P<until>.+))?"
)
_SAYINGS = (
    "chose",
    "split",
    "outcome",
    "milestone",
    "start",
    "stop",
    "set",
    "refused",
    "paused",
    "resumed",
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of `expect` or `never`; empty parts stand for anything. A gap has the kind `...`."""

    kind: str
    where: Source
    written: str = ""
    step: str = ""
    to: str = ""
    due: str = ""
    said: str = ""
    span: Span | None = None

    def __str__(self) -> str:
        return GAP if self.kind == GAP else f"{self.kind}: {self.written}".rstrip(": ")

    def met_by(self, entry: Entry, calendar: Calendar) -> bool:
        """Tell whether this is what happened; spans go by the account's calendar."""
        return (
            self.kind == entry.kind
            and self.step in ("", entry.step)
            and (not self.to or self.to in entry.to)
            and (not self.due or _is_on(self.due, entry))
            and self._said_by(entry)
            and (self.span is None or entry.due == add_span(calendar, entry.at, self.span))
        )

    def _said_by(self, entry: Entry) -> bool:
        if self.kind == "refused":
            return self.said in entry.said
        if self.kind in ("done", "approved", "rejected") or self.kind not in _STRICT:
            return self.said in ("", entry.said)
        return self.said == entry.said


_STRICT = ("email", "survey", "remind", "escalate", "notify", "call")
"""What was sent is what is meant, unless the expectation says `(refused)`."""


def _is_on(written: str, entry: Entry) -> bool:
    if entry.due is None:
        return False
    local = entry.due.astimezone(ZoneInfo(entry.zone))
    return f"{local:%Y-%m-%dT%H:%M}".startswith(written)


# --- reading ----------------------------------------------------------------------------------


def read_expectations(
    sheet: Sheet, value: Any, path: Path, plan: Plan | None
) -> tuple[Expectation, ...]:
    """Read `expect` or `never`; what cannot be read is noted and left out."""
    found = [
        _read(sheet, written, (*path, index), plan)
        for index, written in enumerate(sheet.items(value, path))
    ]
    return tuple(one for one in found if one is not None)


def _read(sheet: Sheet, value: Any, path: Path, plan: Plan | None) -> Expectation | None:
    where = sheet.where(path)
    if value == GAP or value == "…":
        return Expectation(GAP, where)
    if not isinstance(value, Mapping) or len(value) != 1:
        remedy = "Write one kind and what is said of it: `email: welcome to champion`; or `...`."
        sheet.note("TN507", "This is not one thing that happens.", path, remedy)
        return None
    ((kind, content),) = value.items()
    if kind not in KINDS:
        message = f"Nothing that happens is called {kind}."
        sheet.unknown("TN507", message, str(kind), KINDS, (*path, kind))
        return None
    text = "" if content is None else str(content).strip()
    parts = _PARTS.get(kind, _message)(text)
    if parts is None:
        remedy = f"Write `{kind}: {_FORM.get(kind, '<step> to <role>')}`."
        sheet.note("TN507", f'"{text[:60]}" cannot be read.', (*path, kind), remedy)
        return None
    made = Expectation(kind, where, text, **parts)
    if plan is not None and made.step and kind not in _SAYINGS:
        _check_step(sheet, made.step, plan, (*path, kind))
    return made


_FORM = {
    "wait": "3d, until 2026-03-07, or for <condition>",
    "task": "<step> to <role> due 2026-03-04",
}


def _message(text: str) -> dict[str, Any] | None:
    if not text:
        return {}
    match = _MESSAGE.fullmatch(text)
    return None if match is None else _given(match)


def _given(match: re.Match[str]) -> dict[str, Any]:
    return {name: part for name, part in match.groupdict().items() if part}


def _saying(text: str) -> dict[str, Any] | None:
    return {"said": text}


def _waiting(text: str) -> dict[str, Any] | None:
    step, match = "", _WAIT.fullmatch(text)
    if match is None:
        step, _, rest = text.partition(" ")
        match = _WAIT.fullmatch(rest)
    if match is None:
        return None
    parts = _given(match)
    if (condition := parts.pop("until", None)) is not None:
        parts["said"] = condition
    try:
        span = parse_span(parts.pop("span")) if "span" in parts else None
    except InputError:
        return None
    return {**parts, "step": step, "span": span}


_PARTS: Mapping[str, Callable[[str], dict[str, Any] | None]] = {
    "wait": _waiting,
    **dict.fromkeys(_SAYINGS, _saying),
}


def _check_step(sheet: Sheet, step: str, plan: Plan, path: Path) -> None:
    known = {step_of(node) for node in plan.nodes}
    if step not in known:
        near = nearest(step, known)
        remedy = f"Did you mean {near}?" if near else f"Its steps are: {', '.join(sorted(known))}."
        sheet.note("TN505", f"{plan.playbook} has no step {step}.", path, remedy)
