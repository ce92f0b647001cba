"""Whether a trace is what a test expects, and if not, where it goes another way. Pure.

Only kinds that a test lists are compared: one that lists emails and tasks does not care for waits.
Between two expectations nothing of those kinds may happen, unless `...` stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.calendars import Calendar
from engine.simulation.entries import Entry
from engine.simulation.expecting import GAP, Expectation


@dataclass(frozen=True, slots=True)
class Difference:
    """How far expectation and trace agree: `met` expectations are met by the entries up to
    `matched`; what follows in both does not fit."""

    met: int
    matched: int


def compare(
    expected: Sequence[Expectation], entries: Sequence[Entry], calendar: Calendar
) -> Difference | None:
    """Return the first difference, or None when the trace is as expected.

    `entries` are those of the kinds the test lists. Of several ways to read a gap the one that gets
    furthest is shown.
    """
    reached = {0}
    best = Difference(0, 0)
    for index, one in enumerate(expected):
        if one.kind == GAP:
            reached = set(range(min(reached), len(entries) + 1))
            best = Difference(index + 1, best.matched)
            continue
        steps = {
            at + 1 for at in reached if at < len(entries) and one.met_by(entries[at], calendar)
        }
        if not steps:
            return Difference(index, best.matched)
        reached = steps
        best = Difference(index + 1, min(reached))
    if len(entries) in reached:
        return None
    return Difference(len(expected), min(reached))


def listed(expected: Sequence[Expectation], entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of the kinds a test lists."""
    kinds = {one.kind for one in expected}
    return [entry for entry in entries if entry.kind in kinds]


def tell_difference(
    expected: Sequence[Expectation], entries: Sequence[Entry], found: Difference
) -> str:
    """Show expectation and trace side by side, the first difference marked `>`."""
    left = [f"{'>' if i == found.met else ' '} {one}" for i, one in enumerate(expected)]
    if found.met == len(expected):
        left.append("> (nothing more)")
    right = [
        f"{'>' if i == found.matched else ' '} {entry}  {_moment(entry)}"
        for i, entry in enumerate(entries)
    ]
    if found.matched == len(entries):
        right.append("> (nothing more)")
    width = max(len(line) for line in [*left, "  expected"])
    height = max(len(left), len(right))
    rows = [("  expected", "  happened")] + [
        (left[i] if i < len(left) else "", right[i] if i < len(right) else "")
        for i in range(height)
    ]
    return "\n".join(f"{one:<{width}} | {other}".rstrip() for one, other in rows)


def _moment(entry: Entry) -> str:
    return f"{entry.at.astimezone(ZoneInfo(entry.zone)):%a %Y-%m-%d %H:%M}"


def to_paste(entries: Sequence[Entry]) -> str:
    """Write the trace as an `expect` section.

    >>> from datetime import UTC, datetime
    >>> print(to_paste([Entry(datetime(2026, 3, 2, tzinfo=UTC), "outcome", said="completed")]))
    expect:
      - outcome: completed
    """
    return "\n".join(["expect:", *(f"  - {_quoted(str(entry))}" for entry in entries)])


def _quoted(text: str) -> str:
    kind, _, said = text.partition(": ")
    plain = not any(mark in said for mark in (": ", " #", '"', "{", "[", "&", "*", "!", "|", ">"))
    return text if plain else f"{kind}: '{said.replace(chr(39), chr(39) * 2)}'"
