"""Taking stock when a playbook goes live: what is so already sets nothing off.

Whoever matches a condition by then has not come to match it, and a schedule's latest moment was
before the playbook's time. Dates need none of this: how late they may be says it all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.effects.context import Context
from engine.effects.enrolling import subjects
from engine.effects.entities import AccountId
from engine.effects.matching import Live, Turn, conditions_of, take_turns, turns
from engine.effects.records import Records
from engine.effects.rounds import EVERYBODY
from engine.effects.sweeping import PAGE
from engine.enrolling.clocks import Watched, scheduled, watched
from engine.plan.model import Plan


def take_stock(records: Records, context: Context, live: Live, before: Plan | None) -> int:
    """Note what is so of a plan's triggers that the plan before it did not have; return how many
    accounts or contacts match a condition already."""
    zone = context.workspace.zone
    known = {one.rule for one in scheduled(before.enroll, zone)} if before else set()
    for trigger in scheduled(live.plan.enroll, zone):
        at = trigger.latest(records.now)
        if trigger.rule not in known and at is not None:
            records.put_firing(live.playbook, EVERYBODY, trigger.key(at))
    for key in sorted(_keys(live.playbook, before) - _keys(live.playbook, live.plan)):
        records.forget_matching(key)
    found = 0
    for account, some in _fresh(records, context, live, before):
        take_turns(records, account, some)
        found += sum(turn.verdict.holds for turn in some)
    return found


def count_matching(records: Records, context: Context, live: Live, before: Plan | None) -> int:
    """Return what `take_stock` would; writes nothing."""
    found = _fresh(records, context, live, before)
    return sum(turn.verdict.holds for _, some in found for turn in some)


def look_again(
    records: Records, context: Context, live: Live, before: Plan | None, after: AccountId | None
) -> Sequence[AccountId]:
    """Take a page of accounts, and correct what was noted of those that changed while stock was
    taken: facts that came in then did not know of the conditions yet. Empty when there are no more.

    What the clock can change needs none of this: sweeps look at it again and again.
    """
    fresh = [one for one in _fresh_conditions(live, before) if not one.reads_time]
    page = records.every_account(after, PAGE) if fresh else ()
    for account in page:
        each = subjects(records, live.plan, account)
        if any(True for _ in turns(records, context, live, account, each, fresh)):
            records.account(account, lock=True)
            take_turns(records, account, turns(records, context, live, account, each, fresh))
    return page


def forget(records: Records, playbook: str, before: Plan) -> None:
    """Forget whom the conditions of a playbook hold for that goes out of service."""
    for key in sorted(_keys(playbook, before)):
        records.forget_matching(key)


def _keys(playbook: str, plan: Plan | None) -> frozenset[str]:
    return frozenset(one.key for one in watched(playbook, plan.enroll)) if plan else frozenset()


def _fresh(
    records: Records, context: Context, live: Live, before: Plan | None
) -> Iterator[tuple[AccountId, list[Turn]]]:
    """Look at the conditions the plan before did not follow, account by account."""
    fresh = _fresh_conditions(live, before)
    for account in _everyone(records) if fresh else ():
        each = subjects(records, live.plan, account)
        yield account, list(turns(records, context, live, account, each, fresh))


def _fresh_conditions(live: Live, before: Plan | None) -> list[Watched]:
    known = _keys(live.playbook, before)
    return [one for one in conditions_of(live) if one.key not in known]


def _everyone(records: Records) -> Iterator[AccountId]:
    after: AccountId | None = None
    while page := records.every_account(after, PAGE):
        yield from page
        after = page[-1]
