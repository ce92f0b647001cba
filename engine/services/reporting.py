"""The numbers for the business: what `tenure report` shows, over one period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.errors import InputError
from engine.language.workspace.model import Workspace
from engine.reporting.figures import Figure, Period, Report, Section
from engine.reporting.health import Health, distribution, moves
from engine.reporting.history import UNKNOWN, History
from engine.reporting.playbooks import playbook_figures
from engine.reporting.revenue import Standing, revenue
from engine.reporting.surveys import surveys
from engine.store.queries import figures as seen
from engine.store.queries.figures import AccountSeen

CHURNED = "churned"
"""The lifecycle stage of an account that is a customer no more."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which accounts a report is about, by their segment and CSM as they are now."""

    segment: str | None = None
    csm: str | None = None

    @property
    def all(self) -> bool:
        """Whether it is about all of them."""
        return self.segment is None and self.csm is None


def make_report(
    connection: Connection,
    workspace: Workspace,
    period: Period,
    now: datetime,
    scope: Scope = Scope(),
) -> Report:
    """Compute every figure of a period. `now` decides which open tasks are late, and ends a period
    that is not over. Raises InputError for a scope without accounts."""
    period = Period(period.first, min(period.end, max(now, period.first)))
    accounts = seen.histories(
        connection, ("arr", "lifecycle"), segment=scope.segment, csm=scope.csm
    )
    if not accounts and not scope.all:
        raise InputError(
            "no account is in what was asked for",
            remedy="Segment and CSM are those an account has now: `tenure accounts list`.",
        )
    sections = [
        Section("Revenue and customers", revenue([_standing(one, period) for one in accounts])),
        Section("Surveys", tuple(_surveys(connection, period, _only(scope, accounts)))),
        *_health(connection, workspace, accounts, period),
        *_playbooks(connection, period, now, _only(scope, accounts)),
    ]
    kept = tuple(section for section in sections if section.figures)
    return Report(period, kept, tuple(_notes(accounts, scope)))


def _only(scope: Scope, accounts: Sequence[AccountSeen]) -> frozenset[str] | None:
    """Return the accounts a report is about; None for all, those deleted since included."""
    return None if scope.all else frozenset(one.id for one in accounts)


def _about(account: str, only: frozenset[str] | None) -> bool:
    return only is None or account in only


# --- revenue ----------------------------------------------------------------------------------


def _standing(account: AccountSeen, period: Period) -> Standing:
    history = account.history
    start, end = _arr(history, period.first), _arr(history, period.end)
    return Standing(account.id, account.name, start, end)


def _arr(history: History, at: datetime) -> float | None:
    """Return what an account pays as a customer; 0 when it is none, None when that is unknown."""
    if not history.existed(at):
        return 0
    stage, arr = history.at("lifecycle", at), history.at("arr", at)
    if stage == CHURNED:
        return 0
    return None if UNKNOWN in (arr, stage) else float(arr or 0)


def _notes(accounts: Sequence[AccountSeen], scope: Scope) -> list[str]:
    notes = []
    if any(one.history.created_at is None for one in accounts):
        notes.append(
            "Some accounts were there before their history was recorded: what nothing is known to "
            "have changed is taken to have been as it is now."
        )
    if not scope.all:
        notes.append("Accounts are taken by the segment and CSM they have now.")
    return notes


# --- surveys and health -----------------------------------------------------------------------


def _surveys(connection: Connection, period: Period, only: frozenset[str] | None) -> list[Figure]:
    asked = [one for one in seen.asked(connection, period) if _about(one.account, only)]
    answers = [one for one in seen.answered(connection, period) if _about(one.account, only)]
    return surveys(period, asked, answers)


def _health(
    connection: Connection, workspace: Workspace, accounts: Sequence[AccountSeen], period: Period
) -> list[Section]:
    before = seen.scores_at(connection, period.first)
    after = seen.scores_at(connection, period.end)
    healths = [
        Health(
            one.id,
            one.name,
            before[one.id][1] if one.id in before else None,
            after[one.id][1] if one.id in after else None,
            after[one.id][0] if one.id in after else None,
        )
        for one in accounts
        if one.history.existed(period.end)
    ]
    bands = [band.name for band in workspace.bands]
    return [
        Section("Health at the end", tuple(distribution(bands, healths))),
        Section("Moves between bands", tuple(moves(bands, healths))),
    ]


# --- playbooks --------------------------------------------------------------------------------


def _playbooks(
    connection: Connection, period: Period, now: datetime, only: frozenset[str] | None
) -> list[Section]:
    runs = [one for one in seen.ran(connection, period) if _about(one.account, only)]
    tasks = [one for one in seen.due(connection, period) if _about(one.account, only)]
    names = sorted({one.playbook for one in runs} | {one.playbook for one in tasks})
    return [
        Section(name, tuple(playbook_figures(name, period, runs, tasks, now))) for name in names
    ]
