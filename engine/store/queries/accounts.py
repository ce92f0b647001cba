"""Accounts as people see them: the list, one account with its people and runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from engine.effects.entities import Account, AccountId, Contact, Enrollment, UserId
from engine.errors import NotFound
from engine.store.queries.paging import page_size
from engine.store.rows import ACCOUNTS, CONTACTS, ENROLLMENTS
from engine.store.scores import latest_known
from engine.store.tables import account_scores, accounts, contacts, enrollments, tasks


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with how many runs are under way and tasks open. Its id continues the list."""

    account: Account
    runs: int
    open_tasks: int


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One account, with its contacts, its runs (latest first) and its last scores."""

    account: Account
    contacts: tuple[Contact, ...]
    runs: tuple[Enrollment, ...]
    scores: tuple[tuple[datetime, float, str], ...]


_RUNS = (
    select(func.count())
    .where(enrollments.c.account == accounts.c.id, enrollments.c.status != "finished")
    .scalar_subquery()
)
_OPEN = (
    select(func.count())
    .where(tasks.c.account == accounts.c.id, tasks.c.status == "open")
    .scalar_subquery()
)


def list_accounts(
    connection: Connection,
    *,
    csm: UserId | None = None,
    band: str | None = None,
    after: AccountId | None = None,
    limit: int = 50,
) -> Sequence[AccountRow]:
    """Return a page of accounts by id; `after` is the id of the last one of the page before."""
    page = select(*ACCOUNTS.columns, _RUNS, _OPEN).order_by(accounts.c.id).limit(page_size(limit))
    if csm is not None:
        page = page.where(accounts.c.csm == csm)
    if band is not None:
        page = page.where(accounts.c.band == band)
    if after is not None:
        page = page.where(accounts.c.id > after)
    return [_row(row) for row in connection.execute(page)]


def show_account(connection: Connection, account: AccountId) -> AccountPage:
    """Return an account with what belongs to it. Raises NotFound."""
    row = connection.execute(select(*ACCOUNTS.columns).where(accounts.c.id == account)).first()
    if row is None:
        raise NotFound(
            f"there is no account {account}", remedy="`tenure accounts list` shows the ids."
        )
    people = connection.execute(
        select(*CONTACTS.columns).where(contacts.c.account == account).order_by(contacts.c.id)
    )
    runs = connection.execute(
        select(*ENROLLMENTS.columns)
        .where(enrollments.c.account == account)
        .order_by(enrollments.c.started_at.desc(), enrollments.c.number.desc())
        .limit(100)
    )
    shown = (account_scores.c.at, account_scores.c.score, account_scores.c.band)
    known = latest_known(*shown).where(account_scores.c.account == account).subquery()
    scores = connection.execute(
        select(known.c.at, known.c.score, known.c.band).order_by(known.c.at.desc()).limit(30)
    )
    return AccountPage(
        ACCOUNTS.read(row),
        tuple(CONTACTS.read(person) for person in people),
        tuple(ENROLLMENTS.read(run) for run in runs),
        tuple((at, score, band) for at, score, band in scores),
    )


def _row(row: Any) -> AccountRow:
    *account, runs, open_tasks = row
    return AccountRow(ACCOUNTS.read(account), runs, open_tasks)
