"""The read side: filters, order, pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.effects.entities import AccountId, EnrollmentId, TaskId
from engine.errors import InputError, NotFound
from engine.store.comments import comment_on
from engine.store.database import Database
from engine.store.directory import put_accounts, put_contacts, put_users
from engine.store.publishing import make_live, put_plan
from engine.store.queries.accounts import list_accounts, show_account
from engine.store.queries.overview import list_plans
from engine.store.queries.people import list_users
from engine.store.queries.runs import list_runs, show_run, unclear_sends
from engine.store.queries.tasks import Comment, list_tasks, show_task
from tests.records.samples import (
    ACCOUNTS,
    ACME,
    ANNA,
    BRANCH,
    CONTACTS,
    DAY,
    MIRA,
    PLAN,
    PLAN_HASH,
    T0,
    USERS,
    effect,
    fact,
    line,
    task,
    wait,
)
from tests.records.samples import enrollment as run

LATE = task("t-late", due_at=T0 + 9 * DAY, status="open", snoozed_until=None)
SOON = task("t-soon", due_at=T0, status="open", snoozed_until=T0 + 2 * DAY, account=BRANCH)
NEVER = task("t-never", due_at=None, status="open", snoozed_until=None, assignee="u-vp")
DONE = task("t-done", status="done")
FINISHED = run("e-2", status="finished", outcome="won", account=BRANCH, ended_at=T0 + DAY)


@pytest.fixture
def full(store: Database) -> Database:
    """The store with something of everything."""
    with store.begin() as connection:
        put_accounts(connection, {account.id: account.fields for account in ACCOUNTS})
        put_contacts(connection, CONTACTS)
        put_users(connection, USERS)
        put_plan(connection, PLAN, T0)
        make_live(connection, PLAN.playbook, PLAN_HASH, T0, "u-vp")
    with store.transaction() as records:
        for each in (run(), FINISHED, run("e-3", contact=ANNA, started_at=T0 + DAY)):
            records.put_enrollment(each)
        for each in (LATE, SOON, NEVER, DONE):
            records.put_task(each)
        records.put_wait(wait())
        records.put_fact(fact())
        records.put_score(ACME, 30, "red", T0, T0)
        records.put_line(line("k-2", at=T0 + DAY))
        records.put_line(line("k-1"))
        for status in ("intent", "unknown", "accepted"):
            records.put_effect(effect(status, status=status, at=T0 + DAY))
    return store


def test_tasks_are_listed_by_due_date(full: Database) -> None:
    with full.begin() as connection:
        assert [row.task for row in list_tasks(connection)] == [SOON, LATE, NEVER]
        first = list_tasks(connection)[0]
        assert (first.account_name, first.playbook) == ("Zürich", "wait-a-day")


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"assignee": MIRA.id}, ["t-soon", "t-late"]),
        ({"assignee": MIRA.id, "status": None}, ["t-soon", "t-done", "t-late"]),
        ({"status": "done"}, ["t-done"]),
        ({"account": BRANCH}, ["t-soon"]),
        ({"overdue_at": T0 + DAY}, ["t-soon"]),
        ({"overdue_at": T0}, []),
        ({"snoozed_at": T0 + DAY}, ["t-late", "t-never"]),
        ({"snoozed_at": T0 + 2 * DAY}, ["t-soon", "t-late", "t-never"]),
        ({"limit": 1}, ["t-soon"]),
    ],
)
def test_tasks_are_filtered(full: Database, filters: dict[str, object], ids: list[str]) -> None:
    with full.begin() as connection:
        found = list_tasks(connection, **filters)  # type: ignore[arg-type]
    assert [row.task.id for row in found] == ids


def test_pages_of_tasks_join_without_gap_or_repeat(full: Database) -> None:
    ties = [replace(LATE, id=TaskId(f"u-{n}"), path=(str(n),)) for n in range(5)]
    undated = [replace(NEVER, id=TaskId(f"v-{n}"), path=(str(n),)) for n in range(3)]
    with full.transaction() as records:
        for each in (*ties, *undated):
            records.put_task(each)
    with full.begin() as connection:
        whole = [row.task.id for row in list_tasks(connection)]
        paged, after = [], None
        while page := list_tasks(connection, after=after, limit=2):
            paged += [row.task.id for row in page]
            after = page[-1].cursor
    assert paged == whole
    assert len(whole) == 11


def test_task_is_shown_with_its_comments(full: Database) -> None:
    with full.begin() as connection:
        comment_on(connection, LATE.id, MIRA.id, T0, "called")
        comment_on(connection, LATE.id, MIRA.id, T0, "again")
        shown, comments = show_task(connection, LATE.id)
        assert shown.task == LATE
        assert comments == [Comment("u-mira", T0, "called"), Comment("u-mira", T0, "again")]
        with pytest.raises(NotFound, match="no task t-0"):
            show_task(connection, TaskId("t-0"))
    with pytest.raises(NotFound), full.begin() as connection:
        comment_on(connection, TaskId("t-0"), MIRA.id, T0, "called")


@pytest.mark.parametrize("cursor", ["x", "2026-99-01~t-1", ""])
def test_cursor_nobody_gave_is_refused(full: Database, cursor: str) -> None:
    with full.begin() as connection, pytest.raises(InputError, match="cursor"):
        list_tasks(connection, after=cursor)
    with full.begin() as connection, pytest.raises(InputError, match="cursor"):
        list_runs(connection, after=cursor)


def test_accounts_are_listed_with_runs_and_tasks(full: Database) -> None:
    with full.begin() as connection:
        found = list_accounts(connection)
        assert [(row.account.id, row.runs, row.open_tasks) for row in found] == [
            ("Branch-2", 0, 0),
            ("acme", 2, 2),
            ("branch", 0, 1),
        ]
        assert list_accounts(connection, after=AccountId("acme")) == found[2:]
        assert list_accounts(connection, band="red") == found[1:2]
        assert list_accounts(connection, csm=MIRA.id) == []


def test_account_is_shown_whole(full: Database) -> None:
    with full.begin() as connection:
        page = show_account(connection, ACME)
        with pytest.raises(NotFound):
            show_account(connection, AccountId("nowhere"))
    assert page.account.score == 30
    assert page.contacts == (CONTACTS[1], CONTACTS[0])
    assert [each.id for each in page.runs] == ["e-3", "e-1"]
    assert page.scores == ((T0, 30, "red"),)


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, ["e-3", "e-2", "e-1"]),
        ({"status": "active"}, ["e-3", "e-1"]),
        ({"playbook": "other"}, []),
        ({"account": BRANCH}, ["e-2"]),
        ({"outcome": "won"}, ["e-2"]),
        ({"limit": 2}, ["e-3", "e-2"]),
    ],
)
def test_runs_are_filtered(full: Database, filters: dict[str, object], ids: list[str]) -> None:
    with full.begin() as connection:
        found = list_runs(connection, **filters)  # type: ignore[arg-type]
    assert [row.run.id for row in found] == ids


def test_runs_continue_after_a_cursor(full: Database) -> None:
    with full.begin() as connection:
        cursor = list_runs(connection, limit=2)[-1].cursor
        assert [row.run.id for row in list_runs(connection, after=cursor)] == ["e-1"]


def test_run_is_shown_with_timeline_and_ledger(full: Database) -> None:
    with full.begin() as connection:
        page = show_run(connection, EnrollmentId("e-1"))
        with pytest.raises(NotFound):
            show_run(connection, EnrollmentId("e-9"))
    assert (page.run, page.account_name) == (run(), "Acme")
    assert [each.key for each in page.lines] == ["k-1", "k-2"]
    assert [each.key for each in page.effects] == ["accepted", "intent", "unknown"]


def test_unclear_sends_are_unknown_or_stale(full: Database) -> None:
    with full.begin() as connection:
        fresh = unclear_sends(connection, stale_before=T0)
        stale = unclear_sends(connection, stale_before=T0 + 2 * DAY)
    assert [each.key for each in fresh] == ["unknown"]
    assert [each.key for each in stale] == ["intent", "unknown"]


def test_plans_are_listed_with_their_runs(full: Database) -> None:
    with full.begin() as connection:
        (found,) = list_plans(connection)
        assert list_plans(connection, playbook="other") == []
    assert (found.hash, found.live, found.under_way, found.finished) == (PLAN_HASH, True, 2, 1)


def test_users_are_listed_with_leave(full: Database) -> None:
    with full.begin() as connection:
        assert list_users(connection) == [*USERS]
