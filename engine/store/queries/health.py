"""Health as people see it: the list, an account's scores as they were known, what is recorded of
its past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from engine.effects.entities import Account, AccountId, Override
from engine.store.queries.paging import page_size
from engine.store.rows import ACCOUNTS, OVERRIDES
from engine.store.scores import counting, latest_known
from engine.store.tables import account_scores, accounts, facts, health_overrides

_STALE = accounts.c.assessment.path_exists("$.groups[*].measures[*].stale ? (@ == true)")
_FORCED = accounts.c.assessment.has_key("forced")


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A score of the history: from when it counts, when it became known, by which model and from
    what. Without a model it came from outside."""

    at: datetime
    known_at: datetime
    score: float
    band: str
    model: str | None
    inputs: Mapping[str, Any] | None


_SCORE = (
    account_scores.c.at,
    account_scores.c.known_at,
    account_scores.c.score,
    account_scores.c.band,
    account_scores.c.model,
    account_scores.c.inputs,
)


def list_health(
    connection: Connection,
    *,
    band: str | None = None,
    stale: bool = False,
    forced: bool = False,
    after: AccountId | None = None,
    limit: int = 50,
) -> Sequence[Account]:
    """Return accounts with a score, the lowest first; `after` is the last of the page before."""
    page = select(*ACCOUNTS.columns).where(accounts.c.score.is_not(None))
    if band is not None:
        page = page.where(accounts.c.band == band)
    if stale:
        page = page.where(_STALE)
    if forced:
        page = page.where(_FORCED)
    if after is not None:
        last = select(accounts.c.score, accounts.c.id).where(accounts.c.id == after).subquery()
        where = accounts.c.score > select(last.c.score).scalar_subquery()
        same = accounts.c.score == select(last.c.score).scalar_subquery()
        page = page.where(where | (same & (accounts.c.id > after)))
    page = page.order_by(accounts.c.score, accounts.c.id).limit(page_size(limit))
    return [ACCOUNTS.read(row) for row in connection.execute(page)]


def score_history(
    connection: Connection, account: AccountId, *, limit: int = 50
) -> Sequence[ScoreRow]:
    """Return an account's scores, the latest first; those that were corrected later too."""
    page = (
        select(*_SCORE)
        .where(account_scores.c.account == account)
        .order_by(account_scores.c.at.desc(), account_scores.c.known_at.desc())
        .limit(page_size(limit))
    )
    return [ScoreRow(*row) for row in connection.execute(page)]


def score_known_at(connection: Connection, account: AccountId, at: datetime) -> ScoreRow | None:
    """Return the score as it was known at an instant."""
    row = connection.execute(counting(*_SCORE, account=account, at=at, known_by=at)).first()
    return None if row is None else ScoreRow(*row)


def overrides_of(connection: Connection, account: AccountId) -> Sequence[Override]:
    """Return what people have forced on an account, the latest first, ended ones too."""
    found = (
        select(*OVERRIDES.columns)
        .where(health_overrides.c.account == account)
        .order_by(health_overrides.c.number.desc())
    )
    return [OVERRIDES.read(row) for row in connection.execute(found)]


# --- for computing the past anew --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of an account: facts as (kind, occurred_at, known_at, data, contact)."""

    account: Account
    facts: Sequence[tuple[str, datetime, datetime, Mapping[str, Any], str | None]]
    scores: Sequence[ScoreRow]
    overrides: Sequence[Override]


def count_accounts(connection: Connection) -> int:
    """Return how many accounts there are."""
    return connection.scalar(select(func.count()).select_from(accounts)) or 0


def page_of_accounts(
    connection: Connection, after: AccountId | None, limit: int
) -> Sequence[Account]:
    """Return accounts by id, those after one."""
    page = select(*ACCOUNTS.columns).order_by(accounts.c.id).limit(limit)
    if after is not None:
        page = page.where(accounts.c.id > after)
    return [ACCOUNTS.read(row) for row in connection.execute(page)]


def recorded(
    connection: Connection, page: Sequence[Account], kinds: Collection[str], until: datetime
) -> Sequence[Recorded]:
    """Return what was recorded of some accounts and known by an instant."""
    ids = [one.id for one in page]
    known: dict[str, list[Any]] = defaultdict(list)
    scores: dict[str, list[ScoreRow]] = defaultdict(list)
    forced: dict[str, list[Override]] = defaultdict(list)
    of_facts = (facts.c.kind, facts.c.occurred_at, facts.c.known_at, facts.c.data, facts.c.contact)
    where = facts.c.account.in_(ids) & facts.c.kind.in_(kinds) & (facts.c.known_at <= until)
    for account, *fact in connection.execute(select(facts.c.account, *of_facts).where(where)):
        known[account].append(tuple(fact))
    within = account_scores.c.account.in_(ids) & (account_scores.c.known_at <= until)
    ordered = latest_known(account_scores.c.account, *_SCORE).where(within)
    for account, *score in connection.execute(ordered):
        scores[account].append(ScoreRow(*score))
    made = select(*OVERRIDES.columns).where(health_overrides.c.account.in_(ids))
    for row in connection.execute(made.order_by(health_overrides.c.number)):
        override = OVERRIDES.read(row)
        forced[override.account].append(override)
    return [Recorded(one, known[one.id], scores[one.id], forced[one.id]) for one in page]
