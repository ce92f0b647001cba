"""An account's health, worked out on the records: what moved, kept with the account and in the
history of its scores. Owes nothing to runs.

What health is, is decided in `engine/health`; here it meets the records. The account is locked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.effects.context import Context
from engine.effects.entities import Account, AccountId, Fact, Override
from engine.effects.records import Records
from engine.errors import NotFound
from engine.health.assessing import NOTHING, Assessment, assess, effective
from engine.health.bands import decide
from engine.health.model import Forced, Model
from engine.health.models import Reads
from engine.health.readings import Child
from engine.health.recording import given_json, same, standing_of, to_json
from engine.health.renewing import News, still

EXPIRY = "expiry"
"""Who ends an override that ends by itself."""
MOST_ANCESTORS = 10
"""How far up a change of a child account is told."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The score and band that count now, and those before. `news`: something else that is known of
    the account's health may be another."""

    score: float
    band: str
    score_before: float | None
    band_before: str | None
    news: bool = False

    @property
    def anything(self) -> bool:
        """Whether score or band is another than before."""
        return (self.score, self.band) != (self.score_before, self.band_before)


class RecordReadings:
    """`Readings` of one account on the records, each kind asked for once."""

    def __init__(self, records: Records, account: Account, reads: Reads) -> None:
        self._records = records
        self._account = account
        self._reads = reads
        self._since: dict[tuple[str, datetime], Sequence[Fact]] = {}
        self._latest: Mapping[str, Fact] | None = None
        self._said: Mapping[str, datetime] | None = None

    def field(self, name: str) -> Any:
        return self._account.fields.get(name)

    def field_since(self, name: str) -> datetime | None:
        if name not in self._reads.aging:
            return None
        if self._said is None:
            self._said = self._records.fields_said(self._account.id, self._reads.aging)
        return self._said.get(name)

    def latest(self, kind: str) -> Fact | None:
        if self._latest is None:
            self._latest = self._records.latest_facts(self._account.id, self._reads.kinds)
        return self._latest.get(kind)

    def since(self, kind: str, at: datetime) -> Sequence[Fact]:
        if (kind, at) not in self._since:
            self._since[kind, at] = self._records.facts_since(self._account.id, [kind], at)
        return self._since[kind, at]

    def children(self) -> Sequence[Child]:
        found = self._records.children(self._account.id)
        return [Child(one.id, one.score, one.fields) for one in found]


# --- computed scores --------------------------------------------------------------------------


def assess_account(
    records: Records,
    context: Context,
    account: Account,
    model: Model,
    forced: Forced | None,
    news: News | None = None,
) -> Moved | None:
    """Work an account's health out under its model, and keep it; return what moved. None when no
    measure has a value: then the last score stays. With `news`, only what a fact touches is read;
    without, everything."""
    reads = context.health.reads[model.name]
    readings = RecordReadings(records, account, reads)
    kept = account.assessment
    found = assess(
        model,
        context.health.bands,
        readings,
        records.now,
        standing_of(kept, account.band, account.band_since),
        forced,
        still(model, reads, kept, news, readings, records.now) if news else NOTHING,
    )
    written = to_json(found)
    records.keep_assessment(account.id, written, found.changes_at)
    if found.score is None or found.band is None:
        return None
    other = not same(written, kept)
    moved = Moved(found.score, found.band, account.score, account.band, other)
    if moved.anything or other:
        since = _since(account, found.band, records.now)
        records.put_score(
            account.id,
            found.score,
            found.band,
            since,
            records.now,
            model=model.id,
            inputs=written,
        )
    return moved


def assess_as_is(records: Records, context: Context, account: Account) -> Assessment | None:
    """Work an account's health out as it would be this instant, and keep nothing."""
    model = context.health.of(account.fields)
    if model is None:
        return None
    standing = standing_of(account.assessment, account.band, account.band_since)
    readings = RecordReadings(records, account, context.health.reads[model.name])
    override = as_forced(records.override(account.id), context, records.now)
    return assess(model, context.health.bands, readings, records.now, standing, override)


def _since(account: Account, band: str, at: datetime) -> datetime:
    return account.band_since if band == account.band and account.band_since else at


# --- scores from outside ----------------------------------------------------------------------


def settle_given(
    records: Records,
    context: Context,
    account: Account,
    score: float,
    at: datetime,
    forced: Forced | None,
    *,
    new: bool,
) -> Moved:
    """Take a score from outside as the account's (`new`), or look again at the one it has: bands
    with hysteresis, and what a person forces, hold for it too."""
    bands = context.health.bands
    standing = standing_of(account.assessment, account.band, account.band_since)
    own = decide(bands, score, standing.band, standing.since, at)
    counts, band = effective(bands, score, own, forced)
    assert counts is not None
    assert band is not None
    ahead = [own.moves_at, forced.until if forced else None]
    changes_at = min((one for one in ahead if one is not None), default=None)
    moved = Moved(counts, band, account.score, account.band)
    again = not new and (moved.anything or account.assessment is not None)
    kept = None
    if forced or own.why or again:
        given_at = at if new else last_given(records, account)
        kept = given_json(score, given_at, own, forced, changes_at)
    if kept is not None or account.assessment is not None or not new:
        records.keep_assessment(account.id, kept, changes_at)
    moved = replace(moved, news=not same(kept, account.assessment))
    if new or moved.anything:
        records.put_score(account.id, counts, band, _since(account, band, at), at, inputs=kept)
    return moved


def given_score(account: Account) -> float | None:
    """Return the score an account has by itself, whatever is forced on it."""
    kept = account.assessment
    if kept is not None and kept.get("computed") is not None:
        return float(kept["computed"])
    return account.score


def last_given(records: Records, account: Account) -> datetime | None:
    """Return of when the latest score from outside is."""
    written = account.assessment.get("given_at") if account.assessment else None
    return datetime.fromisoformat(written) if written else records.last_scored(account.id)


# --- overrides --------------------------------------------------------------------------------


def in_force(records: Records, context: Context, account: Account) -> Forced | None:
    """Return what a person forces on the account; one that has expired is ended.

    The assessment says whether to look: an override is kept there in the same transaction it is
    made in.
    """
    kept = account.assessment
    if not kept or kept.get("forced", {}).get("by") is None:
        return None
    return override_in_force(records, context, account)


def override_in_force(records: Records, context: Context, account: Account) -> Forced | None:
    """The same, looking in any case."""
    override = records.override(account.id)
    if override is not None and override.expires_at and override.expires_at <= records.now:
        records.end_override(account.id, override.expires_at, EXPIRY)
    return as_forced(override, context, records.now)


def as_forced(override: Override | None, context: Context, now: datetime) -> Forced | None:
    """Return an override as what it forces, None when it has expired, or while the workspace has no
    band of that name."""
    if override is None or (override.expires_at is not None and override.expires_at <= now):
        return None
    if all(name != override.band for name, _ in context.health.bands.starts):
        return None
    return Forced(
        override.band, override.by, override.reason, override.made_at, override.expires_at
    )


# --- parents ----------------------------------------------------------------------------------


def tell_parent(records: Records, context: Context, account: Account) -> None:
    """Have the parent assessed soon, in a transaction of its own, when a model looks at children.
    An account that is its own ancestor is not told of itself."""
    parent = account.fields.get("parent")
    if context.health.rolls_up is None or not parent:
        return
    if not _in_circle(records, account.id, AccountId(parent)):
        records.roll_up(AccountId(parent))


def _in_circle(records: Records, account: AccountId, parent: AccountId) -> bool:
    """Tell whether the account is above itself, or its parent is nowhere."""
    above: AccountId | None = parent
    seen: set[AccountId] = set()
    while above is not None and above not in seen and len(seen) < MOST_ANCESTORS:
        if above == account:
            return True
        seen.add(above)
        try:
            written = records.account(above).fields.get("parent")
        except NotFound:  # a parent that is not there, or not yet
            return above == parent
        above = AccountId(written) if written else None
    return len(seen) >= MOST_ANCESTORS
