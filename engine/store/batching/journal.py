"""Tables in memory that can be put back as they were: what a batch knows and owes.

Knows no row and no statement.
"""

from __future__ import annotations

from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_ABSENT: Any = object()


class Journal:
    """Changes dictionaries and lists, and takes back what was changed since a mark.

    >>> journal, known, owed = Journal(), {"a": 1}, []
    >>> mark = journal.mark()
    >>> journal.put(known, "a", 2), journal.put(known, "b", 3), journal.add(owed, "x")
    (None, None, None)
    >>> journal.undo(mark)
    >>> known, owed
    ({'a': 1}, [])
    """

    def __init__(self) -> None:
        self._done: list[tuple[Any, Any, Any]] = []

    def mark(self) -> int:
        """Return where we are."""
        return len(self._done)

    def put(self, table: dict[K, V], key: K, value: V) -> None:
        """Set an entry."""
        self._done.append((table, key, table.get(key, _ABSENT)))
        table[key] = value

    def drop(self, table: dict[K, V], key: K) -> None:
        """Remove an entry, if it is there."""
        if key in table:
            self._done.append((table, key, table.pop(key)))

    def add(self, to: list[V], value: V) -> None:
        """Append a value."""
        self._done.append((to, _ABSENT, _ABSENT))
        to.append(value)

    def undo(self, mark: int) -> None:
        """Take back what was changed since a mark, the latest first."""
        while len(self._done) > mark:
            place, key, before = self._done.pop()
            if key is _ABSENT:
                place.pop()
            elif before is _ABSENT:
                del place[key]
            else:
                place[key] = before

    def forget(self) -> None:
        """What was changed so far stays."""
        self._done.clear()
