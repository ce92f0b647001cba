"""Which facts a set of plans could ever read, wait for or hear: the others change nothing. Pure.

Errs on the side of keeping. Facts that say how accounts and contacts were, and what health was, are
always kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.enrolling.deciding import named_kinds
from engine.plan.codec import encode
from engine.plan.model import Plan
from engine.simulation.backtest.past import TELLING

ALWAYS = (*TELLING, "health.changed")
_FAMILIES = ("email.", "survey.", "task.", "escalation.")
"""What steps read of themselves without naming the fact."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of facts, by name or by family; `all` are all there are."""

    named: frozenset[str]
    everything: bool = False

    def __contains__(self, kind: object) -> bool:
        return (
            self.everything
            or kind in self.named
            or (isinstance(kind, str) and kind.startswith(_FAMILIES))
        )


def kinds_read(plans: Iterable[Plan], *, everything: bool = False) -> Kinds:
    """Return the kinds of facts that plans have to do with."""
    named = set(ALWAYS)
    for plan in plans:
        named |= named_kinds(plan.enroll)
        named.update(_mentioned(encode(plan)))
    return Kinds(frozenset(named), everything)


def mentions(plans: Iterable[Plan], kind: str) -> bool:
    """Tell whether a condition or a wait of some plans reads the facts of a kind by name."""
    return any(
        kind in _mentioned(encode(plan)) or kind in named_kinds(plan.enroll) for plan in plans
    )


def _mentioned(value: Any) -> Iterator[str]:
    """Yield what conditions read as a fact, and what waits watch for."""
    if isinstance(value, Mapping):
        if isinstance(kind := value.get("watch_for"), str):
            yield kind
        for content in value.values():
            yield from _mentioned(content)
    elif isinstance(value, list | tuple):
        if len(value) == 2 and value[1] == "fact" and isinstance(value[0], str):
            yield value[0]
        for content in value:
            yield from _mentioned(content)
