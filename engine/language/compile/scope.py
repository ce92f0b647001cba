"""Scope: what has happened by the time a step begins.

Owns the rule of which steps' results may be read where. Knows nothing of plans.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.language.compile.vocabulary import Item
from engine.language.schema.tree import Step


@dataclass(frozen=True, slots=True)
class Scope:
    """`seen` are ids of steps that may have run before; `item` is what a for_each goes over."""

    seen: frozenset[str] = frozenset()
    item: Item = None

    def after(self, step: Step) -> Scope:
        """Return the scope of what follows a step. What happens inside a for_each belongs to its
        items and cannot be read from outside."""
        inner = set[str]() if step.kind == "for_each" else _ids_inside(step)
        return self.with_ids({step.id, *inner})

    def with_ids(self, ids: set[str]) -> Scope:
        """Return the scope with more steps seen."""
        return replace(self, seen=self.seen | ids)

    def inside(self, step: Step) -> Scope:
        """Return the scope of conditions that are looked at between the repetitions of a step."""
        return self.with_ids(_ids_inside(step))


def _ids_inside(step: Step) -> set[str]:
    found: set[str] = set()
    for steps in step.bodies.values():
        for one in steps:
            found.add(one.id)
            if one.kind != "for_each":
                found |= _ids_inside(one)
    return found


def ids_of(steps: tuple[Step, ...]) -> set[str]:
    """Return the ids of steps and of what their bodies hold, as far as it can be read outside."""
    found: set[str] = set()
    for step in steps:
        found |= {step.id}
        found |= set() if step.kind == "for_each" else _ids_inside(step)
    return found
