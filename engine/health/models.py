"""All models of a workspace: which one an account has, and which facts and fields matter to one.

The index that makes facts nothing listens to cost next to nothing. Pure; it remembers what it
worked out, for what it is made of never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.health.model import (
    Bands,
    Category,
    Children,
    Measure,
    Model,
    Number,
    Survey,
    TimeSince,
    Window,
)
from engine.language.expressions import evaluate
from engine.plan.model import Condition

CREATED = "account.created"
CHANGED = "account.changed"
_MOST_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Source:
    """What one measure reads: kinds of facts, fields of the account."""

    kinds: frozenset[str]
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reads:
    """What a model reads: kinds of facts, fields of the account (`aging`: those whose age matters),
    fields of its children; `sources` is what each measure reads, in their order."""

    kinds: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    aging: frozenset[str] = frozenset()
    children: bool = False
    child_fields: frozenset[str] = frozenset()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Models:
    """The models in their order: the first whose `when` holds is an account's."""

    models: tuple[Model, ...]
    bands: Bands
    reads: Mapping[str, Reads] = field(init=False)
    kinds: frozenset[str] = field(init=False)
    fields: frozenset[str] = field(init=False)
    rolls_up: frozenset[str] | None = field(init=False)
    """Fields of a child that matter to its parent; None when no model looks at children."""
    _chosen: dict[Any, Model | None] = field(init=False, default_factory=dict, repr=False)
    _choosing: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Work out what is read."""
        reads = {one.name: reads_of(one) for one in self.models}
        own = [read for one in self.models for read in _fields_of([one.when])]
        looking = [one for one in reads.values() if one.children]
        set_once = object.__setattr__
        set_once(self, "reads", reads)
        set_once(self, "kinds", frozenset().union(*(one.kinds for one in reads.values())))
        set_once(self, "fields", frozenset(own).union(*(one.fields for one in reads.values())))
        children = frozenset({"parent"}).union(*(one.child_fields for one in looking))
        set_once(self, "rolls_up", children if looking else None)
        set_once(self, "_choosing", tuple(sorted({*own})))

    def of(self, fields: Mapping[str, Any]) -> Model | None:
        """Return the model of an account with these fields, None when its score is not computed."""
        if not self.models:
            return None
        try:
            key = tuple(fields.get(name) for name in self._choosing)
            return self._chosen[key]
        except (KeyError, TypeError):
            found = self._first(fields)
        if not any(isinstance(one, list | dict) for one in key):
            if len(self._chosen) >= _MOST_KEPT:
                self._chosen.clear()
            self._chosen[key] = found
        return found

    def _first(self, fields: Mapping[str, Any]) -> Model | None:
        values = {f"account.{name}": fields.get(name) for name in self._choosing}
        for one in self.models:
            if one.when is None or evaluate(one.when, values).holds:
                return one
        return None

    def may_touch(self, kind: str, data: Mapping[str, Any]) -> bool:
        """Tell whether a fact can move a computed score: a cheap no for most facts."""
        if kind in self.kinds:
            return True
        if kind == CHANGED:
            return not self.fields.isdisjoint(data.get("fields") or ())
        return kind == CREATED and bool(self.models)

    def touches(self, model: Model, kind: str) -> bool:
        """Tell whether a fact of a kind can move the scores of one model."""
        return kind in (CHANGED, CREATED) or kind in self.reads[model.name].kinds


NO_MODELS = Models((), Bands((("red", 0.0), ("yellow", 40.0), ("green", 70.0))))


def reads_of(model: Model) -> Reads:
    """Return what a model reads."""
    conditions = [rule.when for rule in model.rules]
    old = [one for one in model.measures if one.stale_after or one.drop_after]
    aging = [one for one in old if not kinds_of(one)]  # else the facts say how old it is
    children = [one.how for one in model.measures if isinstance(one.how, Children)]
    return Reads(
        frozenset().union(*(kinds_of(one) for one in model.measures)),
        frozenset(_fields_of(conditions)).union(*(fields_of(one) for one in model.measures)),
        frozenset().union(*(fields_of(one) for one in aging)),
        bool(children),
        frozenset(one.by for one in children if one.by),
        tuple(Source(kinds_of(one), fields_of(one)) for one in model.measures),
    )


def kinds_of(measure: Measure) -> frozenset[str]:
    """Return the kinds of facts a measure reads."""
    match measure.how:
        case Number(value=value) | Category(value=value):
            return frozenset(_kind(name) for name, _ in value.refs if not _is_field(name))
        case TimeSince(fact=fact) | Window(fact=fact):
            return frozenset({fact})
        case Survey():
            return frozenset({"survey.answered"})
    return frozenset()


def fields_of(measure: Measure) -> frozenset[str]:
    """Return the fields of the account a measure reads."""
    match measure.how:
        case Number(value=value) | Category(value=value):
            return frozenset(_fields_of([value]))
    return frozenset()


def _is_field(name: str) -> bool:
    return name.startswith("account.") and name.count(".") == 1


def _kind(name: str) -> str:
    return name.rpartition(".")[0]


def _fields_of(conditions: Iterable[Condition | None]) -> list[str]:
    names = [name for one in conditions if one is not None for name, _ in one.refs]
    return [name.partition(".")[2] for name in names if _is_field(name)]
