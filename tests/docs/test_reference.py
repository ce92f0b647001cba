"""The generated pages are up to date, complete, and their examples are right."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from engine.calendars import parse_span
from engine.cli.main import SECTIONS, tenure
from engine.cli.reference.commands import leaves
from engine.cli.reference.pages import generated, stale, write
from engine.delivery.brand import Brand
from engine.delivery.rendering import render_email
from engine.delivery.templates import parse_template, variables_of_template
from engine.language.codes import all_codes
from engine.language.compile.times import read_when
from engine.language.expressions import Names
from engine.language.schema.playbook import STEPS
from engine.language.schema.triggers import TRIGGERS
from engine.language.texts import FILTERS, render
from engine.language.texts.filters import TESTS
from engine.services.authoring import check_workspace
from tests.docs.pages import DOCS, ROOT, Block, blocks

WORKSPACE_FILES = (
    *("tenure.yaml", "schema.yaml", "people.yaml", "calendars.yaml"),
    "health.yaml",
)
LANGUAGE = DOCS / "language.md"


def test_generated_pages_are_up_to_date() -> None:
    command = [sys.executable, "-m", "engine.cli.reference", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (
        0,
        "The generated documentation is up to date.\n",
    )


def test_what_differs_or_is_left_over_is_found_and_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {Path("docs/a.md"): "a\n", Path("docs/problems/TN1.md"): "b\n"}
    monkeypatch.setattr("engine.cli.reference.pages.generated", lambda root: made)
    (tmp_path / "docs" / "problems").mkdir(parents=True)
    (tmp_path / "docs" / "a.md").write_text("edited\n")
    (tmp_path / "docs" / "problems" / "TN0.md").write_text("old\n")
    expected = ["docs/a.md", "docs/problems/TN0.md", "docs/problems/TN1.md"]
    assert stale(tmp_path) == expected
    assert write(tmp_path) == expected
    assert stale(tmp_path) == []


def test_every_step_trigger_and_code_has_its_place() -> None:
    text = LANGUAGE.read_text("utf-8")
    wanted = [f"\n### {kind}\n" for kind in (*STEPS, *TRIGGERS)]
    assert [heading for heading in wanted if heading not in text] == []
    files = {path.name for path in generated() if path.parent.name == "problems"}
    assert files == {"index.md", *(f"{code}.md" for code in all_codes())}


def test_every_command_and_option_is_described() -> None:
    text = (DOCS / "cli.md").read_text("utf-8")
    context = click.Context(tenure, info_name="tenure")
    for name in (name for names in SECTIONS.values() for name in names):
        command = tenure.get_command(context, name)
        assert command is not None
        for full, each in leaves(command, f"tenure {name}"):
            assert each.help, f"{full} does not say what it does"
            section = text.partition(f"\n### {full}\n")[2].partition("\n### ")[0]
            options = [one for one in each.params if isinstance(one, click.Option)]
            assert section, full
            assert [one.opts for one in options if not one.help] == [], full
            assert [o.opts for o in options if f"`{o.opts[0]}`" not in section] == [], full


# --- examples ---------------------------------------------------------------------------------


def yaml_blocks() -> list[Block]:
    files = [LANGUAGE, ROOT / "README.md", DOCS / "how-it-works.md", DOCS / "operating.md"]
    return [block for page in files for block in blocks(page) if block.language == "yaml"]


def named_file(block: Block) -> str | None:
    found = re.match(r"# ([\w/.-]+\.yaml)\n", block.text)
    return found[1] if found else None


def own_files() -> dict[str, str]:
    return {name: block.text for block in yaml_blocks() if (name := named_file(block))}


PLAYBOOKS = [block for block in yaml_blocks() if named_file(block) is None]


def as_playbook(text: str) -> str:
    """Make a whole playbook of a block: steps, triggers, or a playbook already."""
    if text.startswith("playbook:"):
        return text
    first = re.match(r"- \{?([\w.]+):", text)
    assert first is not None, text
    inside = "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())
    if first[1] in TRIGGERS and not (first[1] in STEPS and "\n  to:" in text):
        task = "steps:\n  - {task: call, assign: csm, due: 1 business day}\n"
        return f"playbook: shown\nenroll:\n  on:\n{inside}{task}"
    return f"playbook: shown\nsteps:\n{inside}"


def make_workspace(folder: Path, playbook: str) -> None:
    """The workspace of the page's own files, with the templates a playbook names."""
    for name in WORKSPACE_FILES:
        (folder / name).write_text(own_files()[name], encoding="utf-8")
    (folder / "playbooks").mkdir()
    (folder / "playbooks" / "shown.yaml").write_text(playbook, encoding="utf-8")
    for other in sorted(set(re.findall(r"(?:start|stop): ([\w-]+)", playbook))):
        text = f"playbook: {other}\ninputs: {{tier: text}}\nsteps:\n"
        text += "  - {task: begin, assign: csm, due: 1 business day}\n"
        (folder / "playbooks" / f"{other}.yaml").write_text(text, encoding="utf-8")
    (folder / "templates").mkdir()
    for email in re.findall(r"email: ([\w-]+)", playbook):
        inputs = re.findall(r"with: \{(\w+):", playbook) if "topic" in playbook else []
        page = f"---\nsubject: Hi\npurpose: service\ninputs: [{', '.join(inputs)}]\n---\nHello\n"
        (folder / "templates" / f"{email}.md").write_text(page, encoding="utf-8")


@pytest.mark.parametrize("block", PLAYBOOKS, ids=str)
def test_playbooks_shown_have_no_problem(block: Block, tmp_path: Path) -> None:
    make_workspace(tmp_path, as_playbook(block.text))
    checkup = check_workspace(tmp_path)
    assert [f"{p.where} {p.code} {p.message}" for p in checkup.problems] == []
    assert checkup.plans


def test_times_shown_are_times() -> None:
    text = LANGUAGE.read_text("utf-8").partition("\n## Times\n")[2].partition("\n## ")[0]
    lengths, _, moments = text.partition("A **time** is")
    spans = [one for row in rows(lengths) for one in re.findall(r"`([^`]+)`", row[0])]
    assert len(spans) >= 8
    assert all(parse_span(span) for span in spans)
    names = Names({"account.renewal_date": "date"})
    times = [one for row in rows(moments) for one in re.findall(r"`([^`]+)`", row[0])]
    assert len(times) >= 5
    assert all(read_when(time, names) for time in times)


def test_filters_give_what_is_shown() -> None:
    text = LANGUAGE.read_text("utf-8").partition("\n## Texts\n")[2].partition("\n## ")[0]
    found = {row[0].strip("`"): (row[1].strip("`"), row[2]) for row in rows(text)}
    assert set(found) == set(FILTERS)
    assert {name: render(source, {"none": None}) for name, (source, _) in found.items()} == {
        name: shown for name, (_, shown) in found.items()
    }
    assert [name for name in TESTS if f"`{name}`" not in text] == []


def test_templates_shown_can_be_read() -> None:
    pages = (LANGUAGE, DOCS / "tutorial.md")
    shown = [b for page in pages for b in blocks(page) if b.language == "markdown"]
    assert len(shown) >= 3
    for block in shown:
        template = parse_template(str(block), block.text)
        values: dict[str, dict[str, str]] = {}
        for name in variables_of_template(template):
            head, _, last = name.partition(".")
            values.setdefault(head, {})[last] = "https://example.com"
        brand = Brand(name="Acme", color="#1d4ed8", address="1 Market Street")
        assert "https://example.com" in render_email(template, values, brand).html


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without their headings."""
    cells = [
        [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [row for row in cells if row[0].startswith("`")]
