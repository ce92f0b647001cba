"""Looking at an account's health again without a fact: its measures got older, an override has
ended, a child has moved, a model has changed.

What follows is what follows of a fact: waits are woken and playbooks start, in one transaction.
"""

from __future__ import annotations

from engine.effects.assessing import (
    Moved,
    assess_account,
    given_score,
    override_in_force,
    settle_given,
    tell_parent,
)
from engine.effects.changing import health_change
from engine.effects.context import Context
from engine.effects.entities import CLOCK, AccountId, Override
from engine.effects.ingesting import Ingested, by_the_clock, follow
from engine.effects.records import Records
from engine.errors import InputError


def reassess(records: Records, context: Context, account: AccountId) -> Ingested:
    """Work an account's health out anew, and do what follows if it has moved. Raises NotFound."""
    found = records.account(account, lock=True)
    records.forget_roll_ups(account)
    forced = override_in_force(records, context, found)
    model = context.health.of(found.fields)
    moved: Moved | None = None
    if model is not None:
        moved = assess_account(records, context, found, model, forced)
    elif (given := given_score(found)) is not None:
        moved = settle_given(records, context, found, given, records.now, forced, new=False)
    else:
        records.keep_assessment(account, None, None)
    return _follow(records, context, account, moved)


def _follow(
    records: Records, context: Context, account: AccountId, moved: Moved | None
) -> Ingested:
    if moved is None or not (moved.anything or moved.news):
        return Ingested()
    if moved.anything:
        tell_parent(records, context, records.account(account))
    fact = by_the_clock(account, records.now, "health")
    change = health_change(records, account, CLOCK, {}, moved, records.now)
    return follow(records, context, fact, {"health"}, change)


def force(records: Records, context: Context, override: Override) -> Ingested:
    """Put a person's override in force; one that was is ended by it. Raises InputError for an
    account whose health nobody knows yet."""
    account = records.account(override.account, lock=True)
    if account.score is None and context.health.of(account.fields) is None:
        raise InputError(
            f"{account.id} has no health score yet that could be overridden",
            remedy="Send its score first: `tenure facts send`.",
        )
    records.put_override(override)
    return reassess(records, context, override.account)


def release(records: Records, context: Context, account: AccountId, by: str) -> Ingested:
    """End the override in force, if any; the account's own score and band count again. Raises
    NotFound for an unknown account."""
    records.account(account, lock=True)
    records.end_override(account, records.now, by)
    return reassess(records, context, account)
