"""`tenure health`: what a person sees, and what a program reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.main import run
from engine.effects.entities import AccountId
from engine.plan.clock import Clock
from engine.services.applying import apply
from engine.services.facts import take_in
from engine.store.database import Database
from engine.store.directory import put_accounts
from tests.health.health_files import HEALTH, context_of, workspace_of

pytestmark = pytest.mark.postgres
Say = Callable[..., tuple[int, str]]


@pytest.fixture
def say(
    migrated_database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Say:
    """Run a command on a database where acme reports usage and beta has a score from outside."""
    gated = HEALTH.replace("    groups:", "    when: account.seats > 0\n    groups:", 1)
    database = Database(migrated_database, Clock())
    with database.begin() as connection:
        acme = {"id": "acme", "name": "Acme", "seats": 100}
        beta = {"id": "beta", "name": "Beta"}
        put_accounts(connection, {AccountId("acme"): acme, AccountId("beta"): beta})
    apply(database, workspace_of(gated), {}, by="u-ops")
    context = context_of(gated)
    written = [
        {"fact": "usage.reported", "account": "acme", "data": {"active": 70}},
        {"fact": "health.changed", "account": "beta", "data": {"score": 30}},
        {"fact": "health.changed", "account": "acme", "data": {"score": 30}},
    ]
    answers = take_in(database, lambda: context, written)
    assert [one.status for one in answers] == ["accepted", "accepted", "rejected"]
    assert "computed by the model standard" in answers[2].why
    database.close()
    monkeypatch.setenv("TENURE_DATABASE_URL", migrated_database)

    def say_it(*words: str) -> tuple[int, str]:
        code = run(["health", *words])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return say_it


def test_explain_prints_a_sum_that_can_be_checked(say: Say) -> None:
    code, out = say("explain", "acme")
    assert code == 0
    for line in (
        "Acme (acme)",
        "  (2 x 75 + 1 x 0) / 3 = 50",
        "Score: (3 x 50 + 1 x 100) / 4 = 62.5",
        "Voice           missing  its weight 2 goes to the others",
    ):
        assert line in out
    code, out = say("explain", "beta")
    assert "Score: 30, from outside" in out
    assert say("explain", "nobody")[0] == 2


def test_explain_in_json_says_the_same(say: Say) -> None:
    found = json.loads(say("explain", "acme", "--format", "json")[1])
    assert (found["score"], found["band"]) == (62.5, "yellow")
    assert found["inputs"]["groups"][0]["measures"][0]["value"] == 70


def test_override_and_release(say: Say) -> None:
    code, out = say(
        *("override", "acme", "red", "--reason", "unpaid", "--until", "14d", "--as", "u-1")
    )
    assert (code, out.startswith("acme is red until ")) == (0, True)
    assert "Forced: red by u-1" in say("explain", "acme")[1]
    assert "forced" in say("list", "--forced")[1]
    assert say("release", "acme", "--as", "u-1") == (
        0,
        "acme is yellow again, with 62.5.\n",
    )
    out = say("history", "acme")[1]
    assert "unpaid" in out
    assert "62.5" in out


def test_forced_score_from_outside_is_explained(say: Say) -> None:
    assert say("override", "beta", "green", "--reason", "new sponsor", "--as", "u-1")[0] == 0
    out = say("explain", "beta")[1]
    assert "70 green" in out
    assert "Score: 30, from outside" in out
    assert "Forced: green by u-1: new sponsor, so the score counts as 70" in out


def test_list_begins_with_the_lowest(say: Say) -> None:
    rows = json.loads(say("list", "--format", "json")[1])
    assert [(one["account"], one["score"]) for one in rows] == [("beta", 30), ("acme", 62.5)]
    assert say("list", "--band", "red")[1].count("\n") == 2


def test_recompute_under_another_file(say: Say, tmp_path: Path) -> None:
    other = tmp_path / "health.yaml"
    other.write_text(HEALTH.replace("weight: 3", "weight: 5"), encoding="utf-8")
    given = ("recompute", "--model", str(other), "--from", "2020-01-01", "--account", "acme")
    code, out = say(*given, "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert [(one["recorded"], one["recomputed"]) for one in found["accounts"]] == [(62.5, 58.3)]
    assert found["moves"] == [{"recorded": "yellow", "recomputed": "yellow", "accounts": 1}]
    assert "Nothing was written." in say(*given)[1]
    other.write_text("models: {all: {groups: {}}}", encoding="utf-8")
    code, out = say(*given)
    assert code == 1
    assert "health.yaml:1:24" in out
