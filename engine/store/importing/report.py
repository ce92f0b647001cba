"""What came of an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Rejected(NamedTuple):
    """A row that was not imported: its first line, the column (empty: the row itself), and why."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What came of an import. `changed` maps ids to the fields that have another value now;
    `started` are the runs that began.

    Reasons hold no personal data. `warnings` are about columns that were not used.
    """

    file: str
    created: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unchanged: int = 0
    rejected: tuple[Rejected, ...] = ()
    warnings: tuple[str, ...] = ()
    started: tuple[str, ...] = ()

    @property
    def imported(self) -> int:
        """How many rows made or changed something."""
        return len(self.created) + len(self.changed)

    @property
    def rejected_rows(self) -> int:
        """How many rows were not imported; one may be rejected for several reasons."""
        return len({row.line for row in self.rejected})

    def lines(self) -> list[str]:
        """Return the rejected rows as people read them.

        >>> Report("a.csv", rejected=(Rejected(3, "arr", "is not a number: 'x'"),)).lines()
        ["a.csv:3: arr is not a number: 'x'"]
        """
        return [
            f"{self.file}:{row.line}: {f'{row.column} ' if row.column else ''}{row.reason}"
            for row in self.rejected
        ]
