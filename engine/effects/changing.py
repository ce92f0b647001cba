"""What a fact changes of an account: its fields, its contacts, its health. Owes nothing to runs."""

from __future__ import annotations

from engine.effects.context import Context
from engine.effects.entities import Account, Fact
from engine.effects.records import Records
from engine.effects.waking import step_key
from engine.enrolling.deciding import Change
from engine.errors import InputError


def change(
    records: Records, context: Context, account: Account, fact: Fact
) -> tuple[set[str], Change]:
    """Write down what a fact changes; return the names it touches and what triggers look at."""
    touched = {fact.kind}
    change = Change(fact.kind, fact.data)
    match fact.kind:
        case "health.changed":
            change = _score(records, context, account, fact)
            touched.add("health")
        case "account.changed":
            fields = dict(fact.data.get("fields", {}))
            if fields:
                records.change_account(fact.account, fields)
            touched |= {f"account.{name}" for name in fields}
        case "contact.changed" if fact.contact:
            records.change_contact(fact.contact, dict(fact.data.get("fields", {})))
            touched.add("contacts")
    if fact.node is not None:
        touched.add(step_key(fact.node))
    return touched, change


def _score(records: Records, context: Context, account: Account, fact: Fact) -> Change:
    score = float(fact.data["score"])
    if not 0 <= score <= 100:
        raise InputError("a health score is from 0 to 100", remedy="Correct the fact's score.")
    band, at = context.band(score), fact.occurred_at
    latest = records.last_scored(account.id)
    if latest is not None and at < latest:  # it comes late: a newer one is known already
        records.put_score(fact.account, score, band, None, at)
        return Change(fact.kind, fact.data)
    changed = Change(
        fact.kind,
        fact.data,
        score=score,
        score_before=account.score,
        band=band,
        band_before=account.band,
        scores_within=lambda length: records.scores_since(account.id, at - length),
    )
    since = account.band_since if band == account.band and account.band_since else at
    records.put_score(fact.account, score, band, since, at)
    return changed
