"""Health: why a score is what it is, and what people force on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.effects.assessing import assess_as_is
from engine.effects.context import Context
from engine.effects.entities import Account, AccountId, Override
from engine.effects.ingesting import Ingested
from engine.effects.reassessing import force, release
from engine.effects.records import Records
from engine.effects.story import moment
from engine.errors import InputError, NotFound
from engine.health.recording import to_json
from engine.services.rolling_up import moving
from engine.store.database import Database
from engine.store.queries import health as queries
from engine.wording import nearest


@dataclass(frozen=True, slots=True)
class Explained:
    """An account's health at an instant. `kept` is the JSON of the assessment; None where nothing
    is known of how the score came to be."""

    account: Account
    at: datetime
    score: float | None
    band: str | None
    model: str | None
    kept: Mapping[str, Any] | None


def explain(
    database: Database, context: Context, account: str, at: datetime | None = None
) -> Explained:
    """Say how an account's score comes about: now, or as it was known at an instant. Raises
    NotFound for an unknown account, or when no score was known by then."""
    with database.transaction() as records:
        now = records.now
        found = records.account(AccountId(account))
        if at is None:
            return _now(records, context, found)
    if at > now:
        raise InputError(
            f"{moment(at, context.workspace.zone)} is not past yet",
            remedy="Leave --at out to see the score as it is now.",
        )
    with database.begin() as connection:
        row = queries.score_known_at(connection, found.id, at)
    if row is None:
        raise NotFound(
            f"no score of {account} was known on {moment(at, context.workspace.zone)}",
            remedy=f"See those there are with `tenure health history {account}`.",
        )
    kept = {"computed": row.score, **(row.inputs or {}), "score": row.score, "band": row.band}
    return Explained(found, row.at, row.score, row.band, row.model, kept)


def _now(records: Records, context: Context, found: Account) -> Explained:
    assessment = assess_as_is(records, context, found)
    if assessment is not None:
        kept: Mapping[str, Any] | None = to_json(assessment)
        score, band = assessment.score, assessment.band
        if score is None:
            score, band = found.score, found.band
        return Explained(found, records.now, score, band, assessment.model.id, kept)
    if found.score is None:
        return Explained(found, records.now, None, None, None, None)
    counts = {"score": found.score, "band": found.band}
    kept = {"computed": found.score, **(found.assessment or {}), **counts}
    return Explained(found, records.now, found.score, found.band, None, kept)


def override_health(
    database: Database,
    context: Context,
    account: str,
    band: str,
    *,
    reason: str,
    by: str,
    until: datetime | None = None,
) -> Ingested:
    """Force an account's band until an instant, or until it is released. Raises InputError for an
    unknown band, an empty reason or an instant that is past."""
    bands = [one.name for one in context.workspace.bands]
    if band not in bands:
        near = nearest(band, bands)
        raise InputError(
            f"there is no band {band!r}" + (f"; {near!r}?" if near else ""),
            remedy=f"There are {', '.join(bands)}.",
        )
    if not reason.strip():
        raise InputError("an override needs a reason", remedy="Say why: --reason …")

    def work(records: Records) -> Ingested:
        if until is not None and until <= records.now:
            raise InputError(
                f"{moment(until, context.workspace.zone)} is past",
                remedy="Let it end in the future.",
            )
        override = Override(AccountId(account), band, reason.strip(), by, records.now, until)
        return force(records, context, override)

    return moving(database, context, work)


def release_health(database: Database, context: Context, account: str, *, by: str) -> Ingested:
    """End the override of an account. Raises NotFound when there is none."""

    def work(records: Records) -> Ingested:
        records.account(AccountId(account))
        if records.override(AccountId(account)) is None:
            raise NotFound(
                f"nothing overrides the health of {account}",
                remedy="See what does with `tenure health list --forced`.",
            )
        return release(records, context, AccountId(account), by)

    return moving(database, context, work)
