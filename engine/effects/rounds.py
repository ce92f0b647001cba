"""Schedules coming round: which moments are due, for whom, and beginning the runs. One transaction
each.

When all have been looked at, a moment is noted as over for everybody, so that who comes to match
after it waits for the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.effects.context import Context
from engine.effects.enrolling import subjects
from engine.effects.entities import AccountId, ContactId
from engine.effects.ingesting import by_the_clock
from engine.effects.matching import Live, known_before, live_plans
from engine.effects.records import Records
from engine.effects.starting import Begun, begin
from engine.enrolling.clocks import Scheduled, scheduled
from engine.enrolling.deciding import Hit
from engine.plan.codec import decode
from engine.plan.model import Condition

EVERYBODY = "*"
"""The subject under which it is noted that a moment is over for all."""


@dataclass(frozen=True, slots=True)
class Round:
    """The latest moment of a schedule."""

    live: Live
    trigger: Scheduled
    at: datetime
    is_over: bool = False

    @property
    def key(self) -> str:
        """What is written down when it has fired."""
        return self.trigger.key(self.at)


def latest_rounds(records: Records, context: Context, grace: timedelta) -> list[Round]:
    """Return the latest moment of each schedule that is not too late; `is_over` tells whether all
    have been looked at."""
    found = []
    for live in live_plans(records):
        for trigger in scheduled(live.plan.enroll, context.workspace.zone):
            at = trigger.latest(records.now)
            if at is not None and records.now - at <= trigger.window(grace):
                one = Round(live, trigger, at)
                found.append(replace(one, is_over=_is_over(records, one)))
    return found


def taking_part(
    records: Records, context: Context, live: Live, account: AccountId
) -> list[ContactId | None]:
    """Return whom of an account a playbook's `when` holds for now."""
    each = subjects(records, live.plan, account)
    if (written := live.plan.enroll.get("when")) is None:
        return each
    condition = decode(Condition, written)
    known = {one: known_before(records, context, live, account, one, records.now) for one in each}
    return [one for one in each if known[one].holds(condition).holds]


def fire_round(records: Records, context: Context, due: Round, account: AccountId) -> Begun:
    """Begin the runs of an account that takes part, each once."""
    records.account(account, lock=True)
    begun = Begun()
    for contact in taking_part(records, context, due.live, account):
        if records.put_firing(due.live.playbook, contact or account, due.key):
            fact = by_the_clock(account, due.at, due.key)
            hit = Hit(due.trigger.rule, {"at": due.at.isoformat()})
            begin(records, context, due.live, fact, contact, hit, begun)
    return begun


def end_round(records: Records, due: Round) -> None:
    """Note that all have been looked at."""
    records.put_firing(due.live.playbook, EVERYBODY, due.key)


def _is_over(records: Records, due: Round) -> bool:
    return (EVERYBODY, due.key) in records.fired_since(due.live.playbook, due.at)
