"""`tenure backtest` over files, as a person types it; and the page it writes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from examples.year.__main__ import write_year
from examples.year.story import Year
from tests.cli.conftest import Tenure, tenure

__all__ = ["tenure"]

WORKSPACE = Path(__file__).parents[2] / "examples" / "workspace"
DIP = """\
playbook: dip
enroll:
  on: [{health.drops: {by: 12, within: 21d}}]
  when: account.lifecycle == "adopting"
  again_after: 60d
steps:
  - task: look
    title: "Look at {{ account.name }}"
    assign: csm
    due: 2 business days
"""
PERIOD = ("--from", "2025-03-01", "--to", "2025-06-30")


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of forty accounts."""
    from datetime import date

    out = tmp_path_factory.mktemp("year")
    write_year(out, 40, Year.of(date(2025, 1, 6), 7))
    return out


@pytest.fixture
def run(tenure: Tenure, year: Path, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Backtest the playbook `dip`."""
    playbook = tmp_path / "dip.yaml"
    playbook.write_text(DIP, encoding="utf-8")
    who = [f"--{kind}={year / kind}.csv" for kind in ("accounts", "contacts", "users")]

    def backtest(*more: object) -> tuple[int, str]:
        facts = f"--facts={year / 'facts.jsonl'}"
        return tenure("backtest", playbook, "-w", WORKSPACE, *PERIOD, facts, *who, *more)

    return backtest


def test_it_tells_a_person(run: Callable[..., tuple[int, str]], year: Path) -> None:
    code, said = run("--capacity", year / "capacity.csv")
    assert code == 0
    assert "what it would have done from 2025-03-01 to 2025-06-30" in said
    assert "health drops (at least 12)" in said
    for part in ("Load: tasks handed out, by week", "Set off, and not started", "Taken as given"):
        assert part in said


def test_capacity_is_the_workspaces_where_nobody_says_more(
    run: Callable[..., tuple[int, str]], year: Path, tmp_path: Path
) -> None:
    root = tmp_path / "workspace"
    shutil.copytree(WORKSPACE, root)
    settings = (root / "tenure.yaml").read_text(encoding="utf-8")
    settings = settings.replace("../../", f"{WORKSPACE.parents[1]}/") + "\ncapacity: 0.5\n"
    (root / "tenure.yaml").write_text(settings, encoding="utf-8")
    one = tmp_path / "capacity.csv"
    one.write_text("id,tasks_per_week\nu-asia-smb-1,99\n", encoding="utf-8")
    code, said = run("--format", "json", "-w", root, "--capacity", one)
    assert code == 0
    capacities = {person["user"]: person["capacity"] for person in json.loads(said)["people"]}
    assert {capacities.pop("u-asia-smb-1"), *capacities.values()} == {99, 0.5}


def test_json_has_the_documented_form(run: Callable[..., tuple[int, str]]) -> None:
    code, said = run("--format", "json")
    assert code == 0
    found = json.loads(said)
    page = (Path(__file__).parents[2] / "docs" / "backtest.md").read_text(encoding="utf-8")
    for name in found:
        assert f"`{name}`" in page, f"docs/backtest.md does not tell what {name} is"
    assert found["format"] == 1
    assert sum(day["entered"] for day in found["by_day"]) == len(found["entries"])
    assert found["effects"]["tasks"] == len(found["entries"])


def test_page_stands_alone(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(DIP.replace("by: 12", "by: 20"), encoding="utf-8")
    out = tmp_path / "report.html"
    code, said = run("--format", "html", "--against", other, "--output", out)
    assert (code, said) == (0, f"wrote {out}\n")
    page = out.read_text(encoding="utf-8")
    assert page.count("<svg") == 3  # no emails, so no drawing of them
    assert "<script" not in page
    assert set(re.findall(r"https?://[^\"'< ]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "What is different from the other version" in page


def test_page_says_the_same_each_time(run: Callable[..., tuple[int, str]]) -> None:
    assert run("--format", "html") == run("--format", "html")


def test_names_from_the_data_are_escaped(
    run: Callable[..., tuple[int, str]], year: Path, tmp_path: Path
) -> None:
    accounts = tmp_path / "accounts.csv"
    text = (year / "accounts.csv").read_text(encoding="utf-8")
    accounts.write_text(re.sub(r"(y-\d+),[^,]+", r"\1,<b>Bad</b>", text), encoding="utf-8")
    code, page = run("--format", "html", "--accounts", accounts)
    assert code == 0
    assert "<b>Bad</b>" not in page


def test_another_revision_of_git(
    tenure: Tenure, run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    run("--limit", 0)

    git(tmp_path, "init", "-q")
    commit(tmp_path, "first")
    (tmp_path / "dip.yaml").write_text(DIP, encoding="utf-8")
    code, said = run("--against", "git:first", "--limit", 0)
    assert code == 0
    assert "0 runs only in this one, 0 only in the other, 0 at another time" in said
    assert "dip.yaml at first, in today's workspace" in said
    for name in ("last", "--help"):
        code, said = run("--against", f"git:{name}")
        assert code == 2
        assert f"git has no dip.yaml at {name}" in said


def git(folder: Path, *arguments: str) -> None:
    """Ask git for something."""
    who = ("-c", "user.name=ops", "-c", "user.email=ops@acme.example")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, tag: str) -> None:
    """Commit all there is, under a name."""
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", tag)
    git(folder, "tag", tag)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace in a repository, whose playbooks lie beside it; as `first`, in it the playbook
    reads a field and a template that are gone today."""
    root = tmp_path / "repository" / "workspace"
    shutil.copytree(WORKSPACE, root, ignore=shutil.ignore_patterns("playbooks", "data"))
    playbook = root.parent / "playbooks" / "dip.yaml"
    playbook.parent.mkdir()
    schema, tenure_yaml = root / "schema.yaml", root / "tenure.yaml"
    text = tenure_yaml.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^playbooks:.*$", "playbooks: [../playbooks]", text)
    text = re.sub(r"(?m)^templates:.*$", "templates: [templates]", text)
    text = re.sub(r"(?ms)^groups:.*?\n\n", "", text)
    tenure_yaml.write_text(text, encoding="utf-8")
    today = schema.read_text(encoding="utf-8")
    schema.write_text(today.replace("account:\n", "account:\n  mood: text\n", 1), encoding="utf-8")
    letter = root / "templates" / "dip.md"
    letter.write_text("---\nsubject: Hi\npurpose: service\n---\n{{ account.mood }}\n", "utf-8")
    playbook.write_text(
        DIP.replace("steps:", "steps:\n  - {email: dip, to: contacts.champion}\n").replace(
            '"adopting"', '"adopting" && !has(account.mood)'
        ),
        encoding="utf-8",
    )
    git(root.parent, "init", "-q")
    commit(root.parent, "first")
    schema.write_text(today, encoding="utf-8")
    letter.unlink()
    playbook.write_text(DIP, encoding="utf-8")
    return root


def test_a_revision_is_played_in_the_workspace_of_then(
    tenure: Tenure, year: Path, workspace: Path
) -> None:
    who = [f"--{kind}={year / kind}.csv" for kind in ("accounts", "contacts", "users")]
    facts = f"--facts={year / 'facts.jsonl'}"
    playbook = workspace.parent / "playbooks" / "dip.yaml"
    asked = ("backtest", playbook, "-w", workspace, *PERIOD, facts, *who)
    code, said = tenure(*asked, "--against", "git:first", "--format", "json")
    assert code == 0, said
    change = json.loads(said)["difference"]
    assert change["against"].startswith(f"{playbook} at first (")
    assert (len(change["only_here"]), len(change["only_there"])) == (0, 0)
    assert change["effects_there"]["tasks"] == 0  # the email fails: nobody has a mood
    assert change["effects_here"]["tasks"] > 0

    (workspace / "schema.yaml").write_text("account: [", encoding="utf-8")
    commit(workspace.parent, "broken")
    git(workspace.parent, "checkout", "-q", "first", "--", "workspace/schema.yaml")
    code, said = tenure(*asked, "--against", "git:broken")
    assert code == 1
    assert "the workspace at broken has" in said


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--to", "2024-01-01"), "the period ends before it begins"),
        (("--capacity", "nowhere.csv"), "nowhere.csv cannot be read"),
        (("--against", "nowhere.yaml"), "nowhere.yaml cannot be read"),
    ],
)
def test_bad_input_is_said(
    run: Callable[..., tuple[int, str]], more: tuple[str, str], why: str
) -> None:
    code, said = run(*more)
    assert code == 2
    assert why in said


def test_facts_need_accounts(tenure: Tenure, year: Path) -> None:
    code, said = tenure("backtest", "p.yaml", *PERIOD, f"--facts={year / 'facts.jsonl'}")
    assert code == 2
    assert "Add --accounts FILE.csv" in said


def test_playbook_with_errors_is_refused_with_its_line(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(DIP.replace("assign: csm", "assign: nobody"), encoding="utf-8")
    code, said = run("--against", other)
    assert code == 1
    assert "other.yaml has 1 errors; the first, line 9" in said
