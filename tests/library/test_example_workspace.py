"""The example workspace: its files import without a complaint, and its story plays to the end."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from engine.calendars import parse_span
from engine.effects.context import Context
from engine.effects.entities import (
    Account,
    AccountId,
    Contact,
    ContactId,
    Fact,
    FactId,
    User,
    UserId,
)
from engine.plan.clock import Clock
from engine.services.authoring import check_workspace
from engine.services.rehearsal import read_story
from engine.simulation.habits import Habit
from engine.simulation.simulator import Simulator
from engine.simulation.trace import Trace
from engine.simulation.world import World
from engine.store.database import Database
from engine.store.importing import Kind, import_csv, read_mapping
from engine.store.schema import upgrade

EXAMPLE = Path(__file__).parents[2] / "examples" / "workspace"
DATA = EXAMPLE / "data"
MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)
ROWS: Mapping[Kind, int] = {"users": 19, "accounts": 28, "contacts": 87}


def rows(kind: Kind) -> list[dict[str, str]]:
    """Read a file with its columns renamed to fields; empty cells left out."""
    fields = read_mapping(DATA / "mapping.yaml", kind)
    with (DATA / f"{kind}.csv").open(encoding="utf-8", newline="") as lines:
        return [
            {str(fields[column]): cell for column, cell in row.items() if cell}
            for row in csv.DictReader(lines)
        ]


# --- the files --------------------------------------------------------------------------------


def test_files_import_without_a_complaint_and_again_without_a_change(database: str) -> None:
    upgrade(database)
    store = Database(database, Clock())
    schema = check_workspace(EXAMPLE).workspace().schema
    try:
        for kind, count in ROWS.items():
            mapping = read_mapping(DATA / "mapping.yaml", kind)
            first = import_csv(store, kind, DATA / f"{kind}.csv", mapping, schema)
            assert (first.rejected, first.warnings, len(first.created)) == ((), (), count)
            again = import_csv(store, kind, DATA / f"{kind}.csv", mapping, schema)
            assert (again.unchanged, again.imported) == (count, 0)
    finally:
        store.close()


def test_every_name_in_the_files_leads_to_somebody() -> None:
    workspace = check_workspace(EXAMPLE).workspace()
    users = {row["id"] for row in rows("users")}
    accounts = {row["id"] for row in rows("accounts")}
    named = {row["csm"] for row in rows("accounts")}
    named |= {row["manager"] for row in rows("users") if "manager" in row}
    named |= {member for team in workspace.teams.values() for member in team}
    named |= {role.of for role in workspace.roles.values() if role.how == "user"}
    assert named <= users
    assert {row["calendar"] for row in rows("users")} <= set(workspace.calendars)
    assert {row["account"] for row in rows("contacts")} == accounts
    assert all(row["email"].endswith(".example") for row in (*rows("contacts"), *rows("users")))


# --- the story --------------------------------------------------------------------------------


def world() -> World:
    made = World(MONDAY)
    made.add_users(
        User(
            UserId(row["id"]),
            row["name"],
            row["email"],
            row["zone"],
            row["calendar"],
            UserId(row["manager"]) if "manager" in row else None,
            _leave(row.get("leave", "")),
        )
        for row in rows("users")
    )
    made.add_accounts(
        Account(AccountId(row["id"]), {**row, "arr": float(row["arr"])}) for row in rows("accounts")
    )
    made.add_contacts(
        Contact(ContactId(row["id"]), AccountId(row["account"]), row.get("role"), row["email"], row)
        for row in rows("contacts")
    )
    return made


def _leave(written: str) -> tuple[tuple[date, date], ...]:
    first, _, last = written.partition("..")
    return ((date.fromisoformat(first), date.fromisoformat(last)),) if written else ()


def habit(act: Any, step: str, after: str, **answers: Any) -> Habit:
    return Habit(act, step, parse_span(after), answers)


HABITS = (
    habit("complete", "sales-handover", "3 business hours", why_they_bought="…", set_up="standard"),
    habit(
        "complete",
        "kickoff-call",
        "4 business days",
        kickoff_date="2026-03-06",
        goals="One set of numbers",
        success_criteria="Monday's meeting runs on it",
        go_live="2026-04-30",
    ),
    habit("approve", "kickoff-summary", "3 business hours"),
    habit("complete", "check-set-up", "2 business days"),
    habit("complete", "unblock", "1 business day", blocker="time"),
    habit("answer", "onboarding-csat", "1 business day", score=4),
    habit("complete", "success-plan", "3 business days", next_goal="…", next_review="2026-06-30"),
    habit("complete", "find-out-why", "3 business hours", cause="support"),
    habit(
        "complete",
        "triage",
        "5 business hours",
        verdict="at risk",
        risk_reason="usage",
        what_we_know="Two teams have stopped",
    ),
    habit("approve", "we-noticed", "3 business hours"),
    habit("complete", "working-session", "3 business days", stuck_at="The import"),
    habit("complete", "update", "3 business hours", outlook="saved", what_happened="They are back"),
    habit("approve", "won", "1 business day"),
    habit("complete", "handover-notes", "1 business day", set_up="…", known_issues="none"),
    habit("approve", "accept", "4 business hours"),
    habit("complete", "look-back", "1 business day", they_write_to="support"),
)


@cache
def played() -> Trace:
    """The story, played for half a year, with people who do their work."""
    found = check_workspace(EXAMPLE)
    made = world()
    made.make_live(*found.plans.values())
    simulator = Simulator(Context.of(found.workspace()), made, habits=HABITS)
    simulator.feed(
        Fact(
            FactId(one.fact["id"]),
            one.fact["fact"],
            AccountId(one.fact["account"]),
            MONDAY + one.after,
            one.fact.get("data", {}),
            ContactId(one.fact["contact"]) if "contact" in one.fact else None,
        )
        for one in read_story(DATA / "facts.jsonl")
    )
    simulator.run(MONDAY + timedelta(days=180))
    return simulator.trace()


def test_every_fact_of_the_story_is_declared_in_order_and_on_a_weekday() -> None:
    declared = check_workspace(EXAMPLE).workspace().schema.facts
    written = [json.loads(line) for line in (DATA / "facts.jsonl").read_text().splitlines()]
    assert len({fact["id"] for fact in written}) == len(written)
    assert {fact["fact"] for fact in written} <= set(declared)
    story = read_story(DATA / "facts.jsonl")
    assert [one.fact["id"] for one in story] == [fact["id"] for fact in written]
    assert all((MONDAY + one.after).weekday() < 5 for one in story)


def test_the_story_takes_in_every_fact_and_no_run_fails() -> None:
    assert played().rejections == ()
    runs = played().enrollments.values()
    assert "failed" not in {run.outcome for run in runs}
    outcomes = Counter((run.playbook, run.outcome or "under way") for run in runs)
    told = ("onboarding", "health-dip", "churn-rescue", "support-handoff")
    assert {ended: count for ended, count in outcomes.items() if ended[0] in told} == {
        ("onboarding", "live"): 21,
        ("onboarding", "lost"): 1,
        ("onboarding", "paused"): 1,
        ("onboarding", "under way"): 1,
        ("health-dip", "achieved"): 1,
        ("churn-rescue", "achieved"): 3,
        # Whoever goes live is handed over to support.
        ("support-handoff", "handed_over"): 21,
    }


def test_an_upgrade_of_a_live_customer_starts_no_onboarding() -> None:
    refused = [one for one in played().refusals if one.playbook == "onboarding"]
    assert [one.account for one in refused] == ["acc-stadtbau"]
    assert "account.lifecycle" in refused[0].why


def test_every_step_the_story_is_there_to_show_is_shown() -> None:
    nodes = played().visited["onboarding"]
    assert {
        "find-sponsor",
        "kickoff-reminder",
        "set-up-reminder",
        "missed-training",
        "checking-in",
        "unblock",
        "stalled-onboarding",
        "first-value",
        "steady-state",
    } <= set(nodes)


def test_nobody_of_ours_is_asked_for_anything_on_leave() -> None:
    away = (date(2026, 3, 16), date(2026, 3, 27))
    due = [
        task.due_at.date() for task in played().tasks if task.assignee == "u-jonas" and task.due_at
    ]
    assert due
    assert not [day for day in due if away[0] <= day <= away[1]]
