"""The past from files: out of order, late, partly unusable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.effects.context import Context
from engine.errors import InputError
from engine.services.past_files import FileRecord, open_files

ALL = {"a.b", "c.d"}


def record(context: Context, tmp_path: Path, *lines: Any, as_occurred: bool = False) -> FileRecord:
    facts, accounts = tmp_path / "facts.jsonl", tmp_path / "accounts.csv"
    texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    facts.write_text("".join(f"{one}\n" for one in texts), encoding="utf-8")
    accounts.write_text("id,name,arr\nacme,Acme,50\nblue,Blue,\n", encoding="utf-8")
    schema = context.workspace.schema
    return open_files(schema, facts=facts, accounts=accounts, as_occurred=as_occurred)


def fact(id: str, at: str, account: str = "acme", kind: str = "a.b", **more: str) -> dict[str, Any]:
    return {"id": id, "fact": kind, "account": account, "at": at, **more}


def ids(record: FileRecord, *accounts: str) -> list[str]:
    return [fact.id for _, fact in record.facts(accounts or ("acme", "blue"), ALL)]


def test_accounts_are_read_as_for_an_import(context: Context, tmp_path: Path) -> None:
    found = record(context, tmp_path)
    assert [(one.id, dict(one.fields)) for one in found.accounts] == [
        ("acme", {"id": "acme", "name": "Acme", "arr": 50}),
        ("blue", {"id": "blue", "name": "Blue"}),
    ]


def test_facts_come_in_the_order_they_became_known(context: Context, tmp_path: Path) -> None:
    lines = [
        fact("late", "2025-01-01T00:00:00Z", known_at="2025-01-09T00:00:00Z"),
        fact("first", "2025-01-02T00:00:00+01:00"),
        fact("second", "2025-01-03"),
    ]
    assert ids(record(context, tmp_path, *lines)) == ["first", "second", "late"]
    assert ids(record(context, tmp_path, *lines, as_occurred=True)) == ["late", "first", "second"]


def test_only_the_wanted_are_read_and_again_when_asked(context: Context, tmp_path: Path) -> None:
    lines = [fact("1", "2025-01-01"), fact("2", "2025-01-02", "blue"), fact("3", "2025-01-03")]
    found = record(context, tmp_path, *lines)
    assert [one.account for one in found.glimpses(ALL)] == ["acme", "blue", "acme"]
    assert [one.account for one in found.glimpses(ALL)] == ["acme", "blue", "acme"]
    assert ids(found, "blue") == ["2"]
    assert ids(found) == ["1", "2", "3"]


def test_unusable_lines_are_counted_and_the_first_is_told(context: Context, tmp_path: Path) -> None:
    found = record(
        context,
        tmp_path,
        "{",
        "",
        "[1]",
        {"fact": "a.b", "account": "acme"},
        fact("1", "2025-01-01"),
        fact("2", "soon"),
        fact("3", "2025-01-01", extra="?"),
    )
    assert ids(found) == ["1"]
    assert "5 lines of facts.jsonl are no facts; line 1: " in found.notes[0]


def test_rows_that_cannot_be_used_are_told(context: Context, tmp_path: Path) -> None:
    record(context, tmp_path)
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("id,name,arr\nacme,Acme,lots\n", encoding="utf-8")
    found = open_files(context.workspace.schema, facts=tmp_path / "facts.jsonl", accounts=accounts)
    assert found.accounts == ()
    assert "1 rows of accounts.csv cannot be used; the first, line 2, column arr" in found.notes[0]


def test_missing_file_is_said(context: Context, tmp_path: Path) -> None:
    found = record(context, tmp_path)
    (tmp_path / "facts.jsonl").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        ids(found)
