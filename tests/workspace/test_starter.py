"""What `tenure init` writes: a workspace without a single problem, and never over other files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from engine.calendars import Calendar
from engine.errors import InputError
from engine.language.load import check_all
from engine.language.source import load
from engine.language.starter import starter_files, write_starter
from engine.language.workspace.load import load_workspace
from engine.language.workspace.model import Workspace
from engine.store.importing.kinds import USER_FIELDS


def loaded(root: Path) -> Workspace:
    found = load_workspace(root)
    assert found.problems == ()
    assert found.workspace is not None
    return found.workspace


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(starter_files()[f"data/{name}.csv"].splitlines()))


def test_the_starter_has_no_problem_not_even_a_warning(tmp_path: Path) -> None:
    write_starter(tmp_path / "new")
    workspace = loaded(tmp_path / "new")
    playbooks = load_workspace(tmp_path / "new").playbooks
    checked = check_all(playbooks, workspace)
    assert [one.problems for one in checked.values()] == [()]
    assert [one.plan.playbook for one in checked.values() if one.plan] == ["welcome"]


def test_the_data_of_a_stack_stays_out_of_git(tmp_path: Path) -> None:
    write_starter(tmp_path)
    assert "/.tenure/" in (tmp_path / ".gitignore").read_text().splitlines()


def test_every_template_of_the_starter_is_used(tmp_path: Path) -> None:
    write_starter(tmp_path)
    (playbook,) = load_workspace(tmp_path).playbooks.values()
    for name in loaded(tmp_path).templates:
        assert f"email: {name.removeprefix('welcome/')}\n" in playbook


def test_every_yaml_file_of_the_starter_explains_itself() -> None:
    for name, text in starter_files().items():
        if name.endswith(".yaml"):
            assert text.startswith("# "), name
            assert load(name, text)[1] == [], name


def test_the_data_of_the_starter_fits_its_schema(tmp_path: Path) -> None:
    write_starter(tmp_path)
    workspace = loaded(tmp_path)
    accounts, contacts, users = rows("accounts"), rows("contacts"), rows("users")
    assert set(accounts[0]) <= set(workspace.schema.account)
    assert set(contacts[0]) <= set(workspace.schema.contact)
    for account in accounts:
        assert account["lifecycle"] in workspace.schema.account["lifecycle"].one_of
        assert account["plan"] in workspace.schema.account["plan"].one_of
        Calendar(zone=account["zone"])
    assert set(users[0]) == {field.name for field in USER_FIELDS}
    known = {user["id"] for user in users}
    assert {account["csm"] for account in accounts} <= known
    assert {user["manager"] for user in users} - {""} <= known
    assert {one for team in workspace.teams.values() for one in team} <= known
    assert {contact["account"] for contact in contacts} <= {one["id"] for one in accounts}
    assert {contact["role"] for contact in contacts} <= set(workspace.schema.contact_roles)


def test_the_facts_of_the_starter_are_declared(tmp_path: Path) -> None:
    write_starter(tmp_path)
    schema = loaded(tmp_path).schema
    facts = [json.loads(line) for line in starter_files()["data/facts.jsonl"].splitlines()]
    assert {fact["fact"] for fact in facts} <= set(schema.facts)
    assert {fact["account"] for fact in facts} <= {one["id"] for one in rows("accounts")}


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text("mine")
    with pytest.raises(InputError, match=r"already has people\.yaml") as refused:
        write_starter(tmp_path)
    assert refused.value.remedy
    assert [path.name for path in tmp_path.iterdir()] == ["people.yaml"]
    assert (tmp_path / "people.yaml").read_text() == "mine"


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("a file")
    with pytest.raises(InputError, match="cannot be written to"):
        write_starter(tmp_path / "new")


def test_nothing_is_left_of_a_starter_that_failed(tmp_path: Path) -> None:
    (tmp_path / "templates").write_text("a file where a folder should be")
    with pytest.raises(InputError):
        write_starter(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["templates"]
