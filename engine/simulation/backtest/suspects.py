"""Which accounts a playbook's triggers could be set off for at all: the others need not be played.

Looks at each fact once, and errs on the side of playing: an account left out here would have had no
run and no refusal, whatever else happens. A trigger that is not known here suspects everybody.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.effects.entities import Account
from engine.plan.codec import decode
from engine.plan.model import Plan, Span
from engine.simulation.backtest.past import Glimpse

BandOf = Callable[[float], str]


def named_kinds(plan: Plan) -> frozenset[str]:
    """Return the kinds of facts that a plan's triggers name."""
    kinds = set()
    for trigger in plan.enroll.get("on", ()):
        if trigger["trigger"] == "fact":
            kinds.add(str(trigger["kind"]))
        elif trigger["trigger"] == "survey":
            kinds.add("survey.answered")
    return frozenset(kinds)


class Scores:
    """The scores of one account: when each was of, when it became known, what it was; and the bands
    they lie in."""

    __slots__ = ("at", "bands", "known_at", "score")

    def __init__(self) -> None:
        self.at, self.known_at, self.score = array("d"), array("d"), array("d")
        self.bands: set[str] = set()

    def add(self, at: datetime, known_at: datetime, score: float, band: str) -> None:
        """Add one, in any order, with the band it would be in or was recorded to be in."""
        self.bands.add(band)
        self.at.append(at.timestamp())
        self.known_at.append(known_at.timestamp())
        self.score.append(score)

    def moves(self, by: float, within_s: float, sign: int) -> bool:
        """Tell whether a score could be so far from one of the window that ends with it, the one
        the window begins with included. `sign` is -1 for a drop, 1 for a rise."""
        order = sorted(range(len(self.at)), key=self.at.__getitem__)
        for place, now in enumerate(order):
            for before in reversed(order[:place]):
                if (self.score[now] - self.score[before]) * sign >= by:
                    return True
                outside = self.at[before] <= self.at[now] - within_s
                if outside and self.known_at[before] <= self.known_at[now]:
                    break
        return False


@dataclass
class Suspects:
    """Those whom the triggers of a playbook may be set off for, gathered from glimpses."""

    plan: Plan
    band_of: BandOf
    everybody: bool = False
    accounts: set[str] = field(default_factory=set)
    _known: dict[str, Scores] = field(default_factory=dict)

    def __post_init__(self) -> None:
        triggers = self.plan.enroll.get("on", ())
        self._kinds = named_kinds(self.plan)
        self._triggers = [one for one in triggers if str(one["trigger"]).startswith("health.")]
        named = {"fact", "survey"}
        self.everybody = self.everybody or any(
            one["trigger"] not in named and one not in self._triggers for one in triggers
        )

    def read(self, one: Glimpse) -> None:
        """Take a glimpse in."""
        if one.kind in self._kinds:
            self.accounts.add(one.account)
        if one.kind == "health.changed" and self._triggers:
            score = one.data.get("score")
            if isinstance(score, int | float):
                known = self._known.setdefault(one.account, Scores())
                band = one.data.get("band")
                known.add(one.at, one.known_at, score, str(band or self.band_of(score)))

    def found(self, accounts: Iterable[Account]) -> set[str]:
        """Return whom to play: the suspects, and all of the families they are in."""
        accounts = list(accounts)
        if self.everybody:
            return {account.id for account in accounts}
        moved = {
            account
            for account, scores in self._known.items()
            if account not in self.accounts
            and any(self._may_hit(one, scores) for one in self._triggers)
        }
        return with_families(self.accounts | moved, accounts)

    def _may_hit(self, trigger: Mapping[str, Any], scores: Scores) -> bool:
        low, high = min(scores.score), max(scores.score)
        match trigger["trigger"]:
            case "health.drops" | "health.rises" as name:
                if high - low < trigger["by"] or not trigger.get("within"):
                    return bool(high - low >= trigger["by"])
                seconds = decode(Span, trigger["within"]).seconds
                sign = -1 if name == "health.drops" else 1
                return seconds is None or scores.moves(trigger["by"], seconds, sign)
            case "health.crosses":
                below, above = trigger.get("below"), trigger.get("above")
                return (below is not None and low < below) or (above is not None and high > above)
            case "health.enters" | "health.leaves":
                return trigger["band"] in scores.bands
        return True


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
