"""Every playbook and email that ships: no problem, tested in every step, fit to be sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.delivery.brand import Brand
from engine.delivery.rendering import RenderedEmail, render_email
from engine.delivery.templates import Template, parse_template, variables_of_template
from engine.language.formatting import format_text
from engine.plan.model import Effect
from engine.services.authoring import Checkup, check_workspace
from engine.simulation.testing import Results, run_tests

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "workspace"
LONGEST_SUBJECT = 60

ACCOUNT = {"name": "Fjord & Falk AG", "renewal_date": "2027-02-28"}
BARE: Mapping[str, Any] = {"account": ACCOUNT}
"""What is there of an account whose contacts have no names, and that has no CSM."""


@cache
def checkup() -> Checkup:
    return check_workspace(EXAMPLE)


def results(file: str) -> Results:
    """What the tests of one file come to, and the steps they reach."""
    found = checkup()
    return run_tests(found.workspace(), found.plans, {file: found.loaded.tests[file]})


def each_test_file() -> list[str]:
    return sorted(checkup().loaded.tests)


def playbook_of(file: str) -> str:
    """The playbook a file of tests is about."""
    return Path(file).name.removesuffix(".test.yaml")


def full() -> Mapping[str, Any]:
    """What is there when all is known. Every role is Ana, so that whoever signs signs as Ana."""
    ana = {"name": "Ana Castillo", "first_name": "Ana"}
    marit = {"first_name": "Marit"}
    people = dict.fromkeys(checkup().workspace().roles, ana)
    return {"account": ACCOUNT, "contact": marit, "contacts": {"champion": marit}, **people}


def shipped() -> set[str]:
    """The names of the playbooks of the library."""
    return {path.stem for path in ROOT.glob("playbooks/*.yaml") if ".test" not in path.name}


def templates() -> Mapping[str, Template]:
    texts = checkup().workspace().templates
    return {name: parse_template(name, text) for name, text in texts.items()}


def rendered(template: Template, values: Mapping[str, Any]) -> RenderedEmail:
    inputs = {
        name: "https://northwind.example/there" if name.endswith("_url") else f"the {name}"
        for name in template.inputs
    }
    brand = Brand.from_json(checkup().workspace().brand)
    return render_email(template, {**values, "inputs": inputs}, brand, reason="You are a contact.")


# --- playbooks --------------------------------------------------------------------------------


def test_what_ships_has_no_problem_not_even_a_warning() -> None:
    assert checkup().problems == ()
    assert set(checkup().plans) == shipped() | {"health-dip"}


def test_every_playbook_has_a_file_of_tests() -> None:
    assert {playbook_of(file) for file in each_test_file()} == set(checkup().plans)


@pytest.mark.parametrize("file", each_test_file(), ids=playbook_of)
def test_the_tests_of_a_playbook_pass_and_reach_every_step(file: str) -> None:
    found = results(file)
    assert found.problems == ()
    failed = [f"{one.test.name}\n{one.failure}" for one in found.results if not one.passed]
    assert not failed, "\n\n".join(failed)
    (coverage,) = [one for one in found.coverage if one.playbook == playbook_of(file)]
    assert [node.id for node in coverage.missed] == []


@pytest.mark.parametrize(
    "path",
    [*ROOT.glob("playbooks/*.yaml"), *EXAMPLE.rglob("*.yaml")],
    ids=lambda path: path.name,
)
def test_every_file_is_as_tenure_format_would_write_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_text(path.name, text) == text


# --- emails -----------------------------------------------------------------------------------


def sent_templates() -> set[str]:
    nodes = [node for plan in checkup().plans.values() for node in plan.nodes.values()]
    effects = [node for node in nodes if isinstance(node, Effect)]
    return {node.spec["template"] for node in effects if node.verb == "send_email"}


def test_every_template_is_sent_by_a_playbook() -> None:
    assert set(templates()) == sent_templates()


@pytest.mark.parametrize("template", templates().values(), ids=lambda template: template.name)
def test_email_reads_well(template: Template) -> None:
    email = rendered(template, full())
    assert 0 < len(email.subject) <= LONGEST_SUBJECT
    assert 0 < len(email.preheader) <= 90
    assert email.text.startswith("Hi Marit,\n\n")
    assert "\n\nAna\n" in email.text
    assert email.text.count(": https://") <= 1, "one button at most: one clear next step"
    assert all(len(part) < 400 for part in email.text.split("\n\n")), "short paragraphs"
    assert not re.search(r"[{}]|TODO|lorem|undefined", email.text + email.subject)


@pytest.mark.parametrize("template", templates().values(), ids=lambda template: template.name)
def test_email_can_be_sent_to_somebody_without_a_name(template: Template) -> None:
    email = rendered(template, BARE)
    assert email.text.startswith("Hi there,\n\n")
    assert "None" not in email.text


@pytest.mark.parametrize("template", templates().values(), ids=lambda template: template.name)
def test_email_uses_every_input_it_asks_for(template: Template) -> None:
    used = {name for name in variables_of_template(template) if name.startswith("inputs.")}
    assert used == {f"inputs.{name}" for name in template.inputs}
