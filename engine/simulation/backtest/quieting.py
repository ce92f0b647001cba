"""Scores that start nothing and wake nobody, written down without the ceremony of a transaction.

Most of a year's scores are such. What is done here is what `ingesting` would do with them, and only
where that is so plain that nothing else can follow: plain bands, no health model, nobody who waits
for it, neither late nor twice. All else is handed on; `tests/backtest` holds that the outcome is
the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.effects.context import Context
from engine.effects.entities import Account, AccountId, Fact, Wait
from engine.effects.watching import condition_at
from engine.enrolling.clocks import watched
from engine.enrolling.deciding import Change, hit_by, listens_to
from engine.plan.model import NodeId, Plan, PlanHash
from engine.simulation.backtest.reading import mentions
from engine.simulation.hearing import reads_only_the_band
from engine.simulation.memory import MemoryRecords
from engine.simulation.world import World


def may_be_quiet(context: Context, plans: Iterable[Plan]) -> bool:
    """Tell whether scores can be quiet at all: bands without memory, no models, and no plan that
    reads `health.changed` by name, or follows a condition on health."""
    bands = context.health.bands
    plain = not (bands.hysteresis or bands.before_better or bands.before_worse)
    each = list(plans)
    return (
        plain
        and not context.health.models
        and not mentions(each, "health.changed")
        and not any(map(_follows_health, each))
    )


def _follows_health(plan: Plan) -> bool:
    return any(
        name.startswith("health.")
        for one in watched(plan.playbook, plan.enroll)
        for name, _ in one.condition.refs
    )


class Quiet:
    """Writes scores into a world; `take_in` gets those that are not plain, or may set one of the
    plans off, `score_moved` is told of each that was written."""

    def __init__(
        self,
        world: World,
        context: Context,
        plans: Iterable[Plan],
        take_in: Callable[[Fact], None],
        score_moved: Callable[[AccountId], None],
    ) -> None:
        self._world = world
        self._records = MemoryRecords(world)
        self._band = context.band
        self._plans = [one for one in plans if "health.changed" in listens_to(one.enroll)]
        self._take_in = take_in
        self._score_moved = score_moved
        self._bands: dict[float, str] = {}
        self._of_band: dict[tuple[PlanHash, NodeId | None, str | None], bool] = {}

    def weigh(self, fact: Fact) -> None:
        """Let a score become known now that may set something off."""
        account, score = self._world.accounts.get(fact.account), fact.data.get("score")
        if account is None or not isinstance(score, int | float) or self._hits(account, score):
            self._take_in(fact)
        else:
            self.note(fact)

    def _hits(self, account: Account, score: float) -> bool:
        """Tell whether a score of now sets a trigger off."""
        records, at = self._records, self._world.now
        moved = Change(
            "health.changed",
            {},
            score=score,
            score_before=account.score,
            band=self._band(score),
            band_before=account.band,
            scores_within=lambda length: records.scores_since(account.id, at - length),
        )
        return any(hit_by(plan.enroll, moved) is not None for plan in self._plans)

    def note(self, fact: Fact) -> None:
        """Let a score become known now that sets nothing off."""
        world, id = self._world, fact.account
        account, score = world.accounts.get(id), fact.data.get("score")
        history = world.scores.get(id, ())
        if (
            account is None
            or account.assessment is not None
            or not isinstance(score, int | float)
            or isinstance(score, bool)
            or len(fact.data) != 1
            or not 0 <= score <= 100
            or fact.occurred_at != world.now
            or (history and history[-1][0] >= world.now)
            or fact.id in world.fact_ids
            or not fact.id.isascii()
            or "\x00" in fact.id
            or fact.contact is not None
            or fact.enrollment is not None
        ):
            self._take_in(fact)
            return
        band = self._bands.get(score)
        if band is None:
            band = self._bands[score] = self._band(score)
        if (waits := world.waits.get(id)) and self._is_heard(waits.values(), band == account.band):
            self._take_in(fact)
        else:
            self._write(account, float(score), band, fact)

    def _is_heard(self, waits: Iterable[Wait], same_band: bool) -> bool:
        """Tell whether somebody waits for what the score may bring about."""
        heard = [wait for wait in waits if "health" in wait.names]
        return not same_band or not all(map(self._waits_for_band, heard)) if heard else False

    def _waits_for_band(self, wait: Wait) -> bool:
        hash = self._world.enrollments[wait.enrollment].plan
        place = (hash, wait.node, wait.slot)
        if (known := self._of_band.get(place)) is None:
            plan = self._world.plans[hash]
            condition = condition_at(plan, wait.node, wait.slot)
            known = condition is not None and reads_only_the_band(plan, condition)
            self._of_band[place] = known
        return known

    def _write(self, account: Account, score: float, band: str, fact: Fact) -> None:
        world, at = self._world, fact.occurred_at
        since = account.band_since if band == account.band and account.band_since else at
        world.fact_ids[fact.id] = len(world.fact_ids)
        world.scores[account.id] = (*world.scores.get(account.id, ()), (at, score))
        world.accounts[account.id] = Account(account.id, account.fields, score, band, since)
        self._score_moved(account.id)
