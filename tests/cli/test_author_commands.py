"""The commands of an author: init, check, format, test, simulate, graph, schema, explain."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Tenure

SCENARIO = """\
account: {name: Harbor, lifecycle: onboarding, csm: u-ana}
contacts: [{role: champion, email: kim@harbor.example, first_name: Kim}]
start: 2026-03-02T09:00
"""


def test_everything_works_in_a_new_workspace(workspace: Path, tenure: Tenure) -> None:
    (workspace / "harbor.yaml").write_text(SCENARIO)
    for arguments in (
        ["check", "--strict"],
        ["test"],
        ["format", "--check", "playbooks/welcome.yaml"],
        ["graph", "welcome"],
        ["graph", "welcome", "--format", "svg", "--output", "welcome.svg"],
        ["schema", "--output", "schema.json"],
        ["simulate", "welcome", "--account", "harbor.yaml"],
        ["explain", "TN201"],
    ):
        code, output = tenure(*arguments)
        assert code == 0, (arguments, output)
        assert output.strip()
    assert ElementTree.parse(workspace / "welcome.svg").getroot().tag.endswith("svg")
    assert json.loads((workspace / "schema.json").read_text())["$schema"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--format", "json"],
        ["schema"],
        ["simulate", "welcome", "--account", "harbor.yaml", "--format", "json"],
        ["status", "--format", "json"],
    ],
)
def test_json_can_be_read(workspace: Path, tenure: Tenure, arguments: list[str]) -> None:
    (workspace / "harbor.yaml").write_text(SCENARIO)
    json.loads(tenure(*arguments)[1])


def test_problems_of_a_workspace_are_all_shown_with_their_place(
    workspace: Path, tenure: Tenure
) -> None:
    playbook = workspace / "playbooks" / "welcome.yaml"
    text = playbook.read_text()
    playbook.write_text(text.replace("assign: csm", "assign: cms").replace("first_steps", "steps"))
    code, output = tenure("check")
    assert code == 1
    assert output.count("playbooks/welcome.yaml:") >= 2
    assert "csm" in output
    code, output = tenure("check", "--format", "json")
    found = json.loads(output)
    assert code == 1
    assert len(found["problems"] if isinstance(found, dict) else found) >= 2
    code, output = tenure("check", "--format", "github")
    assert code == 1
    assert output.startswith("::error file=playbooks/welcome.yaml,line=")
    for refused in (["test"], ["simulate", "welcome", "--account", "people.yaml"]):
        assert tenure(*refused)[0] == 1


def test_failing_test_shows_what_happened_and_fails(workspace: Path, tenure: Tenure) -> None:
    tests = workspace / "playbooks" / "welcome.test.yaml"
    tests.write_text(tests.read_text().replace("- outcome: lost", "- outcome: won"))
    code, output = tenure("test", "--junit", "junit.xml")
    assert code == 1
    assert "FAIL welcome: a customer who leaves" in output
    assert "2 passed, 1 failed" in output
    assert len(ElementTree.parse(workspace / "junit.xml").findall(".//failure")) == 1


def test_format_changes_once_and_keeps_comments(workspace: Path, tenure: Tenure) -> None:
    playbook = workspace / "playbooks" / "welcome.yaml"
    untidy = playbook.read_text().replace("due: 2 business days", "due:    2 business days")
    playbook.write_text(untidy)
    assert tenure("format", "--check", playbook)[0] == 1
    assert playbook.read_text() == untidy
    assert tenure("format", playbook)[0] == 0
    assert tenure("format", "--check", playbook)[0] == 0
    assert "# What starts it." in playbook.read_text()


def test_init_never_writes_over_files(workspace: Path, tenure: Tenure) -> None:
    (workspace / "tenure.yaml").write_text("mine")
    code, output = tenure("init", workspace)
    assert code == 2
    assert "already has" in output
    assert (workspace / "tenure.yaml").read_text() == "mine"


def test_demo_never_empties_a_folder_that_is_not_its_own(workspace: Path, tenure: Tenure) -> None:
    """Also where a demo has kept its data in a folder below."""
    (workspace / ".tenure-demo").mkdir()
    code, output = tenure("demo", "--data-dir", workspace)
    assert code == 2
    assert "not a demo's" in output
    assert (workspace / "tenure.yaml").exists()
