"""The made-up year: the same for the same seed, taken in whole, and plausible."""

from __future__ import annotations

import csv
import json
import statistics
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.effects.entities import Fact
from engine.effects.fitting import fitted
from engine.language.workspace.load import load_workspace
from engine.services.facts import read_fact
from engine.services.past_files import open_files
from examples.year.__main__ import write_year
from examples.year.story import Year

FIRST = date(2025, 1, 6)
FILES = ("accounts.csv", "contacts.csv", "users.csv", "capacity.csv", "facts.jsonl")
WORKSPACE = Path(__file__).parents[2] / "examples" / "workspace"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("year")
    write_year(folder, 300, Year.of(FIRST, 7))
    return folder


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "facts.jsonl").read_text().splitlines()]


def test_same_seed_same_year(tmp_path: Path, out: Path) -> None:
    write_year(tmp_path, 300, Year.of(FIRST, 7))
    assert all((tmp_path / name).read_bytes() == (out / name).read_bytes() for name in FILES)
    write_year(tmp_path, 300, Year.of(FIRST, 8))
    assert (tmp_path / "facts.jsonl").read_bytes() != (out / "facts.jsonl").read_bytes()


def test_everything_fits_the_example_workspace(out: Path) -> None:
    loaded = load_workspace(WORKSPACE)
    assert loaded.workspace is not None
    schema = loaded.workspace.schema
    read = open_files(
        schema,
        facts=out / "facts.jsonl",
        accounts=out / "accounts.csv",
        contacts=out / "contacts.csv",
        users=out / "users.csv",
    )
    assert read.notes == ()
    assert len(read.accounts) == 300
    users = {one.id for one in read.users}
    assert {one.fields["csm"] for one in read.accounts} <= users
    now = datetime(2026, 6, 1, tzinfo=UTC)
    facts = [fitted(schema, read_fact(one, now=now), now) for one in lines(out)]
    assert all(isinstance(one, Fact) for one in facts)
    assert len({one.id for one in facts}) == len(facts)


def test_changes_lead_to_the_accounts_of_the_years_end(out: Path) -> None:
    fields: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for one in lines(out):
        if one["fact"] in ("account.created", "account.changed"):
            fields[one["account"]] |= one["data"]["fields"]
    with (out / "accounts.csv").open() as file:
        for row in csv.DictReader(file):
            told = fields[row["id"]]
            assert [row["lifecycle"], row["renewal_date"]] == [
                told["lifecycle"],
                told["renewal_date"],
            ]
            assert float(row["arr"]) == told["arr"]


def test_those_who_leave_were_less_well(out: Path) -> None:
    scores: defaultdict[str, list[float]] = defaultdict(list)
    left: set[str] = set()
    for one in lines(out):
        if one["fact"] == "health.changed":
            scores[one["account"]].append(one["data"]["score"])
        if one["data"].get("fields", {}).get("lifecycle") == "churned":
            left.add(one["account"])
    lately = {account: statistics.mean(found[-8:]) for account, found in scores.items()}
    gone = statistics.mean(lately[one] for one in left)
    stayed = statistics.mean(score for one, score in lately.items() if one not in left)
    assert 15 <= len(left) <= 75
    assert stayed - gone > 15
    weekly = [len(found) for found in scores.values()]
    assert max(weekly) == 52
