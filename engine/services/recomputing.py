"""What scores would have been under other health models, over recorded facts. Writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.effects.assessing import MOST_ANCESTORS
from engine.effects.context import Context
from engine.effects.entities import AccountId
from engine.errors import AuthorError, InputError
from engine.health.codec import models_from_json
from engine.health.model import Forced
from engine.health.models import CHANGED, CREATED, Models
from engine.health.replaying import Past, PastFact, Scored, replay
from engine.language.workspace.disk import Disk
from engine.language.workspace.health import build_health
from engine.language.workspace.health_forms import HealthForm
from engine.language.workspace.model import Workspace
from engine.language.workspace.reading import read_sheet
from engine.store.database import Database
from engine.store.queries import health as queries
from engine.store.queries.health import Recorded

PAGE = 200


@dataclass(frozen=True, slots=True)
class Differs:
    """One account: the score and band at the end, as recorded and as recomputed, and how often the
    band changed in the time."""

    account: AccountId
    model: str | None
    recorded: float | None
    recorded_band: str | None
    recorded_moves: int
    recomputed: float | None
    recomputed_band: str | None
    recomputed_moves: int

    @property
    def change(self) -> float | None:
        """By how much the recomputed score differs."""
        if self.recorded is None or self.recomputed is None:
            return None
        return round(self.recomputed - self.recorded, 1)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """All accounts a model has, and how many went from which band to which at the end."""

    start: datetime
    end: datetime
    models: tuple[str, ...]
    accounts: tuple[Differs, ...]

    @property
    def moves(self) -> Mapping[tuple[str | None, str | None], int]:
        """Count accounts by recorded and recomputed band."""
        return Counter((one.recorded_band, one.recomputed_band) for one in self.accounts)


def models_in_file(context: Context, path: Path) -> Models:
    """Read a health.yaml against the applied workspace; AuthorError with all its problems."""
    disk = Disk(path.parent)
    sheet = read_sheet(disk, path, HealthForm)
    workspace = context.workspace
    made = build_health(sheet, workspace.schema, workspace.bands) if sheet.form else {}
    problems = (*disk.problems, *sheet.problems)
    if problems or not made:
        said = f": {problems[0].where} {problems[0].message}" if problems else ""
        raise AuthorError(
            f"{path.name} cannot be used{said}",
            problems=problems,
            remedy=problems[0].remedy if problems else "Name a health.yaml.",
        )
    return models_of(workspace, made)


def models_of(workspace: Workspace, health: Mapping[str, Any] | None = None) -> Models:
    """Return a workspace's models, or others within its bands."""
    bands = [(band.name, band.at_least) for band in workspace.bands]
    return models_from_json(workspace.health if health is None else health, bands)


def recompute(
    database: Database,
    models: Models,
    start: datetime,
    end: datetime,
    *,
    only: Sequence[str] = (),
    beat: Callable[[], None] = lambda: None,
) -> Recomputed:
    """Compute the scores from `start` to `end` anew under `models`, knowing at each instant what
    was known then, and compare them with those recorded. `beat` is called for each account.
    InputError without a model or a time."""
    if not models.models:
        raise InputError(
            "there is no health model to compute with",
            remedy="Write health.yaml, or name one with --model.",
        )
    if start >= end:
        raise InputError("the time ends before it begins", remedy="Let --from be before --to.")
    with database.begin() as connection:
        found = tuple(_each(connection, models, start, end, frozenset(only), beat))
    return Recomputed(start, end, tuple(one.id for one in models.models), found)


def _each(
    connection: Connection,
    models: Models,
    start: datetime,
    end: datetime,
    only: frozenset[str],
    beat: Callable[[], None],
) -> Iterator[Differs]:
    played: dict[str, tuple[Mapping[str, Any], list[Scored]]] = {}
    waiting: list[Recorded] = []
    for one in _recorded(connection, models, end):
        beat()
        if models.rolls_up is None:
            if not only or one.account.id in only:
                scores = replay(models, _past(one, {}), start, end)
                yield from _differs(one, scores, start, end)
        else:
            waiting.append(one)
    for one in _children_first(waiting):
        below = {id: kept for id, kept in played.items() if kept[0].get("parent") == one.account.id}
        scores = replay(models, _past(one, below), start, end)
        given = scores or [Scored(row.at, row.score, row.band, "") for row in one.scores]
        played[one.account.id] = (one.account.fields, given)
        if not only or one.account.id in only:
            yield from _differs(one, scores, start, end)


def _recorded(connection: Connection, models: Models, end: datetime) -> Iterator[Recorded]:
    kinds = {*models.kinds, CREATED, CHANGED}
    after: AccountId | None = None
    while page := queries.page_of_accounts(connection, after, PAGE):
        yield from queries.recorded(connection, page, kinds, end)
        after = page[-1].id


def _children_first(waiting: Sequence[Recorded]) -> Sequence[Recorded]:
    parents = {one.account.id: one.account.fields.get("parent") for one in waiting}

    def depth(one: Recorded) -> int:
        at, above = 0, parents[one.account.id]
        while above in parents and at < MOST_ANCESTORS:
            at, above = at + 1, parents[AccountId(above)]
        return at

    return sorted(waiting, key=depth, reverse=True)


def _past(one: Recorded, children: Mapping[str, Any]) -> Past:
    facts = [
        PastFact(known_at, occurred_at, kind, data, contact)
        for kind, occurred_at, known_at, data, contact in one.facts
    ]
    forced = [
        (
            each.made_at,
            min((at for at in (each.ended_at, each.expires_at) if at), default=None),
            Forced(each.band, each.by, each.reason, each.made_at, each.expires_at),
        )
        for each in one.overrides
    ]
    return Past(one.account.fields, facts, forced, children)


def _differs(
    one: Recorded, scores: Sequence[Scored], start: datetime, end: datetime
) -> Iterator[Differs]:
    if not scores:
        return
    known = [row for row in one.scores if row.at <= end]
    inside = [row.band for row in known if row.at >= start]
    last = known[-1] if known else None
    yield Differs(
        account=one.account.id,
        model=scores[-1].model,
        recorded=last.score if last else None,
        recorded_band=last.band if last else None,
        recorded_moves=_moves(inside),
        recomputed=scores[-1].score,
        recomputed_band=scores[-1].band,
        recomputed_moves=_moves([each.band for each in scores]),
    )


def _moves(bands: Sequence[str]) -> int:
    """Count the changes.

    >>> _moves(["red", "red", "yellow", "red"])
    2
    """
    return sum(one != other for one, other in pairwise(bands))
