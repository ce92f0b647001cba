"""What one transaction has read, so that it asks for a row once. Knows no row and no statement."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Memo:
    """Remembers what was read, by what it is and its key. Lives for one transaction.

    >>> memo = Memo()
    >>> memo.recall("account", "acme", lambda: 1), memo.recall("account", "acme", lambda: 2)
    (1, 1)
    >>> memo.forget("account", "acme")
    >>> memo.recall("account", "acme", lambda: 3)
    3
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[Hashable, Any]] = {}

    def recall(self, what: str, key: Hashable, read: Callable[[], T]) -> T:
        """Return what was read before, or read it. What raises is not remembered."""
        known = self._known.setdefault(what, {})
        if key not in known:
            known[key] = read()
        found: T = known[key]
        return found

    def keep(self, what: str, key: Hashable, value: object) -> None:
        """Remember what was read together with other things."""
        self._known.setdefault(what, {}).setdefault(key, value)

    def forget(self, what: str, key: Hashable) -> None:
        """Forget one thing that is about to change."""
        self._known.get(what, {}).pop(key, None)

    def forget_each(self, what: str) -> None:
        """Forget all things of a kind."""
        self._known.pop(what, None)

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
