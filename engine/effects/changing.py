"""What a fact changes of an account: its fields, its contacts, its health. Owes nothing to runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.effects.assessing import (
    Moved,
    assess_account,
    given_score,
    in_force,
    last_given,
    settle_given,
    tell_parent,
)
from engine.effects.context import Context
from engine.effects.entities import Account, AccountId, Fact
from engine.effects.lateness import still_true
from engine.effects.records import Records
from engine.effects.waking import step_key
from engine.enrolling.deciding import Change
from engine.errors import InputError
from engine.health.models import CHANGED
from engine.health.renewing import News


def change(
    records: Records, context: Context, account: Account, fact: Fact
) -> tuple[set[str], Change]:
    """Write down what a fact changes; return the names it touches and what triggers look at. Raises
    InputError for a score that is not taken from outside."""
    touched = {fact.kind}
    moved: Moved | None = None
    at = records.now
    match fact.kind:
        case "health.changed":
            moved, at = _given(records, context, account, fact), fact.occurred_at
            touched.add("health")
        case "account.changed":
            if fields := still_true(records, fact):
                records.change_account(fact.account, fields)
            touched |= {f"account.{name}" for name in fields}
        case "contact.created":
            touched.add("contacts")
        case "contact.changed" if fact.contact:
            if given := still_true(records, fact):
                records.change_contact(fact.contact, given)
                touched.add("contacts")
    if fact.node is not None:
        touched.add(step_key(fact.node))
    if context.health.models:
        moved = _computed(records, context, account, fact) or moved
    if moved is not None and (moved.anything or moved.news):
        touched.add("health")
    if moved is None:
        return touched, Change(fact.kind, fact.data)
    return touched, health_change(records, account.id, fact.kind, fact.data, moved, at)


def health_change(
    records: Records,
    account: AccountId,
    kind: str,
    data: Mapping[str, Any],
    moved: Moved,
    at: datetime,
) -> Change:
    """Return what triggers look at when the health of an account has moved at an instant."""
    return Change(
        kind,
        data,
        score=moved.score,
        score_before=moved.score_before,
        band=moved.band,
        band_before=moved.band_before,
        scores_within=lambda length: records.scores_since(account, at - length),
    )


def _given(records: Records, context: Context, account: Account, fact: Fact) -> Moved | None:
    """Take a score from outside; None when a newer one is known already."""
    score = float(fact.data["score"])
    if not 0 <= score <= 100:
        raise InputError("a health score is from 0 to 100", remedy="Correct the fact's score.")
    model = context.health.of(account.fields)
    if model is not None:
        raise InputError(
            f"the health score of this account is computed by the model {model.name}",
            remedy="Send the facts its measures read, or leave the account out in the model's "
            "`when`.",
        )
    at = fact.occurred_at
    latest = last_given(records, account)
    if latest is not None and at < latest:
        records.put_score(account.id, score, context.band(score), None, at)
        return None
    forced = in_force(records, context, account)
    moved = settle_given(records, context, account, score, at, forced, new=True)
    if moved.anything:
        tell_parent(records, context, account)
    return moved


def _computed(records: Records, context: Context, account: Account, fact: Fact) -> Moved | None:
    """Work the account's health out anew when its model reads the fact."""
    health = context.health
    if fact.kind == "account.changed" and health.rolls_up is not None:
        _tell_parents(records, context, account, fact)
    if not health.may_touch(fact.kind, fact.data):
        return None
    now = records.account(account.id) if fact.kind == "account.changed" else account
    model = health.of(now.fields)
    if model is None:
        if now.assessment is not None and now.assessment.get("model") is not None:
            return _without_model(records, context, now)
        return None
    if not health.touches(model, fact.kind):
        return None
    fields = frozenset(fact.data.get("fields") or ()) if fact.kind == CHANGED else frozenset()
    news = News(fact.kind, fact, fields)
    moved = assess_account(records, context, now, model, in_force(records, context, now), news)
    if moved is not None and moved.anything:
        tell_parent(records, context, now)
    return moved


def _without_model(records: Records, context: Context, account: Account) -> Moved | None:
    """No model has the account any more: its last score stays, as if it came from outside."""
    score = given_score(account)
    if score is None:
        records.keep_assessment(account.id, None, None)
        return None
    forced = in_force(records, context, account)
    return settle_given(records, context, account, score, records.now, forced, new=False)


def _tell_parents(records: Records, context: Context, before: Account, fact: Fact) -> None:
    """A child that gets another parent, or weighs otherwise, matters to both parents."""
    assert context.health.rolls_up is not None
    if context.health.rolls_up.isdisjoint(fact.data.get("fields") or ()):
        return
    tell_parent(records, context, before)
    after = records.account(before.id)
    if after.fields.get("parent") != before.fields.get("parent"):
        tell_parent(records, context, after)
