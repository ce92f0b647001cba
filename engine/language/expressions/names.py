"""The names an expression may read, each with its type.

Owns `Names` and the words for types. Knows nothing of CEL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.wording import nearest

ValueType = Literal["text", "number", "bool", "date", "datetime", "list", "fact"]

ALWAYS: Mapping[str, ValueType] = {"now": "datetime", "today": "date"}

WORDS: Mapping[str, str] = {
    "text": "a text",
    "number": "a number",
    "bool": "a yes/no value",
    "fact": "a yes/no value",
    "date": "a date",
    "datetime": "a date",
    "list": "a list",
    "span": "a length of time",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Dotted names with their types; `choices` gives the only values some text names take.

    `now` (datetime) and `today` (date) are always declared.

    >>> names = Names({"health.score": "number", "health.band": "text"})
    >>> names.type_of("health.score"), names.type_of("today"), names.closest("health.scor")
    ('number', 'date', 'health.score')
    """

    types: Mapping[str, ValueType]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def type_of(self, name: str) -> ValueType | None:
        """The type of a name, or None when there is no such name."""
        return self.types.get(name) or ALWAYS.get(name)

    def known(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted({*self.types, *ALWAYS}))

    def within(self, namespace: str) -> tuple[str, ...]:
        """The names that begin with `namespace` and a dot, sorted."""
        return tuple(name for name in self.known() if name.startswith(namespace + "."))

    def closest(self, name: str) -> str | None:
        """The known name the author most likely meant, or None."""
        return closest(name, self.known())


def closest(name: str, known: tuple[str, ...]) -> str | None:
    """The known dotted name nearest to `name`; one of the same namespace is preferred.

    >>> closest("account.stage", ("account.lifecycle_stage", "health.stage"))
    'account.lifecycle_stage'
    """
    head, _, tail = name.rpartition(".")
    siblings = {each.rpartition(".")[2] for each in known if each.rpartition(".")[0] == head}
    if tail and siblings and (found := nearest(tail, siblings)):
        return f"{head}.{found}" if head else found
    if found := nearest(name, known):
        return found
    same_tail = [each for each in known if each.rpartition(".")[2] == tail]
    return same_tail[0] if len(same_tail) == 1 else None


def listed(names: tuple[str, ...], most: int = 12) -> str:
    """Names as an enumeration for a remedy, cut after `most`.

    >>> listed(("a", "b", "c"), most=2)
    'a, b and 1 more'
    """
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
