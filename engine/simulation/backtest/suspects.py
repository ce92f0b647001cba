"""Which accounts a playbook's triggers could be set off for at all: the others need not be played.

Looks at each fact once, and errs on the side of playing: an account left out here would have had no
run and no refusal, whatever else happens. A trigger that is not known here suspects everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.effects.entities import Account
from engine.plan.model import Plan
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


@dataclass
class Suspects:
    """Those whom the triggers of a playbook may be set off for, gathered from glimpses."""

    plan: Plan
    band_of: BandOf
    everybody: bool = False
    accounts: set[str] = field(default_factory=set)
    _lowest: dict[str, float] = field(default_factory=dict)
    _highest: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        triggers = self.plan.enroll.get("on", ())
        self._kinds = named_kinds(self.plan)
        self._scores = [one for one in triggers if str(one["trigger"]).startswith("health.")]
        known = {"fact", "survey"}
        self.everybody = self.everybody or any(
            one["trigger"] not in known and one not in self._scores for one in triggers
        )

    def read(self, one: Glimpse) -> None:
        """Take a glimpse in."""
        if one.kind in self._kinds:
            self.accounts.add(one.account)
        if one.kind == "health.changed" and self._scores:
            self._move(one.account, one.data.get("score"))

    def _move(self, account: str, score: Any) -> None:
        if not isinstance(score, int | float):
            return
        if score < self._lowest.get(account, 1000):
            self._lowest[account] = score
        if score > self._highest.get(account, -1000):
            self._highest[account] = score

    def found(self, accounts: Iterable[Account]) -> set[str]:
        """Return whom to play: the suspects, and all of the families they are in."""
        accounts = list(accounts)
        if self.everybody:
            return {account.id for account in accounts}
        moved = {
            account
            for account, low in self._lowest.items()
            if any(self._may_hit(one, low, self._highest[account]) for one in self._scores)
        }
        return with_families(self.accounts | moved, accounts)

    def _may_hit(self, trigger: Mapping[str, Any], low: float, high: float) -> bool:
        match trigger["trigger"]:
            case "health.drops" | "health.rises":
                return bool(high - low >= trigger["by"])
            case "health.crosses":
                below, above = trigger.get("below"), trigger.get("above")
                return (below is not None and low < below) or (above is not None and high > above)
            case "health.enters" | "health.leaves":
                return self._reaches(str(trigger["band"]), low, high)
        return True

    def _reaches(self, band: str, low: float, high: float) -> bool:
        """Tell whether the scores from low to high touch a band. Bands lie one above the other."""
        names = {self.band_of(low), self.band_of(high)}
        return band in names or (len(names) > 1 and self._between(band, low, high))

    def _between(self, band: str, low: float, high: float) -> bool:
        return any(self.band_of(score) == band for score in range(int(low), int(high) + 1))


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
