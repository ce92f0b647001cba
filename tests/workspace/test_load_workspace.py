"""Loading a workspace: what a good one becomes, and where each mistake is pointed at."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.calendars import FiscalYear
from engine.language.workspace import load as loading
from engine.language.workspace.load import Loaded, load_workspace
from engine.language.workspace.model import Band, Field, Role, Workspace

TENURE = """\
workspace: Acme CS
sender: {name: Acme Success, address: success@acme.example}
brand: {address: "1 High St, Springfield"}
"""
TEMPLATE = "---\nsubject: Hello\npurpose: service\n---\nHello {{ contact.first_name }}"


def found(loaded: Loaded) -> list[str]:
    return [f"{one.where} {one.code}" for one in loaded.problems]


def workspace_of(root: Path) -> Workspace:
    loaded = load_workspace(root)
    assert loaded.problems == ()
    assert loaded.workspace is not None
    return loaded.workspace


def test_three_lines_are_a_workspace_with_good_defaults(write: Any) -> None:
    workspace = workspace_of(write({}))
    assert workspace.zone == "UTC"
    assert workspace.bands == (Band("red", 0), Band("yellow", 40), Band("green", 70))
    assert list(workspace.roles) == ["csm", "csm_manager"]
    assert workspace.calendars["default"]["hours"] == {"mon-fri": "09:00-17:00"}
    assert workspace.brand["name"] == "Acme CS"
    assert workspace.schema.contact_roles == ("champion", "executive_sponsor", "admin", "user")


def test_fiscal_year_is_that_of_the_calendar_unless_said_otherwise(write: Any) -> None:
    assert workspace_of(write({})).fiscal_year == FiscalYear(1, "end")
    said = TENURE + "fiscal_year: {begins: april, named_after: begin}\n"
    assert workspace_of(write({"tenure.yaml": said})).fiscal_year == FiscalYear(4, "begin")
    wrong = load_workspace(write({"tenure.yaml": TENURE + "fiscal_year: {begins: feb}\n"}))
    assert found(wrong) == ["tenure.yaml:4:23 TN404"]
    assert "january" in wrong.problems[0].remedy


def test_schema_adds_fields_and_narrows_built_in_ones(write: Any) -> None:
    schema = "account:\n  seats: number\n  lifecycle: {one_of: [onboarding, adopting]}\n"
    account = workspace_of(write({"schema.yaml": schema})).schema.account
    assert account["seats"] == Field("seats", "number")
    assert account["lifecycle"].one_of == ("onboarding", "adopting")
    assert account["arr"].type == "number"


def test_facts_of_the_schema_stand_beside_the_built_in_ones(write: Any) -> None:
    schema = "facts:\n  usage.first_value: {feature: text}\n  usage.stopped:\n"
    facts = workspace_of(write({"schema.yaml": schema})).schema.facts
    assert facts["usage.first_value"]["feature"].type == "text"
    assert facts["usage.stopped"] == {}
    assert "survey.answered" in facts


def test_people_become_teams_and_roles(write: Any) -> None:
    people = """\
teams: {csms: [u-ana, u-bo]}
roles:
  csm: {field: csm, fallback: cs_pool}
  vp_cs: {user: u-vera}
  cs_pool: {team: csms, pick: least_loaded}
"""
    workspace = workspace_of(write({"people.yaml": people}))
    assert workspace.teams == {"csms": ("u-ana", "u-bo")}
    assert workspace.roles["csm"] == Role("csm", "field", "csm", fallback="cs_pool")
    assert workspace.roles["cs_pool"] == Role("cs_pool", "team", "csms", "least_loaded")
    assert workspace.roles["csm_manager"].of == "csm"


def test_a_calendar_without_a_zone_has_the_one_of_the_workspace(write: Any) -> None:
    files = {"tenure.yaml": TENURE + "zone: Europe/Berlin\n", "calendars.yaml": "berlin:\n"}
    calendars = workspace_of(write(files)).calendars
    assert {one["zone"] for one in calendars.values()} == {"Europe/Berlin"}


def test_playbooks_may_lie_outside_and_are_named_from_the_workspace(write: Any) -> None:
    root = write(
        {
            "tenure.yaml": TENURE + "playbooks: [playbooks, ../shared]\n",
            "playbooks/renewal/first.yaml": "a",
            "playbooks/renewal/first.test.yaml": "b",
            "../shared/second.yaml": "c",
        }
    )
    loaded = load_workspace(root)
    assert loaded.playbooks == {"playbooks/renewal/first.yaml": "a", "../shared/second.yaml": "c"}
    assert loaded.tests == {"playbooks/renewal/first.test.yaml": "b"}


def test_a_playbook_reached_by_two_folders_is_read_once(write: Any) -> None:
    tenure = TENURE + "playbooks: [playbooks, playbooks/renewal]\n"
    loaded = load_workspace(write({"tenure.yaml": tenure, "playbooks/renewal/a.yaml": "x"}))
    assert list(loaded.playbooks) == ["playbooks/renewal/a.yaml"]


def test_templates_are_named_by_their_path(write: Any) -> None:
    files = {"templates/churn/sponsor.md": TEMPLATE, "templates/README.md": "About these."}
    assert workspace_of(write(files)).templates == {"churn/sponsor": TEMPLATE}


def test_every_file_read_can_be_shown(write: Any) -> None:
    files = {"people.yaml": "teams: {}\r\n", "playbooks/a.yaml": "\ufeffx", "templates/t.md": "?"}
    sources = load_workspace(write(files)).sources
    assert sources["people.yaml"] == "teams: {}\n"
    assert sources["playbooks/a.yaml"] == "x"
    assert set(sources) == {"tenure.yaml", *files}


MISTAKES = [
    ("tenure.yaml", TENURE + "zone: Berlin", ["4:7 TN406"]),
    ("tenure.yaml", TENURE + "bands: {red: 10, green: 5}", ["4:14 TN408", "4:25 TN408"]),
    ("tenure.yaml", TENURE.replace("success@", ""), ["2:39 TN409"]),
    ("tenure.yaml", TENURE + "playbooks: [nowhere]", ["4:13 TN414"]),
    ("tenure.yaml", TENURE + "zones: UTC\nsend_window: {to: 25}", ["4:1 TN401", "5:19 TN405"]),
    ("tenure.yaml", "workspace: Acme", ["1:1 TN402", "1:1 TN402"]),
    ("schema.yaml", "account: {arr: text}", ["1:16 TN422"]),
    ("schema.yaml", "account: [arr]", ["1:10 TN403"]),
    ("schema.yaml", "just words", ["1:1 TN403"]),
    ("people.yaml", "roles:\n  a: {manager_of: b}\n  b: {fallback: a, user: u}", ["2:3 TN413"]),
    ("people.yaml", "roles:\n  a: {manager_of: a}", ["2:3 TN413"]),
    ("people.yaml", "roles:\n  a: {field: cms}\n  b: {field: arr}", ["2:14 TN410", "3:14 TN410"]),
    ("people.yaml", "roles: {b: {team: t}}", ["1:19 TN411"]),
    ("people.yaml", "roles: {b: {by: tier, who: {gold: csm}}}", ["1:17 TN410"]),
    ("people.yaml", "roles: {b: {by: segment, who: {smb: x}}}", ["1:37 TN412"]),
    ("people.yaml", "roles: {b: {by: segment, who: {smb: b}}}", ["1:9 TN413"]),
    ("people.yaml", "roles: {b: {by: segment}}", ["1:12 TN419"]),
    ("people.yaml", "roles: {b: {user: u, who: {smb: csm}}}", ["1:12 TN419"]),
    ("people.yaml", "roles: {c: {user: u, fallback: d}}", ["1:32 TN412"]),
    ("people.yaml", "teams: {a: []}", ["1:12 TN405"]),
    ("calendars.yaml", "a: {holidays: XX}\nb: {hour: 1}", ["1:15 TN407", "2:5 TN407"]),
    (
        "calendars.yaml",
        "a:\n  zone: Nope\n  hours: {xyz: 9-17}\n  days_off: [2026-02-30]\n  hour: 1\n",
        ["2:9 TN407", "3:16 TN407", "4:13 TN407", "5:3 TN407"],
    ),
    ("templates/a.md", "Hello", ["1:1 TN416"]),
    ("templates/a.md", TEMPLATE.rpartition("\n")[0], ["5:1 TN416"]),
    ("templates/a.md", "", ["1:1 TN416"]),
    ("playbooks/a.yml", "x", ["1:1 TN425"]),
]


@pytest.mark.parametrize(("file", "text", "problems"), MISTAKES)
def test_a_mistake_is_pointed_at(write: Any, file: str, text: str, problems: list[str]) -> None:
    loaded = load_workspace(write({file: text}))
    assert found(loaded) == [f"{file}:{one}" for one in problems]
    assert all(one.message and one.remedy for one in loaded.problems)


def test_what_is_not_yaml_is_a_problem_and_the_rest_is_read(write: Any) -> None:
    loaded = load_workspace(write({"people.yaml": "roles: {", "playbooks/a.yaml": "x"}))
    assert [one.where.file for one in loaded.problems] == ["people.yaml"]
    assert loaded.workspace is None
    assert list(loaded.playbooks) == ["playbooks/a.yaml"]


def test_mistakes_of_all_files_come_at_once(write: Any) -> None:
    files = {"schema.yaml": "acount: {}", "people.yaml": "team: {}", "calendars.yaml": "a: 1"}
    remedies = [one.remedy for one in load_workspace(write(files)).problems]
    assert len(remedies) == 3
    assert remedies[1:] == ["Did you mean teams?", "Did you mean account?"]


def test_a_wrong_role_leaves_a_workspace_to_check_playbooks_against(write: Any) -> None:
    loaded = load_workspace(write({"people.yaml": "roles: {vp: {team: nobody}}"}))
    assert loaded.workspace is not None
    assert "vp" in loaded.workspace.roles


def test_a_broken_template_is_known_by_name_and_file(write: Any) -> None:
    files = {
        "tenure.yaml": TENURE + "templates: [../shared]\n",
        "../shared/a/b.md": "Hello",
        "../shared/c.md": TEMPLATE,
    }
    loaded = load_workspace(write(files))
    assert loaded.broken_templates == {"a/b"}
    assert loaded.template_files == {"a/b": "../shared/a/b.md", "c": "../shared/c.md"}
    assert [(str(one.where), one.length) for one in loaded.problems] == [
        ("../shared/a/b.md:1:1", 5)
    ]


def test_one_template_name_in_two_folders_is_a_problem(write: Any) -> None:
    files = {
        "tenure.yaml": TENURE + "templates: [templates, more]\n",
        "templates/a.md": TEMPLATE,
        "more/a.md": TEMPLATE,
    }
    assert found(load_workspace(write(files))) == ["more/a.md:1:1 TN415"]


def test_a_link_that_leads_in_a_circle_is_a_problem(write: Any) -> None:
    root = write({"playbooks/a.yaml": "x"})
    (root / "playbooks" / "all").symlink_to(root / "playbooks")
    loaded = load_workspace(root)
    assert found(loaded) == ["playbooks/all:1:1 TN417"]
    assert list(loaded.playbooks) == ["playbooks/a.yaml"]


def test_a_link_to_itself_is_a_problem(write: Any) -> None:
    root = write({"playbooks/b.yaml": "x"})
    (root / "playbooks" / "a.yaml").symlink_to(root / "playbooks" / "a.yaml")
    assert found(load_workspace(root)) == ["playbooks/a.yaml:1:1 TN100"]


def test_files_that_are_too_large_or_not_utf8_are_problems(write: Any) -> None:
    root = write({"playbooks/large.yaml": "# " + "x" * 300_000})
    (root / "playbooks" / "latin.yaml").write_bytes(b"a: 1\nb: Gr\xf6\xdfe\n")
    assert found(load_workspace(root)) == [
        "playbooks/large.yaml:1:1 TN101",
        "playbooks/latin.yaml:2:1 TN100",
    ]


def test_too_many_files_are_a_problem(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.language.workspace.disk.MAX_FILES", 2)
    root = write({f"playbooks/{letter}.yaml": "x" for letter in "abc"})
    assert found(load_workspace(root)) == ["playbooks:1:1 TN418"]


def test_folders_nested_too_deep_are_a_problem(write: Any) -> None:
    deep = "/".join(["playbooks", *["a"] * 25, "b.yaml"])
    assert [one.code for one in load_workspace(write({deep: "x"})).problems] == ["TN418"]


def test_what_is_not_a_file_is_never_opened(write: Any) -> None:
    root = write({"playbooks/a.yaml": "x"})
    os.mkfifo(root / "playbooks" / "b.yaml")
    (root / "playbooks" / "c.yaml").symlink_to("/dev/zero")
    assert found(load_workspace(root)) == [
        "playbooks/b.yaml:1:1 TN100",
        "playbooks/c.yaml:1:1 TN100",
    ]


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_tenure_yaml_is_not_a_workspace(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    loaded = load_workspace(tmp_path / name)
    assert [one.code for one in loaded.problems] == ["TN400"]
    assert loaded.workspace is None


_words = st.sampled_from(["type", "text", "csm", "field", "team", "default", "x y", "red", "from"])
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 99) | st.floats(0, 9) | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=8,
)
_KEYS = {
    "tenure.yaml": tuple(loading.TenureForm.model_json_schema()["properties"]),
    "schema.yaml": tuple(loading.SchemaForm.model_json_schema()["properties"]),
    "people.yaml": tuple(loading.PeopleForm.model_json_schema()["properties"]),
    "calendars.yaml": ("default", "other"),
}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_an_author_writes_raises(data: st.DataObject, tmp_path: Path) -> None:
    (tmp_path / "tenure.yaml").write_text(TENURE)
    for file, keys in _KEYS.items():
        value = data.draw(st.dictionaries(st.sampled_from(keys), _values, max_size=4) | _values)
        (tmp_path / file).write_text(json.dumps(value))
    loaded = load_workspace(tmp_path)
    assert loaded.workspace is not None or loaded.problems
    for one in loaded.problems:
        assert one.where.line == 1
        assert one.length >= 1
