"""What every part of the records port in memory stands on: the world, and how a row is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from engine.errors import NotFound
from engine.simulation.world import World

K = TypeVar("K")
V = TypeVar("V")


class InMemory:
    """A part of the records port over a `World`."""

    def __init__(self, world: World) -> None:
        self._world = world


def named(table: Mapping[K, V], key: K, what: str) -> V:
    """Return a row; NotFound when there is none."""
    try:
        return table[key]
    except KeyError:
        raise NotFound(f"there is no {what} {key}", remedy="Check the id.") from None


def referred(table: Mapping[Any, Any], key: object) -> None:
    """Raise NotFound when what a new row refers to is not there, as a foreign key would."""
    if key not in table:
        raise NotFound(
            f"what a row refers to is not there ({key})",
            remedy="Import or create what it refers to first.",
        )
