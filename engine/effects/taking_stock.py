"""Taking stock when a playbook goes live: what is so already sets nothing off.

Whoever matches a condition by then has not come to match it, and a schedule's latest moment was
before the playbook's time. Dates need none of this: how late they may be says it all.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from engine.effects.context import Context
from engine.effects.entities import AccountId
from engine.effects.matching import Live, conditions_of, everybody, take_turns, turns
from engine.effects.records import Records
from engine.effects.sweeping import EVERYBODY, PAGE
from engine.enrolling.clocks import scheduled, watched
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
    old = _keys(live.playbook, before)
    now = _keys(live.playbook, live.plan)
    for key in sorted(old - now):
        records.forget_matching(key)
    if not now - old:
        return 0
    return sum(_match(records, context, live, now - old, one) for one in _everyone(records))


def forget(records: Records, playbook: str, before: Plan) -> None:
    """Forget whom the conditions of a playbook hold for that goes out of service."""
    for key in sorted(_keys(playbook, before)):
        records.forget_matching(key)


def _keys(playbook: str, plan: Plan | None) -> frozenset[str]:
    return frozenset(one.key for one in watched(playbook, plan.enroll)) if plan else frozenset()


def _match(
    records: Records, context: Context, live: Live, keys: Set[str], account: AccountId
) -> int:
    fresh = [one for one in conditions_of(live) if one.key in keys]
    each = everybody(records, live.plan, account)
    found = list(turns(records, context, live, account, each, fresh))
    take_turns(records, account, found)
    return sum(turn.verdict.holds for turn in found)


def _everyone(records: Records) -> Iterator[AccountId]:
    after: AccountId | None = None
    while page := records.every_account(after, PAGE):
        yield from page
        after = page[-1]
