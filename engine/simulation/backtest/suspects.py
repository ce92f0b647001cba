"""Which accounts a playbook's triggers could be set off for at all: the others need not be played.

Looks at each fact once, and errs on the side of playing: an account left out here would have had no
run and no refusal, whatever else happens. Owns triggers by facts and by scores; those by dates and
conditions are `reach.py`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.effects.entities import Account
from engine.enrolling.deciding import named_kinds
from engine.plan.codec import decode
from engine.plan.model import Plan, Span
from engine.simulation.backtest.past import Glimpse, Told
from engine.simulation.backtest.reach import Reach

BandOf = Callable[[float], str]


class Scores:
    """The scores of one account: when each was of, when it became known, what it was, and the band
    it lies in by itself."""

    __slots__ = ("at", "bands", "known_at", "score")

    def __init__(self) -> None:
        self.at, self.known_at, self.score = array("d"), array("d"), array("d")
        self.bands: list[str] = []

    def add(self, at: float, known_at: float, score: float, band: str) -> None:
        """Add one, in any order; instants are seconds since 1970."""
        self.at.append(at)
        self.known_at.append(known_at)
        self.score.append(score)
        self.bands.append(band)

    def moves(self, by: float, within_s: float, sign: int) -> Iterator[int]:
        """Yield the scores that could be so far from one of the window that ends with them, the one
        the window begins with included. `sign` is -1 for a drop, 1 for a rise."""
        if max(self.score) - min(self.score) < by:
            return
        order = sorted(range(len(self.at)), key=self.at.__getitem__)
        for place, now in enumerate(order):
            for before in reversed(order[:place]):
                if (self.score[now] - self.score[before]) * sign >= by:
                    yield now
                    break
                outside = self.at[before] <= self.at[now] - within_s
                if outside and self.known_at[before] <= self.known_at[now]:
                    break


@dataclass
class Suspects:
    """Those whom the triggers of a playbook may be set off for, gathered from glimpses. `reach`
    says whom dates and conditions reach. `loud` are, for each whose scores may set one off, the
    instants at which they may."""

    plan: Plan
    band_of: BandOf
    reach: Reach
    accounts: set[str] = field(default_factory=set)
    loud: dict[str, frozenset[float]] = field(default_factory=dict)
    _known: dict[str, Scores] = field(default_factory=dict)
    _bands: dict[float, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        triggers = self.plan.enroll.get("on", ())
        self.kinds = named_kinds(self.plan.enroll) | self.reach.kinds
        self._triggers = [one for one in triggers if str(one["trigger"]).startswith("health.")]

    def read(self, one: Glimpse) -> None:
        """Take a glimpse in."""
        if one.kind in self.kinds:
            self.accounts.add(one.account)
        if one.kind == "health.changed" and self._triggers:
            score = one.data.get("score")
            if isinstance(score, int | float):
                known = self._known.get(one.account)
                if known is None:
                    known = self._known[one.account] = Scores()
                known_at = one.known_at.timestamp()
                at = known_at if one.at is one.known_at else one.at.timestamp()
                known.add(at, known_at, score, one.data.get("band") or self._band(score))

    def _band(self, score: float) -> str:
        if (known := self._bands.get(score)) is None:
            known = self._bands[score] = self.band_of(score)
        return known

    def found(self, accounts: Iterable[Account], told: Mapping[str, Sequence[Told]]) -> set[str]:
        """Return whom to play: the suspects, and all of the families they are in. `told` is what
        facts tell of each."""
        accounts = list(accounts)
        for account, scores in self._known.items():
            hits = {at for one in self._triggers for at in _may_hit(one, scores)}
            self.loud[account] = frozenset(scores.known_at[at] for at in hits)
        self._known.clear()
        moved = {account for account, instants in self.loud.items() if instants}
        reached = {one.id for one in accounts if self.reach.reaches(one, told.get(one.id, ()))}
        return with_families(self.accounts | moved | reached, accounts)


def _may_hit(trigger: Mapping[str, Any], scores: Scores) -> Iterable[int]:
    """Return which scores could set a trigger off."""
    match trigger["trigger"]:
        case "health.drops" | "health.rises" as name:
            seconds = decode(Span, trigger["within"]).seconds if trigger.get("within") else None
            if seconds is not None:
                return scores.moves(trigger["by"], seconds, -1 if name == "health.drops" else 1)
        case "health.crosses":
            low, high = trigger.get("below"), trigger.get("above")
            return [
                at
                for at, score in enumerate(scores.score)
                if (low is not None and score < low) or (high is not None and score > high)
            ]
        case "health.enters":
            return [at for at, band in enumerate(scores.bands) if band == trigger["band"]]
        case "health.leaves":
            if trigger["band"] not in scores.bands:
                return ()
            return [at for at, band in enumerate(scores.bands) if band != trigger["band"]]
    return range(len(scores.score))


def with_families(found: Collection[str], accounts: Iterable[Account]) -> set[str]:
    """Return accounts with all that are above and below them.

    >>> from engine.effects.entities import AccountId
    >>> tree = [Account(AccountId(id), {"parent": up}) for id, up in [("a", None), ("b", "a")]]
    >>> sorted(with_families({"b"}, [*tree, Account(AccountId("c"), {})]))
    ['a', 'b']
    """
    near: dict[str, list[str]] = {}
    for account in accounts:
        if parent := account.fields.get("parent"):
            near.setdefault(str(parent), []).append(account.id)
            near.setdefault(account.id, []).append(str(parent))
    family, ahead = set(found), [one for one in found if one in near]
    while ahead:
        for one in near[ahead.pop()]:
            if one not in family:
                family.add(one)
                ahead.append(one)
    return family
