"""A playbook as read: a tree of steps, each with its form. Data only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.language.diagnostics import Problem
from engine.language.places import Path
from engine.language.schema.playbook import PlaybookForm
from engine.language.schema.words import Form
from engine.language.source import Document


@dataclass(frozen=True, slots=True)
class Step:
    """One step as read. `form` is None when it is too broken to be looked at; `lost` are keys left
    out of it, as they were wrong. `named` says that the author chose the id. `bodies` holds the
    steps inside it by their place in it."""

    kind: str
    id: str
    path: Path
    form: Form | None
    lost: frozenset[str]
    named: bool
    bodies: Mapping[Path, tuple[Step, ...]]

    @property
    def name(self) -> str:
        """What expressions and texts call the step."""
        return self.id.replace("-", "_")

    def inside(self) -> Iterator[Step]:
        """Give all steps it holds, at any depth, in file order."""
        for steps in self.bodies.values():
            yield from every(steps)


def every(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Give steps and all steps inside them, in file order."""
    for step in steps:
        yield step
        yield from step.inside()


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger as read."""

    kind: str
    path: Path
    form: Form


@dataclass(frozen=True, slots=True)
class Playbook:
    """A playbook as read. `form` is None when its top level cannot be used."""

    document: Document
    form: PlaybookForm | None
    triggers: tuple[Trigger, ...] = ()
    steps: tuple[Step, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name, even when the rest of the top level cannot be used; empty when it has none."""
        value = self.document.value
        written = value.get("playbook") if isinstance(value, dict) else None
        return written if isinstance(written, str) else ""

    def every(self) -> Iterator[Step]:
        """Give all steps at any depth, in file order."""
        return every(self.steps)
