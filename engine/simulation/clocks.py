"""What the clock alone sets off in a simulation: dates, schedules, conditions, health. To the
instant, where the Temporal shell looks every so often.

Owns when to look; what follows is `engine/effects`. After each change of an account its next
instant is worked out anew; an instant that has become wrong finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from engine.effects.context import Context
from engine.effects.entities import CLOCK, AccountId, Wait
from engine.effects.matching import Live, live_plans, timed_conditions
from engine.effects.moments import fire_dates
from engine.effects.records import Records
from engine.effects.starting import Begun
from engine.effects.sweeping import Sweeper, fire_turns, reassess_by_the_clock, wake_by_the_clock
from engine.effects.taking_stock import take_stock
from engine.effects.watching import condition_at, is_clocked
from engine.enrolling.clocks import Scheduled, dated, next_tick, scheduled
from engine.errors import TenureError
from engine.health.trends import TREND_DAYS
from engine.plan.model import NodeId, PlanHash
from engine.simulation.hearing import Ticking, ticking
from engine.simulation.memory import MemoryRecords
from engine.simulation.world import Moved, World

T = TypeVar("T")
ON_TIME = timedelta()
_AGES = {"health.trend": f"health.change_{TREND_DAYS}d"}
"""What changes when the same old score does."""


class Shell(Protocol):
    """What clocks need of the simulator."""

    def at(self, instant: datetime, act: Callable[[], None]) -> None: ...

    def take_begun(self, account: AccountId, begun: Begun) -> None: ...

    def take_failure(self, account: AccountId, why: str) -> None: ...


class Clocks:
    """All clocks of a simulation. `aging` are the accounts with a wait that hangs on how old scores
    and bands are."""

    def __init__(self, context: Context, world: World, shell: Shell) -> None:
        self._context = context
        self._world = world
        self._shell = shell
        self._records = MemoryRecords(world)
        self._sweeper = Sweeper(self._transact, context, ON_TIME)
        self._dated: list[Live] = []
        self._timed: list[Live] = []
        self._followed: list[Ticking] = []
        self._clocked = False
        self._follows_ages = False
        self._aging: set[AccountId] = set()
        self._ticking: dict[tuple[PlanHash, NodeId | None, str | None], Ticking] = {}
        self._ahead: dict[tuple[str, AccountId], datetime] = {}

    def begin(self) -> None:
        """Take stock of what is so, and set all clocks. Dates that are due already come in after
        what else happens at this instant."""
        lives = self._transact(live_plans)
        for live in lives:
            self._transact(partial(take_stock, context=self._context, live=live, before=None))
            for trigger in scheduled(live.plan.enroll, self._context.workspace.zone):
                self._await_schedule(trigger)
        self._dated = [live for live in lives if dated(live.plan.enroll)]
        self._timed = [live for live in lives if timed_conditions(live)]
        self._followed = [
            ticking(live.plan, one.condition) for live in lives for one in timed_conditions(live)
        ]
        self._follows_ages = any(one.reads_ages for one in self._followed)
        self._clocked = self._clocked or any(is_clocked(live.plan) for live in lives)
        self._world.dated = _fields_of_dates(self._dated)
        if self._dated or self._followed or self._clocked or self._context.workspace.health:
            self._world.moved = {}
            for account in self._world.accounts:
                self._shell.at(self._world.now, partial(self._look, account, Moved.ALL))

    def score_moved(self, account: AccountId) -> None:
        """Look again at an account with another score, where that alone may change when to look."""
        if self._hears_scores(account):
            self._look(account, Moved.HEALTH)

    def _hears_scores(self, account: AccountId) -> bool:
        return self._follows_ages or account in self._aging

    def catch_up(self) -> None:
        """Look again at the accounts that have changed."""
        while self._world.moved:
            moved, self._world.moved = self._world.moved, {}
            for account, what in moved.items():
                self._look(account, what)

    def _look(self, account: AccountId, what: int) -> None:
        if self._dated and what & Moved.DATES:
            self._look_at_dates(account)
        of_time = Moved.FIELDS | (Moved.HEALTH if self._hears_scores(account) else 0)
        if self._followed and what & of_time:
            self._await(account, self._next_tick(account), self._look_at_conditions)
        if self._clocked and what & (of_time | Moved.WAITS):
            self._await_waits(account)
        if what & Moved.REASSESS:
            self._await(account, self._world.reassess.get(account), self._reassess)

    # --- dates --------------------------------------------------------------------------------

    def _look_at_dates(self, account: AccountId) -> None:
        def fire(records: Records) -> tuple[Begun, datetime | None]:
            return fire_dates(records, self._context, self._dated, account, ON_TIME)

        begun, ahead = self._try(account, fire) or (Begun(), None)
        self._await(account, ahead, self._look_at_dates)
        self._shell.take_begun(account, begun)

    # --- schedules ----------------------------------------------------------------------------

    def _await_schedule(self, trigger: Scheduled) -> None:
        if (at := trigger.following(self._world.now)) is not None:
            self._shell.at(at, partial(self._come_round, trigger))

    def _come_round(self, trigger: Scheduled) -> None:
        self._await_schedule(trigger)
        swept = self._sweeper.schedules()
        for account, why in swept.failed:
            self._shell.take_failure(account, why)
        for account, begun in swept.begun:
            self._shell.take_begun(account, begun)

    # --- conditions ---------------------------------------------------------------------------

    def _next_tick(self, account: AccountId) -> datetime | None:
        return self._next_change(account, self._followed)

    def _next_change(self, account: AccountId, each: Sequence[Ticking]) -> datetime | None:
        """Return when the clock next changes how one of some conditions may come out."""
        row, now = self._world.accounts[account], self._world.now
        zone, ours = self._context.calendar_of(row).zone, self._context.workspace.zone
        found = [one.next_day(row.fields, now, zone) for one in each if one.crossings]
        names = {_AGES.get(name, name) for one in each for name in one.names}
        if names:
            ages = any(name.startswith("health.change_") for name in names)
            scored = [at for at, _ in self._world.scores.get(account, ())] if ages else []
            fiscal = [name for name in names if name.startswith("fiscal.")]
            other = names.difference(fiscal)
            found.append(next_tick(fiscal, now, ours, None, ()))
            found.append(next_tick(other, now, zone, row.band_since, scored))
        return min((at for at in found if at is not None), default=None)

    def _look_at_conditions(self, account: AccountId) -> None:
        def fire(records: Records) -> Begun:
            return fire_turns(records, self._context, self._timed, account)

        begun = self._try(account, fire) or Begun()
        self._await(account, self._next_tick(account), self._look_at_conditions)
        self._shell.take_begun(account, begun)

    # --- waits --------------------------------------------------------------------------------

    def _await_waits(self, account: AccountId) -> None:
        known = self._world.waits.get(account, {}).values()
        each = [self._ticking_of(one) for one in known if CLOCK in one.names]
        if any(one.reads_ages for one in each):
            self._aging.add(account)
        else:
            self._aging.discard(account)
        if each:
            self._await(account, self._next_change(account, each), self._look_at_waits)

    def _ticking_of(self, wait: Wait) -> Ticking:
        """Return when the clock alone may bring about what a wait waits for."""
        hash = self._world.enrollments[wait.enrollment].plan
        place = (hash, wait.node, wait.slot)
        if (known := self._ticking.get(place)) is None:
            plan = self._world.plans[hash]
            condition = condition_at(plan, wait.node, wait.slot)
            known = ticking(plan, condition) if condition else Ticking((), frozenset())
            self._ticking[place] = known
        return known

    def _look_at_waits(self, account: AccountId) -> None:
        def look(records: Records) -> Begun:
            return wake_by_the_clock(records, self._context, account)

        begun = self._try(account, look) or Begun()
        self._await_waits(account)
        self._shell.take_begun(account, begun)

    # --- health -------------------------------------------------------------------------------

    def _reassess(self, account: AccountId) -> None:
        def look(records: Records) -> Begun:
            return reassess_by_the_clock(records, self._context, account)

        begun = self._try(account, look) or Begun()
        self._shell.take_begun(account, begun)

    # --- one at a time ------------------------------------------------------------------------

    def _await(
        self, account: AccountId, at: datetime | None, look: Callable[[AccountId], None]
    ) -> None:
        """Look at an instant, unless by then another one is awaited."""
        awaited = (look.__name__, account)
        if at is None or at == self._ahead.get(awaited):
            return
        self._ahead[awaited] = at
        self._shell.at(at, partial(self._ring, awaited, at, look))

    def _ring(
        self, awaited: tuple[str, AccountId], at: datetime, look: Callable[[AccountId], None]
    ) -> None:
        if self._ahead.get(awaited) == at:
            del self._ahead[awaited]
            look(awaited[1])

    def _try(self, account: AccountId, work: Callable[[Records], T]) -> T | None:
        try:
            return self._transact(work)
        except TenureError as error:
            self._shell.take_failure(account, error.message)
            return None

    def _transact(self, work: Callable[[Records], T]) -> T:
        with self._records as records:
            return work(records)


def _fields_of_dates(lives: Iterable[Live]) -> frozenset[str] | None:
    """Return the fields that date triggers hang on; None when those are of contacts, too."""
    names = {"zone"}
    for live in lives:
        for trigger in dated(live.plan.enroll):
            whose, _, name = trigger.when.field.partition(".")
            if whose != "account" or live.plan.subject != "account":
                return None
            names.add(name)
    return frozenset(names)
