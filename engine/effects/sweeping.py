"""Sweeps: what the clock alone sets off, looked for in the records. Nothing is kept between two.

Each looks at all whose moment lies between now and as long ago as its trigger may be late, and
fires those that have not fired. So a sweep that comes late catches up once, and two at the same
time fire once: what has fired is written down in the transaction that begins the run. Reading goes
by pages, writing by short transactions of one account each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol, TypeAlias, TypeVar

from engine.effects.context import Context
from engine.effects.enrolling import subjects
from engine.effects.entities import CLOCK, AccountId, EnrollmentId
from engine.effects.ingesting import by_the_clock
from engine.effects.matching import (
    Live,
    Turn,
    live_plans,
    take_turns,
    timed_conditions,
    turns,
)
from engine.effects.moments import fire_dates, is_date_due, near_dates
from engine.effects.reassessing import reassess
from engine.effects.records import Records
from engine.effects.rounds import Round, end_round, fire_round, latest_rounds, taking_part
from engine.effects.starting import Begun, begin
from engine.effects.waking import is_due, wake
from engine.enrolling.clocks import dated
from engine.errors import TenureError, TransientError

T = TypeVar("T")
Choose: TypeAlias = Callable[[AccountId, Records], bool]
Fired: TypeAlias = frozenset[tuple[str, str]]
PAGE = 200
TRY_LATER = timedelta(hours=1)


class Transact(Protocol):
    """Does work in one transaction of its own."""

    def __call__(self, work: Callable[[Records], T]) -> T: ...


@dataclass(slots=True)
class Swept:
    """What came of a sweep, by account. `closed` are runs that were over without our knowing,
    `deleted` counts records that nobody needs any more; `failed` are those it could do nothing for,
    and why."""

    begun: list[tuple[AccountId, Begun]] = field(default_factory=list)
    closed: list[EnrollmentId] = field(default_factory=list)
    deleted: int = 0
    failed: list[tuple[AccountId, str]] = field(default_factory=list)

    @property
    def started(self) -> int:
        """How many runs began."""
        return sum(len(begun.started) for _, begun in self.begun)

    @property
    def refused(self) -> int:
        """How many were set off and did not begin."""
        return sum(len(begun.refused) for _, begun in self.begun)


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Sweeps over some records. `grace` is how late still counts as on time, as a sweep comes round
    only so often. `beat` is called between two pieces of work, `fails` with each account that
    nothing can be done for: what was to be done, and why not. `owed` are those of earlier sweeps,
    with what was to be done: only schedules do not come to them by themselves."""

    transact: Transact
    context: Context
    grace: timedelta = timedelta()
    beat: Callable[[], None] = lambda: None
    fails: Callable[[AccountId, str, str], None] = lambda account, what, why: None
    owed: frozenset[tuple[AccountId, str]] = frozenset()

    # --- dates --------------------------------------------------------------------------------

    def dates(self) -> Swept:
        """Begin the runs whose date is due."""
        swept = Swept()
        for live in self.transact(live_plans):
            if dated(live.plan.enroll):
                self._dates(swept, live)
        return swept

    def _dates(self, swept: Swept, live: Live) -> None:
        near = self.transact(partial(near_dates, context=self.context, live=live, grace=self.grace))
        for first in range(0, len(near.accounts), PAGE):
            page = near.accounts[first : first + PAGE]
            for account in self.transact(partial(self._due_dates, live, page, near.fired)):
                self._each(swept, account, partial(self._fire_dates, live, account))
            self.beat()

    def _due_dates(
        self, live: Live, page: Sequence[AccountId], fired: Fired, records: Records
    ) -> list[AccountId]:
        def is_due(account: AccountId, records: Records) -> bool:
            return is_date_due(records, self.context, live, account, fired, self.grace)

        return [one for one in page if _is_chosen(is_due, one, records)]

    def _fire_dates(self, live: Live, account: AccountId, records: Records) -> Begun:
        return fire_dates(records, self.context, [live], account, self.grace)[0]

    # --- schedules ----------------------------------------------------------------------------

    def schedules(self) -> Swept:
        """Begin the runs of the latest moment of each schedule, for all that `when` holds for. Of a
        moment that is over, those are tried again that could not be looked at then."""
        swept = Swept()
        look = partial(latest_rounds, context=self.context, grace=self.grace)
        for due in self.transact(look):
            if due.is_over:
                again = sorted(account for account, what in self.owed if what == due.key)
                self._round(swept, due, again)
                continue
            for page in self._pages(partial(self._takes_part, due.live)):
                self._round(swept, due, page)
            self.transact(partial(end_round, due=due))
        return swept

    def _round(self, swept: Swept, due: Round, accounts: Iterable[AccountId]) -> None:
        for account in accounts:
            self._each(swept, account, partial(self._fire_round, due, account), due.key)

    def _takes_part(self, live: Live, account: AccountId, records: Records) -> bool:
        return bool(taking_part(records, self.context, live, account))

    def _fire_round(self, due: Round, account: AccountId, records: Records) -> Begun:
        return fire_round(records, self.context, due, account)

    # --- conditions ---------------------------------------------------------------------------

    def conditions(self) -> Swept:
        """Begin the runs of those that have come to match, or stopped, by the clock alone; wake the
        runs whose waits, goals and exits it has met."""
        swept = Swept()
        lives = [one for one in self.transact(live_plans) if timed_conditions(one)]
        for page in self._pages(partial(self._differs, lives)) if lives else ():
            for account in page:
                self._each(swept, account, partial(self._fire_turns, lives, account))
        for page in self._pages(self._is_due, clocked=True):
            for account in page:
                self._each(swept, account, partial(self._wake, account))
        return swept

    def _is_due(self, account: AccountId, records: Records) -> bool:
        return is_due(records, self.context, account)

    def _wake(self, account: AccountId, records: Records) -> Begun:
        return wake_by_the_clock(records, self.context, account)

    def _differs(self, lives: Sequence[Live], account: AccountId, records: Records) -> bool:
        each = (_turns(records, self.context, live, account) for live in lives)
        return any(True for some in each for _ in some)

    def _fire_turns(self, lives: Sequence[Live], account: AccountId, records: Records) -> Begun:
        return fire_turns(records, self.context, lives, account)

    # --- health -------------------------------------------------------------------------------

    def health(self) -> Swept:
        """Assess the accounts anew whose health the clock alone changes: measures that got old,
        overrides that expired, children that moved."""
        swept = Swept()
        seen: set[AccountId] = set()
        while due := [one for one in self.transact(_due_for_assessment) if one not in seen]:
            for account in due:
                seen.add(account)
                self._each(swept, account, partial(self._reassess, account))
            for account, _ in swept.failed:  # or those in front would stand in the others' way
                self.transact(partial(_try_later, account))
        return swept

    def _reassess(self, account: AccountId, records: Records) -> Begun:
        return reassess_by_the_clock(records, self.context, account)

    # --- one after the other ------------------------------------------------------------------

    def _pages(self, choose: Choose, *, clocked: bool = False) -> Iterator[Sequence[AccountId]]:
        """Give the accounts that are chosen, of all or of those with waits the clock may end, page
        by page; each page is read in one transaction."""
        after: AccountId | None = None
        while (read := self.transact(partial(_page, after, choose, clocked))) is not None:
            after, chosen = read
            yield chosen
            self.beat()

    def _each(
        self, swept: Swept, account: AccountId, work: Callable[[Records], Begun], what: str = ""
    ) -> None:
        """Do an account's share; one that cannot be done leaves the others."""
        try:
            swept.begun.append((account, self.transact(work)))
        except TransientError:
            raise
        except TenureError as error:
            swept.failed.append((account, error.message))
            self.fails(account, what, error.message)
        self.beat()


def _page(
    after: AccountId | None, choose: Choose, clocked: bool, records: Records
) -> tuple[AccountId, list[AccountId]] | None:
    page = (records.accounts_clocked if clocked else records.every_account)(after, PAGE)
    return (page[-1], [one for one in page if _is_chosen(choose, one, records)]) if page else None


def _is_chosen(choose: Choose, account: AccountId, records: Records) -> bool:
    """Choose an account. One that cannot be looked at is chosen, too: its own turn says why, and
    the others go on."""
    try:
        return choose(account, records)
    except TransientError:
        raise
    except TenureError:
        return True


def _due_for_assessment(records: Records) -> Sequence[AccountId]:
    return records.due_for_assessment(PAGE)


def _try_later(account: AccountId, records: Records) -> None:
    row = records.account(account, lock=True)
    records.keep_assessment(account, row.assessment, records.now + TRY_LATER)


def fire_turns(
    records: Records, context: Context, lives: Iterable[Live], account: AccountId
) -> Begun:
    """Begin the runs of an account that the clock alone has made match, or stop matching."""
    records.account(account, lock=True)
    begun = Begun()
    fact = by_the_clock(account, records.now, "matches")
    for live in lives:
        found = take_turns(records, account, _turns(records, context, live, account))
        for contact, hit in found.items():
            begin(records, context, live, fact, contact, hit, begun)
    return begun


def reassess_by_the_clock(records: Records, context: Context, account: AccountId) -> Begun:
    """Work an account's health out anew, and begin what its moving sets off."""
    led_to = reassess(records, context, account)
    return Begun(list(led_to.started), list(led_to.refused))


def wake_by_the_clock(records: Records, context: Context, account: AccountId) -> Begun:
    """Wake the runs of an account whose waits the clock alone has met."""
    records.account(account, lock=True)
    wake(records, context, by_the_clock(account, records.now, "waits"), {CLOCK})
    return Begun()


def _turns(records: Records, context: Context, live: Live, account: AccountId) -> Iterator[Turn]:
    each = subjects(records, live.plan, account)
    return turns(records, context, live, account, each, timed_conditions(live))
