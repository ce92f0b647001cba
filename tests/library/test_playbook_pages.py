"""Each playbook that ships has a page that names all it needs, a drawing, and its place in the
catalogue."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from engine.services.authoring import check_workspace

ROOT = Path(__file__).parents[2]
PLAYBOOKS = sorted(
    path.stem for path in ROOT.glob("playbooks/*.yaml") if not path.name.endswith(".test.yaml")
)
EVERYBODY_HAS = {"account.id", "account.name", "account.zone"}


@cache
def facts_and_roles() -> tuple[frozenset[str], frozenset[str]]:
    workspace = check_workspace(ROOT / "examples" / "workspace").workspace()
    return frozenset(workspace.schema.facts), frozenset(workspace.roles)


def said(playbook: str) -> str:
    """The playbook without its comments."""
    text = (ROOT / "playbooks" / f"{playbook}.yaml").read_text("utf-8")
    return re.sub(r"(?m)^ *#.*$", "", text)


def page(playbook: str) -> str:
    return (ROOT / "docs" / "playbooks" / f"{playbook}.md").read_text("utf-8")


def words(text: str, known: frozenset[str]) -> set[str]:
    return {one for one in known if re.search(rf"(?<![\w.-]){re.escape(one)}(?![\w-])", text)}


def needs(playbook: str) -> set[str]:
    """Every account field, contact role, input, fact and role a playbook reads."""
    text = said(playbook)
    facts, roles = facts_and_roles()
    fields = set(re.findall(r"\baccount\.[a-z_]+", text)) - facts - EVERYBODY_HAS
    contacts = re.findall(r"\bcontacts\.([a-z_]+)", text)
    inputs = re.findall(r"\binputs\.([a-z_]+)", text)
    named = {one.partition(".")[2] for one in fields}
    return {*named, *contacts, *inputs, *words(text, facts), *words(text, roles)}


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_the_page_names_all_that_the_playbook_needs(playbook: str) -> None:
    named = set(re.findall(r"`(?:account\.|contacts\.)?([\w.]+)`", page(playbook)))
    internal = {"task.completed", "health.changed"}
    assert needs(playbook) - named - internal == set()


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_the_page_says_what_for_when_who_how_and_what_to_measure(playbook: str) -> None:
    headings = " ".join(re.findall(r"(?m)^## (.+)$", page(playbook))).lower()
    wanted = ("start", "needs", "sees", "yours", "measure")
    assert [one for one in wanted if one not in headings] == []


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_the_page_and_the_catalogue_show_the_drawing(playbook: str) -> None:
    assert (ROOT / "docs" / "graphs" / f"{playbook}.svg").exists()
    assert f"(../graphs/{playbook}.svg)" in page(playbook)
    catalogue = (ROOT / "playbooks" / "README.md").read_text("utf-8")
    assert f"(../docs/playbooks/{playbook}.md)" in catalogue
    assert f"(../docs/graphs/{playbook}.svg)" in catalogue


def test_the_catalogue_lists_no_playbook_that_is_not_there() -> None:
    catalogue = (ROOT / "playbooks" / "README.md").read_text("utf-8")
    assert sorted(set(re.findall(r"docs/playbooks/([\w-]+)\.md", catalogue))) == PLAYBOOKS


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_what_the_catalogue_says_it_ends_with_is_what_it_ends_with(playbook: str) -> None:
    catalogue = (ROOT / "playbooks" / "README.md").read_text("utf-8")
    row = re.search(rf"(?m)^\| \[{playbook}\].*\| ([^|]+) \|$", catalogue)
    assert row is not None
    outcomes = {*re.findall(r"(?:end|outcome): (\w+)", said(playbook)), "achieved"}
    assert set(re.findall(r"`(\w+)`", row[1])) <= outcomes
