"""What one version would have done otherwise than another over the same past. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from engine.simulation.backtest.result import Change, Entry, Result

_DAY_S = 86400


def compare(here: Result, there: Result) -> Change:
    """Return how `here` differs from `there`. Runs of one subject that begin at one instant are
    the same; the others are paired in their order, and what is left over is only in one."""
    mine, theirs = _by_subject(here.entries), _by_subject(there.entries)
    only_here: list[Entry] = []
    only_there: list[Entry] = []
    moved: list[tuple[Entry, float]] = []
    same = 0
    for subject in sorted({*mine, *theirs}):
        ours, others = list(mine.get(subject, ())), list(theirs.get(subject, ()))
        both = {one.at for one in ours} & {one.at for one in others}
        same += len(both)
        ours = [one for one in ours if one.at not in both]
        others = [one for one in others if one.at not in both]
        only_here += ours[len(others) :]
        only_there += others[len(ours) :]
        for one, other in zip(ours, others, strict=False):
            moved.append((one, round((one.at - other.at).total_seconds() / _DAY_S, 2)))
    return Change(
        against=there.version,
        only_here=tuple(sorted(only_here, key=_when)),
        only_there=tuple(sorted(only_there, key=_when)),
        moved=tuple(sorted(moved, key=lambda pair: _when(pair[0]))),
        same=same,
        effects_here=here.effects,
        effects_there=there.effects,
        people=tuple(_people(here, there)),
    )


def _by_subject(entries: Sequence[Entry]) -> Mapping[str, Sequence[Entry]]:
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for one in sorted(entries, key=_when):
        found[one.contact or one.account].append(one)
    return found


def _when(entry: Entry) -> tuple[str, str]:
    return entry.at.isoformat(), entry.contact or entry.account


def _people(here: Result, there: Result) -> Iterable[tuple[str, str, int, int]]:
    """Yield (user, name, tasks here, tasks there), the largest difference first."""
    mine = {one.user: one for one in here.people}
    theirs = {one.user: one for one in there.people}
    rows = []
    for user in {*mine, *theirs}:
        name = (mine.get(user) or theirs[user]).name
        ours = mine[user].tasks if user in mine else 0
        rows.append((user, name, ours, theirs[user].tasks if user in theirs else 0))
    return sorted(rows, key=lambda row: (-abs(row[2] - row[3]), row[0]))
